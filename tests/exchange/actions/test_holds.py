"""A system that feeds living grants is held, until they end or another system takes over."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actions.systems import retire_system
from accounts.actor import CLOCK
from accounts.errors import SystemHeld
from accounts.models import SystemHold
from exchange.actions.batches import publish_batch
from exchange.actions.datasets import close_dataset, hand_over_dataset
from exchange.actions.grants import expire_due, revoke_grant
from exchange.actions.holds import settle_hold
from exchange.actions.reads import read_changes
from exchange.errors import NotThePublisher, NotYourSystem
from exchange.models import Dataset
from kernel.errors import Forbidden
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import body_of, ndjson, row
from tests.people import actor_for, member_with


def held(system):
    return SystemHold.objects.filter(system=system).count()


def retire(world):
    admin = actor_for(member_with(("department_admin",), world.provider))
    return retire_system(world.publisher, actor=admin, reason="已由新系统替代")


def test_consent_holds_the_publishing_system_and_names_the_dataset(world):
    assert held(world.publisher) == 0
    world.grant()
    hold = SystemHold.objects.get()
    assert (hold.system, hold.kind, hold.reference) == (
        world.publisher,
        "dataset",
        world.dataset.pk,
    )
    with pytest.raises(SystemHeld) as refused:
        retire(world)
    assert (
        refused.value.facts["holds"][0]["note"] == f"feeds {world.resource.code}, granted 1 times"
    )
    world.publisher.refresh_from_db()
    assert world.publisher.state == "in_operation"


def test_the_last_grant_to_end_lets_the_system_go(world):
    first, second = world.grant(), world.grant()
    revoke_grant(first, actor=world.actor("head"), reason="目的已实现")
    assert held(world.publisher) == 1
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        assert expire_due(actor=CLOCK) == 1
    second.refresh_from_db()
    assert (second.state, held(world.publisher)) == ("expired", 0)
    assert retire(world).state == "retired"


def test_a_closed_dataset_holds_nobody(world):
    world.grant()
    world.clear("stop")
    close_dataset(world.dataset, actor=world.actor("steward"))
    assert held(world.publisher) == 0


def test_attaching_to_what_was_granted_before_holds_the_system(world):
    """Grants name resources, so one may be older than the dataset."""
    world.grant()
    SystemHold.objects.all().delete()
    settle_hold(world.resource.pk, actor=CLOCK)
    assert held(world.publisher) == 1


def test_a_dataset_is_handed_over_and_its_subscribers_notice_nothing(world, trail):
    grant = world.grant()
    lane, successor = world.subscribe(grant=grant), SystemFactory(department=world.provider)
    world.publish([row("110101")])
    page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=10)
    made = hand_over_dataset(world.dataset, successor, actor=world.actor("steward"))
    assert made.system == successor
    assert (held(world.publisher), held(successor)) == (0, 1)
    assert trail("dataset.handed_over") == [
        {"before": str(world.publisher.pk), "system": str(successor.pk)}
    ]
    body = body_of(ndjson([row("110101"), row("110102")]))
    dataset = Dataset.objects.select_related("schema").get()
    with pytest.raises(NotThePublisher):
        publish_batch(dataset, actor=world.actor("publisher"), body=body)
    publish_batch(dataset, actor=actor_for(successor), body=body)
    after = read_changes(lane, actor=world.actor("reader"), cursor=page.cursor, limit=10)
    assert after.table["code"].to_pylist() == ["110102"]
    assert retire(world).state == "retired"


@pytest.mark.parametrize("state", ["planned", "suspended", "retired"])
def test_only_a_running_system_of_the_department_takes_over(world, unchanged, state):
    strangers = SystemFactory(), SystemFactory(department=world.provider, state=state)
    for system in strangers:
        with unchanged(), pytest.raises(NotYourSystem):
            hand_over_dataset(world.dataset, system, actor=world.actor("steward"))


@pytest.mark.parametrize("who", ["head", "asker", "publisher", "reader"])
def test_only_the_providers_steward_hands_over(world, unchanged, who):
    successor = SystemFactory(department=world.provider)
    with unchanged(), pytest.raises(Forbidden):
        hand_over_dataset(world.dataset, successor, actor=world.actor(who))


def test_handing_over_to_the_same_system_changes_nothing(world, unchanged):
    with unchanged():
        hand_over_dataset(world.dataset, world.publisher, actor=world.actor("steward"))

"""Values about people are starred for people, until two of them took the deed, for ten minutes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.proposals import confirm_proposal, propose
from accounts.models import Proposal
from accounts.signin_errors import SecondPersonNeeded
from catalog.models import Item
from exchange.actions.rejects import read_rejects
from exchange.actions.reveals import reveal_values
from exchange.reveals import NAME, is_allowed, is_revealed, starred
from kernel.errors import Forbidden
from tests.factories.exchange import make_world, row
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db
WRONG = row("110109", "欧阳守密", level="9")


@pytest.fixture
def world():
    """A dataset that sets wrong rows aside, and whose names are personal."""
    made = make_world(on_reject="quarantine", max_rejected_percent=90)
    Item.objects.filter(entry__resource=made.resource, column="name").update(sensitivity="personal")
    return made


@pytest.fixture
def batch(world):
    return world.publish([row("110101"), WRONG]).batch


@pytest.fixture
def agreed(world):
    """The steward's proposal, agreed to by the head."""
    return confirm_proposal(proposed(world), actor=world.actor("head"))


def proposed(world) -> Proposal:
    steward = world.actor("steward")
    return propose(actor=steward, deed=NAME, subject=world.dataset.pk, reason="核对被拒的行")


def rejects(batch, actor, format="csv") -> str:
    with read_rejects(batch, actor=actor, format=format) as file:
        return file.read().decode()


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_a_person_sees_personal_items_starred_and_the_system_as_they_are(world, batch, format):
    seen = rejects(batch, world.actor("steward"), format)
    assert "欧**密" in seen
    assert "欧阳守密" not in seen
    assert "110109" in seen
    assert "欧阳守密" in rejects(batch, world.actor("publisher"), format)


def test_alone_nobody_reveals(world, batch):
    steward = world.actor("steward")
    with pytest.raises(SecondPersonNeeded):
        reveal_values(world.dataset, actor=steward)
    made = proposed(world)
    with pytest.raises(SecondPersonNeeded):
        reveal_values(world.dataset, actor=steward)
    with pytest.raises(Forbidden):
        confirm_proposal(made, actor=steward)
    assert "欧阳守密" not in rejects(batch, steward)


def test_after_a_second_person_agreed_it_lasts_ten_minutes_once(world, batch, agreed, trail):
    steward = world.actor("steward")
    assert is_allowed(world.dataset, steward)
    assert not is_revealed(world.dataset, steward)
    reveal_values(world.dataset, actor=steward)
    assert "欧阳守密" in rejects(batch, steward)
    (told,) = trail("value.revealed")
    assert told["reason"] == "核对被拒的行"
    assert told["confirmed_by"] == str(world.people["head"].user_id)
    with pytest.raises(SecondPersonNeeded):
        reveal_values(world.dataset, actor=steward)
    past = (timezone.now() - timedelta(seconds=1)).isoformat()
    Proposal.objects.filter(pk=agreed.pk).update(outcome={"until": past})
    assert "欧阳守密" not in rejects(batch, steward)


def test_it_is_for_the_one_who_asked_and_for_nobody_else(world, batch, agreed):
    reveal_values(world.dataset, actor=world.actor("steward"))
    colleague = actor_for(member_with(("steward",), world.provider))
    assert "欧阳守密" not in rejects(batch, colleague)
    with pytest.raises(Forbidden):
        reveal_values(world.dataset, actor=world.actor("asker"))


def test_who_confirms_may_not_propose(world):
    with pytest.raises(Forbidden):
        propose(actor=world.actor("head"), deed=NAME, subject=world.dataset.pk, reason="看看")
    assert not Proposal.objects.exists()


def test_only_the_middle_is_starred_and_nothing_stays_nothing():
    record = {"a": "欧阳守密", "b": "甲", "c": None, "d": 13800000000, "e": "x"}
    assert starred(record, ["a", "b", "c", "d"]) == {
        "a": "欧**密",
        "b": "*",
        "c": None,
        "d": "1*********0",
        "e": "x",
    }

"""Requests for sharing: five statements, two heads, four clocks and one decision."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import SamePerson
from accounts.models import Member, Obligation
from catalog.actions.resources import withdraw_resource
from catalog.errors import NotInForce
from exchange.actions.requests import (
    agree_request,
    consent_request,
    decline_request,
    refuse_request,
    withdraw_request,
)
from exchange.errors import GrantTooWide, NotShared, NotYourSystem
from exchange.models import Grant, SharingRequest
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import GRANTED, make_world
from tests.people import actor_for

pytestmark = pytest.mark.usefixtures("official_calendar")


def clocks() -> list[tuple[str, str]]:
    return sorted(Obligation.objects.values_list("kind", "state"))


@pytest.fixture
def submitted(world):
    return world.submit()


@pytest.fixture
def agreed(world, submitted):
    return agree_request(submitted, actor=world.actor("asker_head"))


def test_a_request_names_items_and_the_five_statements(world, trail):
    request = world.submit()
    assert (request.state, request.items) == ("submitted", GRANTED)
    assert (request.department_id, request.provider_id) == (world.requester.pk, world.provider.pk)
    assert request.submitted_by == world.people["asker"].user_id
    assert clocks() == []
    assert trail()[-1] == "request.submitted"


@pytest.mark.parametrize("who", ["asker_head", "reader", "head"])
def test_only_a_steward_submits(world, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        world.submit(actor=world.actor(who))


def test_what_is_not_shared_cannot_be_requested(world, unchanged):
    world.resource.published.change(share_type="not_shared", refusal_reason="涉及秘密")
    with unchanged(), pytest.raises(NotShared):
        world.submit()


def test_an_item_that_is_not_shared_cannot_be_requested(world, unchanged):
    world.resource.published.items.filter(column="contact").update(share_type="not_shared")
    with unchanged(), pytest.raises(Invalid) as refused:
        world.submit([*GRANTED, "contact"])
    assert refused.value.facts["errors"][0]["pointer"] == "#/items"


def test_a_withdrawn_resource_cannot_be_requested(world, unchanged):
    withdraw_resource(world.resource, actor=world.actor("head"), reason="职责划转")
    world.resource.refresh_from_db()
    with unchanged(), pytest.raises(NotInForce):
        world.submit()


def test_an_unknown_item_cannot_be_requested(world, unchanged):
    with unchanged(), pytest.raises(Invalid):
        world.submit(["code", "colour"])


def test_the_system_must_be_ones_own_and_running(world, unchanged):
    for system in (
        SystemFactory(),
        SystemFactory(department=world.requester, state="suspended"),
        world.publisher,
    ):
        with unchanged(), pytest.raises(NotYourSystem):
            world.submit(system=system)


def test_a_term_ends_on_a_day_to_come(world, unchanged):
    today = timezone.localdate()
    with unchanged(), pytest.raises(Invalid):
        world.submit(ends_on=today)
    assert world.submit(ends_on=today + timedelta(days=1)).ends_on == today + timedelta(days=1)


@pytest.mark.parametrize(("share_type", "clock"), [("unconditional", "C3"), ("conditional", "C4")])
def test_agreement_starts_the_providers_clock(world, share_type, clock):
    world.resource.published.change(share_type=share_type)
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    assert request.state == "agreed"
    running = Obligation.objects.get()
    assert (running.kind, running.state) == (clock, "open")
    assert running.department_id == world.provider.pk
    assert (running.subject_id, running.started_at) == (request.pk, request.agreed_at)


def test_who_submitted_cannot_agree(world, submitted, unchanged):
    asker = world.people["asker"]
    asker.roles = ["steward", "head"]
    asker.save()
    with unchanged(), pytest.raises(SamePerson):
        agree_request(submitted, actor=actor_for(asker))


def test_the_provider_cannot_agree_for_the_requester(world, submitted, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        agree_request(submitted, actor=world.actor("head"))


def test_the_own_head_can_decline_and_the_provider_never_sees_it(world, submitted):
    declined = decline_request(submitted, actor=world.actor("asker_head"), reason="不必要")
    assert (declined.state, declined.answer_reason) == ("declined", "不必要")
    assert clocks() == []
    assert not SharingRequest.objects.visible_to(world.actor("head")).exists()


def test_consent_makes_one_grant_meets_one_clock_and_starts_c5(world, agreed, trail):
    grant = consent_request(agreed, actor=world.actor("head"), items=["code", "name"])
    assert (grant.state, grant.items, grant.edition) == ("active", ["code", "name"], 1)
    assert (grant.system_id, grant.provider_id) == (world.reader.pk, world.provider.pk)
    assert (grant.ends_on, grant.modes) == (agreed.ends_on, agreed.modes)
    assert clocks() == [("C3", "met"), ("C5", "open")]
    due = Obligation.objects.get(kind="C5")
    assert (due.subject_id, due.department_id) == (grant.pk, world.provider.pk)
    assert trail("request.consented") == [{"grant": str(grant.pk), "items": ["code", "name"]}]


def test_consent_cannot_go_beyond_the_request(world, agreed, unchanged):
    with unchanged(), pytest.raises(GrantTooWide) as refused:
        consent_request(agreed, actor=world.actor("head"), items=["code", "contact"])
    assert refused.value.facts["errors"][0]["code"] == "not-requested"


def test_the_key_must_be_granted(world, agreed, unchanged):
    with unchanged(), pytest.raises(GrantTooWide) as refused:
        consent_request(agreed, actor=world.actor("head"), items=["name"])
    assert refused.value.facts["errors"][0]["code"] == "key-missing"


def test_the_requester_cannot_consent(world, agreed, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        consent_request(agreed, actor=world.actor("asker_head"), items=GRANTED)


@pytest.mark.parametrize("who", ["asker", "asker_head"])
def test_a_person_of_both_departments_cannot_answer_its_own_request(world, agreed, unchanged, who):
    both = Member.objects.create(
        user=world.people[who].user, department=world.provider, roles=["head"]
    )
    with unchanged(), pytest.raises(SamePerson):
        consent_request(agreed, actor=actor_for(both), items=GRANTED)


def test_nobody_answers_before_the_own_head_agreed(world, submitted, unchanged):
    head = world.actor("head")
    with unchanged(), pytest.raises(IllegalMove):
        consent_request(submitted, actor=head, items=GRANTED)
    with unchanged(), pytest.raises(IllegalMove):
        refuse_request(submitted, actor=head, reason="无")


def test_a_refusal_gives_its_reason_and_meets_the_clock(world, agreed, trail):
    refused = refuse_request(agreed, actor=world.actor("head"), reason="超出职责范围")
    assert (refused.state, refused.answer_reason) == ("refused", "超出职责范围")
    assert refused.answered_by == world.people["head"].user_id
    assert clocks() == [("C3", "met")]
    assert not Grant.objects.exists()
    assert trail()[-1] == "request.refused"


def test_a_request_is_answered_once(world, agreed, unchanged):
    head = world.actor("head")
    consent_request(agreed, actor=head, items=GRANTED)
    with unchanged(), pytest.raises(IllegalMove):
        consent_request(agreed, actor=head, items=GRANTED)
    with unchanged(), pytest.raises(IllegalMove):
        refuse_request(agreed, actor=head, reason="无")
    with unchanged(), pytest.raises(IllegalMove):
        withdraw_request(agreed, actor=world.actor("asker"))


def test_withdrawal_cancels_the_clock(world, agreed):
    withdraw_request(agreed, actor=world.actor("asker"))
    assert (agreed.state, clocks()) == ("withdrawn", [("C3", "cancelled")])


def test_the_provider_cannot_withdraw_it(world, agreed, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        withdraw_request(agreed, actor=world.actor("steward"))


def test_the_provider_sees_a_request_once_it_is_agreed(world, submitted):
    seen = SharingRequest.objects.visible_to
    head, asker = world.actor("head"), world.actor("asker")
    assert (list(seen(head)), list(seen(asker))) == ([], [submitted])
    agree_request(submitted, actor=world.actor("asker_head"))
    assert list(seen(head)) == [submitted]
    stranger = make_world()
    assert not seen(stranger.actor("head")).exists()


def test_a_conditional_resource_is_granted_the_same_way(db):
    world = make_world()
    world.resource.published.change(share_type="conditional", share_condition="核验用途")
    assert world.grant().state == "active"
    assert clocks() == [("C4", "met"), ("C5", "open")]

"""Requests for sharing: five statements, two heads, and the clock that starts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import SamePerson
from accounts.models import Notice, Obligation
from catalog.actions.resources import withdraw_resource
from catalog.errors import NotInForce
from exchange.actions.requests import (
    agree_request,
    decline_request,
    name_template,
    repeat_request,
    submit_application,
    withdraw_request,
)
from exchange.errors import GrantEnded, NotShared, NotYourSystem, TermsInvalid
from exchange.models import SharingRequest
from kernel.errors import Conflict, Forbidden, Invalid
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
    assert request.state == ("prepared" if clock == "C3" else "agreed")
    running = Obligation.objects.get()
    assert (running.kind, running.state) == (clock, "open")
    assert running.department_id == world.provider.pk
    assert running.counterpart_id == world.requester.pk
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


def test_what_every_item_is_free_is_prepared_by_the_clock_and_still_wants_a_signature(
    world, agreed, trail
):
    assert (agreed.state, agreed.received_by, agreed.prepared_by) == ("prepared", None, None)
    assert agreed.answer["consent"] is True
    assert agreed.answer["terms"]["items"] == GRANTED
    assert trail()[-3:] == ["request.agreed", "request.received", "request.prepared"]
    assert agreed.answered_at is None


def test_one_conditional_item_makes_the_request_conditional(world):
    world.resource.published.items.filter(column="name").update(share_type="conditional")
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    assert (request.state, clocks()) == ("agreed", [("C4", "open")])


def test_what_the_catalogue_withdrew_meanwhile_is_left_to_people(world, submitted):
    world.resource.published.items.filter(column="name").update(share_type="not_shared")
    submitted.entry.items.filter(column="name").update(share_type="unconditional")
    world.edition(name={"share_type": "not_shared"})
    request = agree_request(submitted, actor=world.actor("asker_head"))
    assert (request.state, clocks()) == ("agreed", [("C3", "open")])


def test_purposes_are_named_and_each_counts_once(world, unchanged):
    request = world.submit(purposes=["tax-registration", "tax-audit", "tax-registration"])
    assert request.purposes == ["tax-registration", "tax-audit"]
    for purposes in ([], ["two words"], ["a" * 41], [""]):
        with unchanged(), pytest.raises(TermsInvalid) as refused:
            world.submit(purposes=purposes)
        assert refused.value.facts["errors"][0]["pointer"] == "#/purposes"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("networks", ["10.2.0.1/16"]),
        ("networks", ["everywhere"]),
        ("calls_per_day", 0),
        ("rows_per_day", 2**63),
        ("verify_items", ["colour"]),
        ("verify_items", ["name"]),
        ("items", [*GRANTED, "name"]),
    ],
)
def test_bounds_that_no_grant_can_have_are_named(world, unchanged, field, value):
    with unchanged(), pytest.raises(Invalid) as refused:
        world.submit(**{"items": GRANTED, field: value})
    assert refused.value.facts["errors"][0]["pointer"] in (f"#/{field}", "#/verify_items")


def test_further_systems_are_ones_own_and_running(world, unchanged):
    second = SystemFactory(department=world.requester)
    assert world.submit(systems=[second.pk, world.reader.pk]).systems == [second.pk]
    for strange in (SystemFactory().pk, world.publisher.pk):
        with unchanged(), pytest.raises(NotYourSystem):
            world.submit(systems=[second.pk, strange])


def test_an_earlier_request_is_repeated_with_its_changes(world, unchanged):
    earlier = world.submit(basis_number="国务院令第362号", calls_per_day=10)
    later = earlier.ends_on + timedelta(days=365)
    asker = world.actor("asker")
    made = repeat_request(
        earlier, actor=asker, resource=world.resource, system=world.reader, ends_on=later
    )
    assert (made.items, made.basis_number, made.calls_per_day) == (GRANTED, "国务院令第362号", 10)
    assert (made.ends_on, made.state) == (later, "submitted")
    assert made.application != earlier.application
    with unchanged(), pytest.raises(Forbidden):
        repeat_request(
            earlier, actor=world.actor("steward"), resource=world.resource, system=world.reader
        )


def test_a_department_keeps_patterns_under_names_of_its_own(world, submitted, unchanged):
    asker = world.actor("asker")
    assert name_template(submitted, actor=asker, name="登记核对").template_name == "登记核对"
    other = world.submit()
    with unchanged(), pytest.raises(Conflict):
        name_template(other, actor=asker, name="登记核对")
    name_template(submitted, actor=asker, name="")
    assert name_template(other, actor=asker, name="登记核对").template_name == "登记核对"
    with unchanged(), pytest.raises(Forbidden):
        name_template(other, actor=world.actor("steward"), name="别的")


@pytest.fixture
def common():
    return {
        "modes": ["interface", "database"],
        "basis": "《社会救助暂行办法》",
        "scenario": "核对",
        "scope": "全省",
        "purposes": ["relief"],
        "ends_on": timezone.localdate() + timedelta(days=90),
    }


def test_an_application_makes_a_request_to_each_provider(world, common):
    other = make_world()
    parts = [
        {"resource": world.resource, "items": GRANTED},
        {"resource": other.resource, "items": ["code", "name"], "verify_items": ["level"]},
    ]
    made = submit_application(parts, actor=world.actor("asker"), system=world.reader, **common)
    assert len({request.application for request in made}) == 1
    assert [request.provider_id for request in made] == [world.provider.pk, other.provider.pk]
    assert made[1].verify_items == ["level"]


def test_of_an_application_all_requests_are_made_or_none(world, unchanged, common):
    parts = [
        {"resource": world.resource, "items": GRANTED},
        {"resource": world.resource, "items": ["colour"]},
    ]
    with unchanged(), pytest.raises(Invalid) as refused:
        submit_application(parts, actor=world.actor("asker"), system=world.reader, **common)
    assert refused.value.facts["errors"][0]["pointer"] == "#/parts/1/items"


def test_an_amendment_names_a_running_grant_of_the_same_system(world, unchanged):
    grant = world.grant()
    assert world.submit(amends=grant).amends == grant
    other = SystemFactory(department=world.requester)
    with unchanged(), pytest.raises(Invalid):
        world.submit(amends=grant, system=other)
    stranger = make_world()
    with unchanged(), pytest.raises(Invalid):
        stranger.submit(amends=grant)
    type(grant).objects.update(state="revoked")
    grant.refresh_from_db()
    with unchanged(), pytest.raises(GrantEnded):
        world.submit(amends=grant)


@pytest.mark.parametrize(
    ("above", "below", "allowed"),
    [
        ("990000", "990100", True),
        ("990100", "990102", True),
        ("990000", "990000", False),
        ("990100", "990000", False),
        ("990100", "990200", False),
    ],
)
def test_return_flow_goes_to_a_lower_level_of_the_same_area(world, above, below, allowed):
    world.provider.change(division_code=above)
    world.requester.change(division_code=below)
    world.resource.refresh_from_db()
    world.reader.refresh_from_db()
    if not allowed:
        with pytest.raises(Invalid):
            world.submit(is_return_flow=True)
        return
    agree_request(world.submit(is_return_flow=True), actor=world.actor("asker_head"))
    assert clocks() == [("C3", "open"), ("N4", "open")]


def test_each_side_is_told_what_it_has_to_do(world, agreed):
    told = Notice.objects.values_list("department_id", "verb", "roles").order_by("pk")
    requester, provider = world.requester.pk, world.provider.pk
    assert list(told) == [
        (requester, "request.submitted", ["head"]),
        (provider, "request.agreed", ["head", "steward"]),
        (requester, "request.received", ["steward"]),
        (provider, "request.prepared", ["head"]),
    ]
    due = Obligation.objects.get().due_on.isoformat()
    assert Notice.objects.get(verb="request.agreed").facts["due_on"] == due

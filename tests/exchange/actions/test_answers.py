"""The provider's answer: received, asked once, prepared by one and signed by another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import SamePerson
from accounts.models import Member, Notice, Obligation
from exchange.actions.answers import (
    ask_request,
    consent_request,
    prepare_answer,
    receive_request,
    refuse_request,
    reopen_request,
    return_answer,
)
from exchange.actions.grants import revoke_grant
from exchange.actions.requests import agree_request, supplement_request, withdraw_request
from exchange.errors import AlreadyAsked, GrantEnded, GrantTooWide, RefusalUnfounded, TermsInvalid
from exchange.models import Grant, GrantEdition, SharingRequest
from exchange.models.terms import terms_of
from kernel.errors import Conflict, Forbidden, IllegalMove
from tests.factories.exchange import GRANTED, REFUSAL
from tests.people import actor_for, member_with

pytestmark = pytest.mark.usefixtures("official_calendar")


def clocks() -> list[tuple[str, str]]:
    return sorted(Obligation.objects.values_list("kind", "state"))


@pytest.fixture
def conditional(world):
    world.resource.published.change(share_type="conditional", share_condition="核验用途")
    return world


@pytest.fixture
def agreed(conditional):
    return agree_request(conditional.submit(), actor=conditional.actor("asker_head"))


@pytest.fixture
def received(conditional, agreed):
    return receive_request(agreed, actor=conditional.actor("steward"))


@pytest.fixture
def prepared(conditional, received):
    return conditional.prepare(received)


@pytest.fixture
def authority(db):
    return actor_for(member_with(("authority",), None))


def test_from_agreement_to_the_grant_four_people_act(world, conditional, agreed, trail):
    receive_request(agreed, actor=world.actor("steward"))
    assert (agreed.state, clocks()) == ("received", [("C4", "open")])
    world.prepare(agreed)
    assert agreed.prepared_by == world.people["steward"].user_id
    grant = consent_request(agreed, actor=world.actor("head"))
    assert (agreed.state, agreed.answered_by) == ("consented", world.people["head"].user_id)
    assert (grant.state, grant.items, grant.edition) == ("active", GRANTED, 1)
    assert (grant.system_id, grant.provider_id) == (world.reader.pk, world.provider.pk)
    assert clocks() == [("C4", "met"), ("C5", "open")]
    due = Obligation.objects.get(kind="C5")
    assert (due.subject_id, due.department_id) == (grant.pk, world.provider.pk)
    assert due.counterpart_id == world.requester.pk
    assert trail()[-4:-1] == ["obligation.met", "obligation.opened", "request.consented"]
    assert trail("request.consented") == [{"grant": str(grant.pk), "edition": 1, "items": GRANTED}]


def test_the_first_edition_holds_the_terms_of_the_grant(world, prepared):
    grant = consent_request(prepared, actor=world.actor("head"))
    edition = GrantEdition.objects.get()
    assert (edition.grant_id, edition.number, edition.request_id) == (grant.pk, 1, prepared.pk)
    assert terms_of(edition) == terms_of(grant)
    assert grant.certify_by == min(grant.ends_on, timezone.localdate() + timedelta(days=365))


def test_unconditional_data_waits_for_the_head_alone(world):
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    assert consent_request(request, actor=world.actor("head")).items == GRANTED
    assert clocks() == [("C3", "met"), ("C5", "open")]


def test_a_consent_in_part_masks_filters_bounds_and_says_why(world, received):
    world.prepare(
        received,
        items=["code", "name"],
        masks={"name": {"kind": "partial", "form": "name"}},
        condition="level = '3'",
        calls_per_day=50,
        networks=["10.0.0.0/8"],
    )
    grant = consent_request(received, actor=world.actor("head"))
    assert (grant.items, grant.masks) == (
        ["code", "name"],
        {"name": {"kind": "partial", "form": "name"}},
    )
    assert (grant.condition, grant.calls_per_day) == ('level = "3"', 50)
    assert grant.networks == ["10.0.0.0/8"]
    assert sorted(received.answer["left_out"]) == ["area", "level", "revised_on"]


def test_an_item_left_out_without_reason_is_refused(world, received, unchanged):
    with unchanged(), pytest.raises(TermsInvalid):
        prepare_answer(received, actor=world.actor("steward"), consent=True, items=["code"])


@pytest.mark.parametrize("who", ["head", "asker", "asker_head", "reader"])
def test_only_the_providers_steward_receives_asks_and_prepares(world, received, unchanged, who):
    actor = world.actor(who)
    with unchanged():
        with pytest.raises(Forbidden):
            ask_request(received, actor=actor, missing="附件")
        with pytest.raises(Forbidden):
            prepare_answer(received, actor=actor, consent=True)


@pytest.mark.parametrize("who", ["steward", "asker", "asker_head", "reader"])
def test_only_the_providers_head_signs_or_returns(world, prepared, unchanged, who):
    actor = world.actor(who)
    with unchanged():
        with pytest.raises(Forbidden):
            consent_request(prepared, actor=actor)
        with pytest.raises(Forbidden):
            refuse_request(prepared, actor=actor)
        with pytest.raises(Forbidden):
            return_answer(prepared, actor=actor, reason="无")


def test_who_prepared_cannot_sign(world, received, unchanged):
    both = world.people["steward"]
    both.roles = ["steward", "head"]
    both.save()
    world.prepare(received)
    with unchanged(), pytest.raises(SamePerson):
        consent_request(received, actor=actor_for(both))


@pytest.mark.parametrize("who", ["asker", "asker_head"])
def test_a_person_of_both_departments_cannot_answer_its_own_request(
    world, prepared, unchanged, who
):
    both = Member.objects.create(
        user=world.people[who].user, department=world.provider, roles=["head"]
    )
    with unchanged(), pytest.raises(SamePerson):
        consent_request(prepared, actor=actor_for(both))


def test_nothing_is_signed_before_it_is_prepared(world, conditional, unchanged):
    head = world.actor("head")
    submitted = conditional.submit()
    with unchanged(), pytest.raises(IllegalMove):
        consent_request(submitted, actor=head)
    agree_request(submitted, actor=world.actor("asker_head"))
    for deed in (consent_request, refuse_request):
        with unchanged(), pytest.raises(IllegalMove):
            deed(submitted, actor=head)


def test_what_is_missing_is_asked_for_once_and_the_clock_goes_on(world, received, unchanged):
    due = Obligation.objects.get().due_on
    ask_request(received, actor=world.actor("steward"), missing="文号和条款")
    assert (received.state, received.asked_for) == ("incomplete", "文号和条款")
    assert (clocks(), Obligation.objects.get().due_on) == ([("C4", "open")], due)
    supplement_request(received, actor=world.actor("asker"), supplement="第十二条")
    assert (received.state, received.supplement) == ("received", "第十二条")
    with unchanged(), pytest.raises(AlreadyAsked):
        ask_request(received, actor=world.actor("steward"), missing="又一份")
    world.prepare(received)
    assert received.state == "prepared"


def test_a_silent_requester_holds_nobody_up(world, received):
    ask_request(received, actor=world.actor("steward"), missing="文号")
    assert world.prepare(received).state == "prepared"


def test_the_requester_alone_supplements(world, received, unchanged):
    ask_request(received, actor=world.actor("steward"), missing="文号")
    for who in ("steward", "head", "asker_head"):
        with unchanged(), pytest.raises(Forbidden):
            supplement_request(received, actor=world.actor(who), supplement="无")


def test_a_refusal_gives_ground_reason_and_law_and_meets_the_clock(world, received, trail):
    world.refusal(received)
    refused = refuse_request(received, actor=world.actor("head"))
    assert (refused.state, refused.answer_ground) == ("refused", "beyond_duty")
    assert (refused.answer_reason, refused.answer_basis) == (REFUSAL["reason"], REFUSAL["basis"])
    assert refused.answered_by == world.people["head"].user_id
    assert clocks() == [("C4", "met")]
    assert not Grant.objects.exists()
    assert trail("request.refused") == [REFUSAL]


@pytest.mark.parametrize("missing", ["ground", "reason", "basis"])
def test_a_refusal_without_basis_leaves_nothing_changed(world, received, unchanged, missing):
    said = {**REFUSAL, missing: ""}
    with unchanged(), pytest.raises(RefusalUnfounded):
        prepare_answer(received, actor=world.actor("steward"), consent=False, **said)
    received.refresh_from_db()
    assert (received.state, received.answer) == ("received", {})


def test_a_refusal_because_something_is_missing_is_impossible(world, received, unchanged):
    ask_request(received, actor=world.actor("steward"), missing="文号")
    said = {**REFUSAL, "ground": "incomplete"}
    with unchanged(), pytest.raises(RefusalUnfounded):
        prepare_answer(received, actor=world.actor("steward"), consent=False, **said)


def test_the_head_signs_what_was_prepared_and_nothing_else(world, received, unchanged):
    world.refusal(received)
    with unchanged(), pytest.raises(Conflict):
        consent_request(received, actor=world.actor("head"))
    return_answer(received, actor=world.actor("head"), reason="应当共享")
    world.prepare(received)
    with unchanged(), pytest.raises(Conflict):
        refuse_request(received, actor=world.actor("head"))


def test_an_answer_prepared_anew_must_be_read_anew(world, prepared, unchanged):
    head = world.actor("head")
    read = SharingRequest.objects.get(pk=prepared.pk)
    return_answer(prepared, actor=head, reason="限制范围")
    world.prepare(prepared, condition="level = '3'")
    with unchanged(), pytest.raises(Conflict):
        consent_request(read, actor=head)


def test_the_catalogue_is_asked_again_at_the_signature(world, prepared, unchanged):
    world.resource.published.items.filter(column="area").update(share_type="not_shared")
    with unchanged(), pytest.raises(GrantTooWide):
        consent_request(prepared, actor=world.actor("head"))
    prepared.refresh_from_db()
    assert prepared.state == "prepared"


def test_a_request_is_answered_once(world, prepared, unchanged):
    head = world.actor("head")
    consent_request(prepared, actor=head)
    with unchanged():
        with pytest.raises(IllegalMove):
            consent_request(prepared, actor=head)
        with pytest.raises(IllegalMove):
            refuse_request(prepared, actor=head)
        with pytest.raises(IllegalMove):
            withdraw_request(prepared, actor=world.actor("asker"))


def test_a_prepared_answer_can_still_be_overtaken_by_a_withdrawal(world, prepared, unchanged):
    withdraw_request(prepared, actor=world.actor("asker"))
    assert clocks() == [("C4", "cancelled")]
    with unchanged(), pytest.raises(IllegalMove):
        consent_request(prepared, actor=world.actor("head"))


def test_a_decision_reopens_a_refusal_and_the_clock_starts_anew(world, received, authority, trail):
    world.refusal(received)
    refuse_request(received, actor=world.actor("head"))
    reopen_request(received, actor=authority, document="示数裁〔2026〕3号")
    assert (received.state, received.answer, received.answer_ground) == ("received", {}, "")
    assert received.answered_at is None
    assert clocks() == [("C4", "met"), ("C4", "open")]
    assert trail("request.reopened") == [{"document": "示数裁〔2026〕3号"}]
    world.prepare(received)
    assert consent_request(received, actor=world.actor("head")).state == "active"
    assert clocks() == [("C4", "met"), ("C4", "met"), ("C5", "open")]


def test_nobody_but_the_authority_reopens(world, received, unchanged):
    world.refusal(received)
    refuse_request(received, actor=world.actor("head"))
    for who in ("asker_head", "head", "steward"):
        with unchanged(), pytest.raises(Forbidden):
            reopen_request(received, actor=world.actor(who), document="1号")


def test_an_amendment_leaves_the_old_terms_until_consent(conditional):
    world = conditional
    grant = world.grant(["code", "name"])
    salt = grant.sealed_salt
    request = world.submit([*GRANTED, "contact"], amends=grant, purposes=["tax-audit"])
    agree_request(request, actor=world.actor("asker_head"))
    world.prepare(request, masks={"contact": {"kind": "hash"}})
    grant.refresh_from_db()
    assert (grant.edition, grant.items) == (1, ["code", "name"])
    made = consent_request(request, actor=world.actor("head"))
    assert (made.pk, made.edition, made.items) == (grant.pk, 2, [*GRANTED, "contact"])
    assert (made.purposes, made.sealed_salt) == (["tax-audit"], salt)
    first, second = GrantEdition.objects.order_by("number")
    assert (first.items, second.items) == (["code", "name"], [*GRANTED, "contact"])
    assert terms_of(second) == terms_of(made)
    assert Grant.objects.count() == 1


def test_a_refused_amendment_leaves_the_grant_as_it_is(conditional):
    world = conditional
    grant = world.grant(["code", "name"])
    request = world.submit(amends=grant)
    agree_request(request, actor=world.actor("asker_head"))
    world.refusal(request)
    refuse_request(request, actor=world.actor("head"))
    grant.refresh_from_db()
    assert (grant.state, grant.edition, grant.items) == ("active", 1, ["code", "name"])


def test_the_end_of_a_grant_takes_back_what_would_have_changed_it(conditional, unchanged):
    world = conditional
    grant = world.grant(["code", "name"])
    request = world.submit(amends=grant)
    agree_request(request, actor=world.actor("asker_head"))
    world.prepare(request)
    revoke_grant(grant, actor=world.actor("head"), reason="停")
    stale = SharingRequest.objects.get(pk=request.pk)
    assert stale.state == "withdrawn"
    assert ("C4", "open") not in clocks()
    with unchanged(), pytest.raises((GrantEnded, IllegalMove)):
        consent_request(request, actor=world.actor("head"))


def test_both_sides_are_told_of_each_step(world, received):
    Notice.objects.all().delete()
    ask_request(received, actor=world.actor("steward"), missing="文号")
    supplement_request(received, actor=world.actor("asker"), supplement="第十二条")
    world.prepare(received)
    return_answer(received, actor=world.actor("head"), reason="遮蔽")
    world.prepare(received)
    consent_request(received, actor=world.actor("head"))
    told = Notice.objects.order_by("created_at").values_list("department_id", "verb")
    requester, provider = world.requester.pk, world.provider.pk
    assert list(told) == [
        (requester, "request.asked"),
        (provider, "request.supplemented"),
        (provider, "request.prepared"),
        (provider, "request.returned"),
        (provider, "request.prepared"),
        (requester, "request.consented"),
    ]

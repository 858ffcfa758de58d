"""Disputes: the two negotiate, the authority decides, the government after it; each has a clock."""

from datetime import date

import pytest
import time_machine

from accounts.models import Notice, Obligation
from exchange.actions.answers import refuse_request
from exchange.actions.disputes import (
    decide_dispute,
    elevate_dispute,
    open_dispute,
    refer_dispute,
    respond_dispute,
    settle_dispute,
    withdraw_dispute,
)
from exchange.actions.requests import agree_request
from exchange.models import Dispute
from kernel.errors import Conflict, Forbidden, IllegalMove
from tests.people import actor_for, member_with

DECISION = {"decision": "应当重新答复", "document": "示数裁〔2026〕7号"}


@pytest.fixture
def authority(db):
    return actor_for(member_with(("authority",), None))


@pytest.fixture
def refused(world):
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    world.refusal(request)
    return refuse_request(request, actor=world.actor("head"))


@pytest.fixture
def dispute(world, refused):
    return open_dispute(refused, actor=world.actor("asker_head"), claim="履职所需")


def clock(dispute, kind):
    return Obligation.objects.get(kind=kind, subject_id=dispute.pk)


@time_machine.travel("2026-11-23T10:00:00+08:00")
def test_a_refusal_is_disputed_and_the_other_side_has_a_clock(world, refused, official_calendar):
    dispute = open_dispute(refused, actor=world.actor("asker_head"), claim="履职所需")
    assert (dispute.state, dispute.request_id) == ("negotiating", refused.pk)
    assert (dispute.department_id, dispute.respondent_id) == (
        world.requester.pk,
        world.provider.pk,
    )
    running = clock(dispute, "N2")
    assert (running.department_id, running.due_on) == (world.provider.pk, date(2026, 12, 7))
    told = Notice.objects.get(verb="dispute.opened")
    assert told.department_id == world.provider.pk
    assert told.facts["due_on"] == "2026-12-07"


def test_an_upheld_dispute_makes_the_provider_answer_anew(world, refused, dispute, authority):
    refer_dispute(dispute, actor=world.actor("asker_head"))
    assert clock(dispute, "N2").state == "met"
    assert clock(dispute, "N3").department_id == authority.department_id
    decide_dispute(dispute, actor=authority, outcome="upheld", **DECISION)
    refused.refresh_from_db()
    assert (dispute.state, dispute.outcome, refused.state) == ("decided", "upheld", "received")
    assert refused.answer_reason == ""
    assert clock(dispute, "N3").state == "met"
    assert Obligation.objects.get(kind="C4", subject_id=refused.pk, state="open")


def test_a_dismissed_dispute_leaves_the_refusal_as_it_is(world, refused, dispute, authority):
    refer_dispute(dispute, actor=world.actor("head"))
    decide_dispute(dispute, actor=authority, outcome="dismissed", **DECISION)
    refused.refresh_from_db()
    assert (dispute.outcome, refused.state) == ("dismissed", "refused")


def test_what_the_government_decides_is_entered_after_the_authority_reported_it(
    world, dispute, authority, trail
):
    refer_dispute(dispute, actor=world.actor("asker_head"))
    elevate_dispute(dispute, actor=authority, document="示数〔2026〕31号")
    assert (dispute.state, clock(dispute, "N3").state) == ("with_government", "met")
    decide_dispute(dispute, actor=authority, outcome="partly_upheld", **DECISION)
    assert (dispute.state, dispute.request.state) == ("decided", "received")
    assert trail("dispute.decided") == [
        {"outcome": "partly_upheld", "document": DECISION["document"]}
    ]


def test_nobody_decides_a_dispute_of_the_own_department(world, dispute, unchanged):
    own = actor_for(member_with(("authority",), world.provider))
    refer_dispute(dispute, actor=world.actor("asker_head"))
    with unchanged(), pytest.raises(Forbidden, match="a party"):
        decide_dispute(dispute, actor=own, outcome="dismissed", **DECISION)
    elevate_dispute(dispute, actor=own, document="示数〔2026〕31号")
    assert decide_dispute(dispute, actor=own, outcome="upheld", **DECISION).state == "decided"


def test_nothing_is_decided_before_the_two_have_negotiated(dispute, authority, unchanged):
    with unchanged():
        with pytest.raises(IllegalMove):
            decide_dispute(dispute, actor=authority, outcome="upheld", **DECISION)
        with pytest.raises(Forbidden):
            settle_dispute(dispute, actor=authority, decision="无")


def test_without_an_authority_nothing_is_referred(world, dispute, unchanged):
    with unchanged(), pytest.raises(Conflict, match="authority"):
        refer_dispute(dispute, actor=world.actor("asker_head"))
    dispute.refresh_from_db()
    assert dispute.state == "negotiating"


def test_the_other_side_states_its_view_once(world, dispute, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        respond_dispute(dispute, actor=world.actor("asker_head"), response="无")
    respond_dispute(dispute, actor=world.actor("head"), response="不属于职责")
    assert dispute.response == "不属于职责"
    with unchanged(), pytest.raises(Conflict, match="already"):
        respond_dispute(dispute, actor=world.actor("head"), response="又一次")


def test_the_two_can_agree_at_any_stage(world, dispute):
    settled = settle_dispute(dispute, actor=world.actor("asker_head"), decision="改为脱敏提供")
    assert (settled.state, settled.decision) == ("settled", "改为脱敏提供")
    assert clock(dispute, "N2").state == "met"


def test_a_dispute_that_is_taken_back_is_owed_nothing(world, dispute, authority):
    refer_dispute(dispute, actor=world.actor("asker_head"))
    withdraw_dispute(dispute, actor=world.actor("asker_head"))
    assert (dispute.state, clock(dispute, "N3").state) == ("withdrawn", "cancelled")


def test_a_thing_is_disputed_once_at_a_time(world, refused, dispute, unchanged):
    with unchanged(), pytest.raises(Conflict, match="running"):
        open_dispute(refused, actor=world.actor("head"), claim="又")
    withdraw_dispute(dispute, actor=world.actor("asker_head"))
    open_dispute(refused, actor=world.actor("head"), claim="又")
    assert Dispute.objects.count() == 2


def test_either_side_of_a_grant_disputes_it(world):
    grant = world.grant()
    dispute = open_dispute(grant, actor=world.actor("head"), claim="超范围使用")
    assert (dispute.grant_id, dispute.respondent_id) == (grant.pk, world.requester.pk)


@pytest.mark.parametrize("who", ["asker", "steward", "publisher", "stranger"])
def test_others_dispute_nothing(world, refused, unchanged, who):
    actor = actor_for(member_with(("head",), None)) if who == "stranger" else world.actor(who)
    with unchanged(), pytest.raises(Forbidden):
        open_dispute(refused, actor=actor, claim="无")


def test_what_was_never_let_out_is_not_disputed(world, unchanged):
    request = world.submit()
    with unchanged(), pytest.raises(Conflict, match="nothing to dispute"):
        open_dispute(request, actor=world.actor("asker_head"), claim="无")

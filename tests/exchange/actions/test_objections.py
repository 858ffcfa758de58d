"""Objections: who may say what of whom, the clock of each kind, and what an outcome needs."""

import os
from datetime import date

import pytest
import time_machine

from accounts.actor import CLOCK
from accounts.errors import AttachmentRefused
from accounts.models import AuditEvent, Notice, Obligation
from exchange.actions.corrections import correct_records
from exchange.actions.objections import (
    attach_evidence,
    close_objection,
    receive_objection,
    resolve_objection,
    submit_objection,
    withdraw_objection,
)
from exchange.actions.upkeep import sweep_orphans
from exchange.errors import CorrectionUnfounded, ItemNotGranted
from exchange.storage import store
from kernel.errors import Conflict, Forbidden, IllegalMove, Invalid
from tests.factories.exchange import SECRET, make_world, row
from tests.people import actor_for, member_with

PDF = b"%PDF-1.7\nevidence"


def claim(**changes):
    said = {"key": {"code": "110101"}, "item": "name", "found": "东城", "claimed": "东城区"}
    return {**said, **changes}


@pytest.fixture
def grant(world):
    world.publish([row("110101", "东城")])
    return world.grant()


@pytest.fixture
def objection(world, grant):
    return submit_objection(
        world.resource,
        actor=world.actor("asker"),
        kind="content",
        description="名称有误",
        grant=grant,
        claims=[claim()],
    )


def clock(objection, kind):
    return Obligation.objects.get(kind=kind, subject_id=objection.pk)


@time_machine.travel("2026-11-23T10:00:00+08:00")
@pytest.mark.parametrize(
    ("kind", "clock_kind"),
    [("content", "C6"), ("catalogue", "N1"), ("authorisation", "N1"), ("availability", "N1")],
)
def test_the_clock_runs_from_the_day_it_is_submitted(world, official_calendar, kind, clock_kind):
    made = submit_objection(
        world.resource, actor=world.actor("asker"), kind=kind, description="有误"
    )
    running = clock(made, clock_kind)
    assert (made.state, made.respondent_id) == ("submitted", world.provider.pk)
    assert (running.department_id, running.counterpart_id) == (
        world.provider.pk,
        world.requester.pk,
    )
    assert running.due_on == date(2026, 12, 7)
    told = Notice.objects.get(verb="objection.submitted")
    assert (told.department_id, told.facts["due_on"]) == (world.provider.pk, "2026-12-07")


def test_misuse_is_the_providers_to_say(world, grant, unchanged):
    said = {"kind": "misuse", "description": "超范围", "grant": grant}
    with unchanged(), pytest.raises(Forbidden):
        submit_objection(world.resource, actor=world.actor("asker"), **said)
    made = submit_objection(world.resource, actor=world.actor("steward"), **said)
    assert (made.department_id, made.respondent_id) == (world.provider.pk, world.requester.pk)
    assert clock(made, "N1").department_id == world.requester.pk


def test_misuse_is_of_a_grant(world, unchanged):
    with unchanged(), pytest.raises(Invalid):
        submit_objection(
            world.resource, actor=world.actor("steward"), kind="misuse", description="超范围"
        )


def test_nobody_objects_to_the_own_data(world, unchanged):
    with unchanged(), pytest.raises(Forbidden, match="without an objection"):
        submit_objection(
            world.resource, actor=world.actor("steward"), kind="content", description="有误"
        )


def test_a_grant_of_another_resource_is_none(world, unchanged):
    other = make_world().grant()
    with unchanged(), pytest.raises(Invalid):
        submit_objection(
            world.resource,
            actor=world.actor("asker"),
            kind="content",
            description="有误",
            grant=other,
        )


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"item": "contact", "claimed": SECRET}, ItemNotGranted),
        ({"item": "nothing"}, ItemNotGranted),
        ({"key": {"name": "东城"}}, Invalid),
        ({"key": {}}, Invalid),
        ({"item": "revised_on", "claimed": "昨天"}, Invalid),
    ],
)
def test_claims_name_records_and_items_that_were_received(world, grant, unchanged, wrong, refusal):
    with unchanged(), pytest.raises(refusal) as told:
        submit_objection(
            world.resource,
            actor=world.actor("asker"),
            kind="content",
            description="有误",
            grant=grant,
            claims=[claim(), claim(**wrong)],
        )
    assert "#/claims/1/" in told.value.facts["errors"][0]["pointer"]


def test_claims_are_made_under_a_grant(world, unchanged):
    with unchanged(), pytest.raises(Invalid):
        submit_objection(
            world.resource,
            actor=world.actor("asker"),
            kind="content",
            description="有误",
            claims=[claim()],
        )


def test_values_of_records_stand_in_no_trail_and_no_notice(world, objection):
    attach_evidence(objection, actor=world.actor("asker"), file_name="a.pdf", content=PDF)
    told = [str(entry.detail) for entry in AuditEvent.objects.all()]
    told += [str(notice.facts) for notice in Notice.objects.all()]
    assert not any("东城" in text for text in told)


def test_an_objection_is_taken_on_answered_and_closed(world, objection, trail):
    receive_objection(objection, actor=world.actor("steward"))
    resolve_objection(
        objection, actor=world.actor("head"), outcome="unfounded", feedback="核实无误"
    )
    assert (objection.state, objection.outcome, objection.batch) == ("resolved", "unfounded", None)
    assert clock(objection, "C6").state == "met"
    close_objection(objection, actor=world.actor("asker"), rating=4)
    assert (objection.state, objection.rating) == ("closed", 4)
    assert [verb for verb in trail() if verb.startswith("objection.")] == [
        "objection.submitted",
        "objection.received",
        "objection.resolved",
        "objection.closed",
    ]


def test_nothing_is_answered_before_it_was_taken_on(world, objection, unchanged):
    with unchanged(), pytest.raises(IllegalMove):
        resolve_objection(
            objection, actor=world.actor("steward"), outcome="unfounded", feedback="无误"
        )


def test_a_correction_needs_its_batch(world, objection, unchanged):
    receive_objection(objection, actor=world.actor("steward"))
    old = world.dataset.batches.get(number=1)
    for batch in (None, old):
        with unchanged(), pytest.raises(CorrectionUnfounded):
            resolve_objection(
                objection,
                actor=world.actor("steward"),
                outcome="corrected",
                feedback="已更正",
                batch=batch,
            )
    since = world.publish([row("110101", "东城区")], "changes").batch
    with unchanged(), pytest.raises(CorrectionUnfounded):
        resolve_objection(
            objection,
            actor=world.actor("steward"),
            outcome="unfounded",
            feedback="无误",
            batch=since,
        )
    resolve_objection(
        objection,
        actor=world.actor("steward"),
        outcome="corrected",
        feedback="已更正",
        batch=since,
    )
    assert objection.batch == since


@pytest.mark.parametrize(("kind", "outcome"), [("content", "remedied"), ("catalogue", "corrected")])
def test_each_kind_has_its_outcomes(world, unchanged, kind, outcome):
    made = submit_objection(
        world.resource, actor=world.actor("asker"), kind=kind, description="有误"
    )
    receive_objection(made, actor=world.actor("steward"))
    with unchanged(), pytest.raises(CorrectionUnfounded):
        resolve_objection(made, actor=world.actor("steward"), outcome=outcome, feedback="已处理")


def test_an_objection_that_is_taken_back_is_owed_nothing(world, objection):
    withdraw_objection(objection, actor=world.actor("asker"))
    assert (objection.state, clock(objection, "C6").state) == ("withdrawn", "cancelled")


def test_others_neither_answer_nor_take_back(world, objection, unchanged):
    stranger = actor_for(member_with(("steward",), None))
    with unchanged():
        for actor in (world.actor("asker"), stranger):
            with pytest.raises(Forbidden):
                receive_objection(objection, actor=actor)
        for actor in (world.actor("steward"), stranger):
            with pytest.raises(Forbidden):
                withdraw_objection(objection, actor=actor)


def test_evidence_is_kept_once_and_the_sweep_leaves_it(world, objection, unchanged):
    steward = world.actor("asker")
    attach_evidence(objection, actor=steward, file_name="批复.pdf", content=PDF)
    assert (objection.evidence_name, objection.evidence_size) == ("批复.pdf", len(PDF))
    with unchanged(), pytest.raises(Conflict, match="already"):
        attach_evidence(objection, actor=steward, file_name="b.pdf", content=PDF)
    path = store().path(objection.evidence_digest)
    os.utime(path, (0, 0))
    sweep_orphans(actor=CLOCK)
    assert path.read_bytes() == PDF


def test_evidence_is_a_document(world, objection, unchanged):
    for name, content in (("a.pdf", b"MZ"), ("a.exe", PDF)):
        with unchanged(), pytest.raises(AttachmentRefused):
            attach_evidence(objection, actor=world.actor("asker"), file_name=name, content=content)


def test_a_correction_by_the_respondent_is_named_without_being_said(world, objection):
    receive_objection(objection, actor=world.actor("steward"))
    batch = correct_records(objection, actor=world.actor("steward"), rows=[row("110101", "东城区")])
    resolve_objection(objection, actor=world.actor("head"), outcome="corrected", feedback="已更正")
    assert objection.batch == batch

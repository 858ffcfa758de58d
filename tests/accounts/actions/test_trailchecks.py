"""Verifying the trail from a page or every night: the verdict is kept in the trail."""

import pytest

from accounts import audit
from accounts.actions import trailchecks
from accounts.actions.trail import seal_audit
from accounts.actions.trailchecks import verify_trail
from accounts.actor import CLOCK
from accounts.errors import TrailTooLong
from accounts.models import AuditEvent
from accounts.trail import trail_status
from kernel.errors import Forbidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(department):
    for _ in range(3):
        audit.record(CLOCK, "department.changed", department)
    seal_audit()


def test_a_sound_trail_is_said_to_be_sound_and_by_whom(sealed, actor_of):
    auditor = actor_of("auditor")
    verdict = verify_trail(actor=auditor)
    assert (verdict.ok, verdict.entries, verdict.blocks, verdict.checkpoints) == (True, 3, 1, 1)
    event = AuditEvent.objects.get(verb="trail.verified")
    assert (event.actor_id, event.detail["ok"], event.detail["entries"]) == (auditor.id, True, 3)


def test_the_status_tells_what_is_sealed_and_what_was_found(sealed):
    before = trail_status()
    told = [(one.ledger, one.blocks, one.entries, one.unsealed) for one in before.ledgers]
    assert told == [("trail", 1, 3, 0), ("uses", 0, 0, 0)]
    assert before.checkpoint_agrees
    assert [(place.fault, place.is_late) for place in before.places] == [("", False)]
    assert before.verified is None
    verify_trail()
    after = trail_status()
    assert after.ledgers[0].unsealed == 1
    assert after.verified["ok"] is True


def test_others_verify_nothing(sealed, actor_of):
    with pytest.raises(Forbidden):
        verify_trail(actor=actor_of("authority"))
    assert not AuditEvent.objects.filter(verb="trail.verified").exists()


def test_a_person_does_not_wait_for_a_long_trail_but_the_clock_does(sealed, actor_of, monkeypatch):
    monkeypatch.setattr(trailchecks, "MOST_WAITED_FOR", 2)
    with pytest.raises(TrailTooLong):
        verify_trail(actor=actor_of("auditor"))
    assert verify_trail(actor=CLOCK).ok

"""The clock tells of deadlines that come near or pass, each once, and closes nothing."""

from datetime import UTC, date, datetime

import pytest

from accounts.actions.escalations import escalate_due
from accounts.actions.extensions import extend_obligation
from accounts.actions.obligations import end_retentions, meet_obligation, open_obligation
from accounts.actor import CLOCK
from accounts.models import AuditEvent, Notice, Obligation

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # C4 is due on Monday 2026-03-16


@pytest.fixture
def clock(department, official_calendar):
    return open_obligation(
        "C4", department, actor=CLOCK, department_id=department.pk, started_at=MONDAY
    )


def at(time_machine, day):
    time_machine.move_to(datetime.fromisoformat(f"{day}T10:00:00+08:00"), tick=False)
    return escalate_due(actor=CLOCK)


def told():
    return list(Notice.objects.order_by("pk").values_list("verb", "roles", "department_id"))


def test_the_department_is_warned_two_workdays_before_the_last_day(clock, department, time_machine):
    assert clock.warn_on == date(2026, 3, 12)
    assert at(time_machine, "2026-03-11") == 0
    assert at(time_machine, "2026-03-12") == 1
    assert at(time_machine, "2026-03-13") == 0
    assert told() == [("obligation.warned", ["head", "steward"], department.pk)]


def test_overdue_goes_to_head_and_admin_then_after_five_workdays_to_the_authority(
    clock, department, actor_of, time_machine
):
    authority = actor_of("authority")
    assert at(time_machine, "2026-03-16") == 1  # warned on the last day itself
    assert at(time_machine, "2026-03-17") == 1
    assert at(time_machine, "2026-03-20") == 0
    assert at(time_machine, "2026-03-23") == 1
    assert at(time_machine, "2026-04-30") == 0
    assert told()[1:] == [
        ("obligation.overdue", ["department_admin", "head"], department.pk),
        ("obligation.escalated", ["authority"], authority.department_id),
    ]
    assert Obligation.objects.get().state == "open"
    assert AuditEvent.objects.filter(verb="obligation.escalated").count() == 1


def test_a_clock_that_nobody_looked_at_is_told_of_once_at_its_rung(clock, actor_of, time_machine):
    actor_of("authority")
    assert at(time_machine, "2026-04-30") == 1
    assert [verb for verb, *_ in told()] == ["obligation.escalated"]


def test_an_extended_clock_is_warned_of_anew(clock, actor_of, time_machine):
    at(time_machine, "2026-03-12")
    extend_obligation(clock, actor=actor_of("authority"), workdays=5, reason="a", document="1号")
    Notice.objects.all().delete()
    assert at(time_machine, "2026-03-17") == 0
    assert at(time_machine, "2026-03-19") == 1
    assert [verb for verb, *_ in told()] == ["obligation.warned"]


def test_a_met_clock_is_left_alone(clock, department, time_machine):
    meet_obligation("C4", department, actor=CLOCK, at=MONDAY)
    assert at(time_machine, "2026-04-30") == 0
    assert told() == []


def test_a_limit_of_one_day_is_warned_of_on_that_day(department, official_calendar, time_machine):
    clock = open_obligation(
        "C3", department, actor=CLOCK, department_id=department.pk, started_at=MONDAY
    )
    assert (clock.due_on, clock.warn_on) == (date(2026, 3, 3), date(2026, 3, 3))
    assert at(time_machine, "2026-03-03") == 1


def test_a_record_to_keep_is_never_overdue_and_over_after_its_last_day(
    department, official_calendar, time_machine
):
    open_obligation(
        "C7",
        department,
        actor=CLOCK,
        department_id=department.pk,
        started_at=MONDAY,
        due_on=date(2029, 3, 2),
    )
    assert at(time_machine, "2029-03-02") == 0
    assert end_retentions(actor=CLOCK) == 0
    time_machine.move_to(datetime.fromisoformat("2029-03-03T10:00:00+08:00"), tick=False)
    assert end_retentions(actor=CLOCK) == 1
    assert Obligation.objects.get().state == "met"
    assert told() == []

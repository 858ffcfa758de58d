"""Statutory clocks: started, met, extended, explained; provisional until the calendar comes."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from accounts.actions.calendar import load_calendar_year
from accounts.actions.obligations import (
    cancel_obligation,
    explain_obligation,
    meet_obligation,
    open_obligation,
    recompute_obligations,
)
from accounts.actor import CLOCK
from accounts.models import AuditEvent, ClockLimit, Obligation
from kernel.errors import Conflict, Forbidden
from tests.factories.accounts import DepartmentFactory

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def opened(department, official_calendar):
    def start(kind="C4", started_at=MONDAY):
        return open_obligation(
            kind, department, actor=CLOCK, department_id=department.pk, started_at=started_at
        )

    return start


def verbs():
    return list(
        AuditEvent.objects.filter(verb__startswith="obligation").values_list("verb", flat=True)
    )


def test_a_conditional_request_is_due_after_ten_workdays(opened):
    clock = opened()
    assert clock.due_on == date(2026, 3, 16)
    assert clock.limit_workdays == 10
    assert clock.calendars == {"2026": 1}
    assert not clock.is_provisional
    assert clock.state == "open"
    assert verbs() == ["obligation.opened"]


def test_the_start_is_the_day_in_china_not_in_greenwich(opened):
    late_on_monday = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # Tuesday, 01:00 in China
    assert opened("C3", late_on_monday).due_on == date(2026, 3, 4)


def test_a_local_limit_is_used_for_clocks_to_come(opened):
    ClockLimit.objects.create(kind="C4", workdays=5, basis="示例省办法")
    assert opened().due_on == date(2026, 3, 9)


def test_a_running_clock_is_not_started_again(opened, department):
    first = opened()
    again = opened(started_at=datetime(2026, 3, 9, 1, 0, tzinfo=UTC))
    assert again.pk == first.pk
    assert again.due_on == date(2026, 3, 16)
    assert Obligation.objects.count() == 1


def test_a_met_clock_can_be_followed_by_another(opened, department):
    opened()
    met = meet_obligation("C4", department, actor=CLOCK, at=MONDAY)
    assert (met.state, met.met_at) == ("met", MONDAY)
    assert opened().pk != met.pk


def test_nothing_to_meet_or_cancel_is_no_fault(department):
    assert meet_obligation("C4", department, actor=CLOCK) is None
    assert cancel_obligation("C4", department, actor=CLOCK) is None
    assert verbs() == []


def test_meeting_says_in_the_trail_whether_it_was_late(opened, department):
    opened()
    meet_obligation("C4", department, actor=CLOCK, at=datetime(2026, 3, 17, 1, 0, tzinfo=UTC))
    assert AuditEvent.objects.get(verb="obligation.met").detail == {"kind": "C4", "late": True}


def test_a_cancelled_clock_runs_no_more(opened, department):
    opened()
    assert cancel_obligation("C4", department, actor=CLOCK).state == "cancelled"
    assert meet_obligation("C4", department, actor=CLOCK) is None


def test_the_head_explains_a_missed_limit_once(opened, actor_of, department):
    head = actor_of("head", department)
    clock = explain_obligation(opened(), actor=head, just_cause="系统因洪水中断")
    assert clock.just_cause == "系统因洪水中断"
    with pytest.raises(Conflict):
        explain_obligation(clock, actor=head, just_cause="另一个理由")
    assert Obligation.objects.get().just_cause == "系统因洪水中断"


def test_a_limit_that_is_kept_needs_no_explanation(opened, actor_of, department):
    clock = opened()
    meet_obligation("C4", department, actor=CLOCK, at=MONDAY)
    clock.refresh_from_db()
    with pytest.raises(Conflict):
        explain_obligation(clock, actor=actor_of("head", department), just_cause="无")


def test_another_departments_head_cannot_explain(opened, actor_of):
    with pytest.raises(Forbidden):
        explain_obligation(opened(), actor=actor_of("head", DepartmentFactory()), just_cause="无")
    assert Obligation.objects.get().just_cause == ""


def test_a_due_date_over_an_unknown_year_is_provisional_and_made_final_once(opened, actor_of):
    clock = opened(started_at=datetime(2026, 12, 28, 1, 0, tzinfo=UTC))
    assert clock.is_provisional
    assert clock.due_on == date(2027, 1, 11)
    assert recompute_obligations(actor=CLOCK) == 0

    days = {date(2027, 1, 1): False, date(2027, 1, 2): True, date(2027, 1, 3): True}
    load_calendar_year(2027, days, "国办发明电〔2026〕7号", actor=actor_of("operator"))
    clock.refresh_from_db()
    assert not clock.is_provisional
    assert clock.due_on == date(2027, 1, 8)
    assert clock.calendars == {"2026": 1, "2027": 1}
    trace = AuditEvent.objects.get(verb="obligation.recomputed")
    assert trace.detail == {
        "kind": "C4",
        "due_before": "2027-01-11",
        "due_on": "2027-01-08",
        "calendars": {"2026": 1, "2027": 1},
    }

    load_calendar_year(2027, {date(2027, 1, 4): False}, "更正", actor=actor_of("operator"))
    clock.refresh_from_db()
    assert clock.due_on == date(2027, 1, 8)
    assert AuditEvent.objects.filter(verb="obligation.recomputed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_rivals_start_one_clock():
    department = DepartmentFactory()
    barrier, found = threading.Barrier(2), []

    def start():
        try:
            barrier.wait(10)
            row = open_obligation("C2", department, actor=CLOCK, department_id=department.pk)
            found.append(row.pk)
        finally:
            connection.close()

    rivals = [threading.Thread(target=start) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(20)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert Obligation.objects.count() == 1

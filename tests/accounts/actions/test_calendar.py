"""The workday calendar: editions, and what is kept of a year's days."""

from datetime import date

import pytest

from accounts.actions.calendar import load_calendar_year
from accounts.errors import CalendarInvalid
from accounts.models import AuditEvent, CalendarYear
from kernel.errors import Forbidden

NEW_YEAR = {
    date(2027, 1, 1): False,
    date(2027, 1, 3): True,
    date(2027, 1, 4): True,  # a Monday, as always: it is not kept
}
SOURCE = "国办发明电〔2026〕7号"


@pytest.fixture
def operator(actor_of):
    return actor_of("operator")


def test_only_days_out_of_the_ordinary_are_kept(operator):
    made = load_calendar_year(2027, NEW_YEAR, SOURCE, actor=operator)
    assert (made.edition, made.days) == (1, {"2027-01-01": False, "2027-01-03": True})
    assert AuditEvent.objects.get(verb="calendar.loaded").detail["edition"] == 1


def test_the_same_days_make_no_new_edition_and_others_do(operator):
    first = load_calendar_year(2027, NEW_YEAR, SOURCE, actor=operator)
    assert load_calendar_year(2027, NEW_YEAR, SOURCE, actor=operator).pk == first.pk
    second = load_calendar_year(2027, {date(2027, 1, 1): False}, "更正", actor=operator)
    assert second.edition == 2
    first.refresh_from_db()
    assert first.days == {"2027-01-01": False, "2027-01-03": True}


@pytest.mark.parametrize(
    ("year", "days"),
    [(2027, {date(2026, 12, 31): False}), (1948, {}), (2200, {})],
)
def test_a_day_of_another_year_and_a_strange_year_are_refused(operator, year, days):
    with pytest.raises(CalendarInvalid):
        load_calendar_year(year, days, SOURCE, actor=operator)
    assert not CalendarYear.objects.exists()


def test_a_steward_loads_no_calendar(actor_of):
    with pytest.raises(Forbidden):
        load_calendar_year(2027, NEW_YEAR, SOURCE, actor=actor_of("steward"))
    assert not CalendarYear.objects.exists()
    assert not AuditEvent.objects.exists()

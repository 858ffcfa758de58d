from datetime import date

import pytest

from accounts.workdays import YearDays
from catalog.quality.timeliness import PROMISING, Standing, fresh_until, standing
from catalog.vocabulary import UpdateCycle

PUBLISHED = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("cycle", "brought", "until"),
    [
        ("daily", date(2026, 3, 3), date(2026, 3, 4)),
        ("weekly", date(2026, 3, 3), date(2026, 3, 16)),
        ("monthly", date(2026, 1, 31), date(2026, 3, 2)),
        ("monthly", date(2026, 11, 1), date(2026, 12, 31)),
        ("quarterly", date(2025, 11, 20), date(2026, 3, 31)),
        ("half_yearly", date(2025, 7, 1), date(2026, 6, 30)),
        ("yearly", date(2025, 1, 1), date(2026, 12, 31)),
        ("yearly", date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_cycle_is_kept_by_data_that_come_in_its_next_period(cycle, brought, until):
    assert fresh_until(cycle, brought, PUBLISHED) == until


def test_yearly_data_are_not_overdue_after_366_days():
    until = fresh_until("yearly", date(2025, 6, 30), PUBLISHED)

    assert until is not None
    assert until > date(2026, 7, 1)


def test_data_that_never_came_are_owed_from_the_publication_on():
    assert fresh_until("monthly", None, date(2026, 3, 5)) == date(2026, 4, 30)


def test_nothing_is_owed_before_the_publication():
    assert fresh_until("monthly", None, None) is None


@pytest.mark.parametrize("cycle", ["realtime", "other", ""])
def test_these_cycles_promise_no_day(cycle):
    assert fresh_until(cycle, date(2020, 1, 1), PUBLISHED) is None


def test_every_other_cycle_promises_one():
    assert {*PROMISING} == {*UpdateCycle.values} - {"realtime", "other"}


def test_daily_data_are_owed_on_workdays_only():
    friday = date(2026, 3, 6)

    assert fresh_until("daily", friday, PUBLISHED) == date(2026, 3, 9)


def test_moved_weekends_are_respected():
    spring = YearDays(1, {date(2026, 2, day): day in (14, 28) for day in (14, *range(15, 24), 28)})
    friday = date(2026, 2, 13)

    assert fresh_until("daily", friday, PUBLISHED, {2026: spring}) == date(2026, 2, 14)
    assert fresh_until("daily", date(2026, 2, 14), PUBLISHED, {2026: spring}) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("cycle", "came", "today", "found"),
    [
        ("daily", date(2026, 3, 3), date(2026, 3, 4), Standing("fresh", date(2026, 3, 4), 0)),
        ("daily", date(2026, 3, 3), date(2026, 3, 9), Standing("overdue", date(2026, 3, 4), 3)),
        ("monthly", None, date(2024, 5, 1), Standing("never_came", date(2024, 4, 30), 1)),
        ("other", date(2020, 1, 1), date(2026, 3, 9), Standing("no_promise", None, 0)),
    ],
)
def test_how_late_data_are_is_counted_in_workdays(cycle, came, today, found):
    assert standing(cycle, came, PUBLISHED, today) == found

"""Legal against actual workdays, counted over groups of closed clocks."""

from datetime import date

import pytest

from accounts.clockstats import Closed, statistics


def closed(met_on, due_on=date(2026, 3, 16), count=1, kind="C4"):
    return Closed(kind, date(2026, 3, 2), met_on, due_on, 10, count)


def test_workdays_are_counted_and_weekends_are_not():
    (row,) = statistics([closed(date(2026, 3, 9))], {})
    assert (row.kind, row.met, row.in_time) == ("C4", 1, 1)
    assert (row.allowed_mean, row.actual_mean, row.actual_median, row.actual_most) == (10, 5, 5, 5)
    assert row.on_time_rate == 1.0


def test_groups_count_as_often_as_they_say():
    rows = [closed(date(2026, 3, 3), count=3), closed(date(2026, 3, 17), count=1)]
    (row,) = statistics(rows, {})
    assert (row.met, row.in_time, row.on_time_rate) == (4, 3, 0.75)
    assert (row.actual_mean, row.actual_median, row.actual_most) == (3.5, 1, 11)


def test_what_is_met_on_the_day_it_began_took_no_workday():
    (row,) = statistics([closed(date(2026, 3, 2))], {})
    assert row.actual_mean == 0


def test_kinds_stand_apart_in_their_order():
    found = statistics([closed(date(2026, 3, 3), kind="C5"), closed(date(2026, 3, 3))], {})
    assert [row.kind for row in found] == ["C4", "C5"]


def test_nothing_closed_gives_no_line():
    assert statistics([], {}) == []


@pytest.mark.parametrize(("day", "in_time"), [(date(2026, 3, 16), 1), (date(2026, 3, 17), 0)])
def test_the_last_day_itself_is_in_time(day, in_time):
    (row,) = statistics([closed(day)], {})
    assert row.in_time == in_time

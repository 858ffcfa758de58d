"""Counting workdays as the law and the State Council's notices say."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from accounts.workdays import YearDays, add_workdays, is_workday, workdays_left

Y2026 = YearDays(
    3,
    {
        date(2026, 2, 14): True,
        **{date(2026, 2, day): False for day in (16, 17, 18, 19, 20, 23)},
        date(2026, 2, 28): True,
    },
)


def test_the_day_a_clock_starts_is_not_counted():
    assert add_workdays(date(2026, 3, 2), 1, {2026: Y2026}).on == date(2026, 3, 3)


def test_a_clock_that_starts_on_a_rest_day_begins_on_the_next_workday():
    assert add_workdays(date(2026, 3, 7), 1, {2026: Y2026}).on == date(2026, 3, 9)


def test_a_moved_weekend_counts_and_the_spring_festival_does_not():
    # Fri 13 Feb; Sat 14 works; 15-23 rest; Tue 24 .. Fri 27 work; Sat 28 works.
    due = add_workdays(date(2026, 2, 13), 6, {2026: Y2026})
    assert due.on == date(2026, 2, 28)
    assert due.calendars == {"2026": 3}
    assert not due.is_provisional


def test_a_due_date_in_a_year_without_calendar_is_provisional_and_guessed_monday_to_friday():
    due = add_workdays(date(2026, 12, 28), 10, {2026: Y2026})
    assert due.on == date(2027, 1, 11)
    assert due.is_provisional
    assert due.calendars == {"2026": 3}


def test_a_limit_of_no_days_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        add_workdays(date(2026, 3, 2), 0, {})


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 2, 13), 6),
        (date(2026, 2, 27), 1),
        (date(2026, 2, 28), 0),
        (date(2026, 3, 3), -2),
    ],
)
def test_days_left_are_workdays_and_negative_once_missed(today, left):
    assert workdays_left(today, date(2026, 2, 28), {2026: Y2026}) == left


def test_days_left_are_those_that_are_counted_one_by_one():
    days = [date(2025, 12, 20) + timedelta(days=n) for n in range(0, 430, 7)]
    for today in days[::3]:
        for due in days:
            early, late = sorted((today, due))
            after = (early + timedelta(days=n) for n in range(1, (late - early).days + 1))
            counted = sum(is_workday(day, {2026: Y2026}) for day in after)
            left = counted if due >= today else -counted
            assert workdays_left(today, due, {2026: Y2026}) == left


def test_the_whole_of_2026_agrees_with_the_state_councils_notice():
    days = [date(2026, 1, 1).fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(365)]
    calendar = YearDays(1, {d: chinese_calendar.is_workday(d) for d in days})
    assert [d for d in days if d.weekday() > 4 and is_workday(d, {2026: calendar})] == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]

"""Timetables: intervals that keep their rhythm, and cron in the platform's zone."""

from datetime import UTC, datetime, timedelta

import pytest

from exchange.schedules import next_time

NOW = datetime(2026, 11, 22, 10, 7, 30, tzinfo=UTC)


def test_an_interval_begins_now():
    assert next_time("every 15m", NOW) == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (NOW - timedelta(minutes=1), NOW + timedelta(minutes=14)),
        (NOW - timedelta(minutes=15), NOW + timedelta(minutes=15)),
        (NOW - timedelta(days=3, minutes=5), NOW + timedelta(minutes=10)),
    ],
)
def test_missed_slots_are_left_out_and_the_rhythm_is_kept(last, expected):
    assert next_time("every 15m", NOW, last) == expected


def test_cron_is_read_in_the_platforms_zone():
    # 10:07 UTC is 18:07 in Shanghai.
    assert next_time("30 18 * * *", NOW) == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert next_time("0 2 * * 1-5", NOW) == datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def test_the_empty_timetable_has_no_next_time():
    assert next_time("", NOW) is None


@pytest.mark.parametrize(
    "schedule", ["every 0m", "every 5s", "every 15", "* * * *", "* * * * * *", "a b c d e"]
)
def test_what_is_no_timetable_is_refused(schedule):
    with pytest.raises(ValueError, match=r"."):
        next_time(schedule, NOW)

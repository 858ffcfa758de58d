"""Which elements of the year arrays are summed."""

from datetime import date

from accounts.scanning.windows import BEFORE, EARLIER, FIRST_PART, HALF, month_of, windows


def days(today, *stretches):
    return [
        window.day(element)
        for window in windows(today)
        if window.stretch in stretches
        for element in range(window.first, window.last + 1)
    ]


def test_the_stretches_follow_each_other_without_gap_or_overlap():
    for today in (date(2026, 3, 2), date(2026, 12, 31), date(2024, 2, 29), date(2025, 1, 1)):
        found = days(today, EARLIER, BEFORE, FIRST_PART, HALF)
        assert found[-1] == today
        assert len(found) == 3 * 365
        assert len(set(found)) == 3 * 365
        assert found == sorted(found)


def test_the_last_half_year_has_180_days_and_the_year_365():
    today = date(2026, 3, 2)
    assert days(today, HALF)[0] == date(2025, 9, 4)
    assert len(days(today, HALF)) == 180
    assert days(today, FIRST_PART, HALF)[0] == date(2025, 3, 3)


def test_months_are_counted_back_from_today():
    today = date(2026, 3, 2)
    assert month_of(today, 2026, 61) == 0
    assert month_of(today, 2026, 1) == 2
    assert month_of(today, 2025, 365) == 3
    assert month_of(today, 2026, 120) == -1

"""Series read from the year arrays: sums by PostgreSQL, joined over the turns of the years."""

from datetime import date, timedelta

import pytest

from accounts.models import SignalYear
from accounts.scanning.series import read_months, read_series
from tests.factories.accounts import SystemFactory
from tests.factories.scans import tell

TODAY = date(2026, 3, 2)


@pytest.fixture
def system(db):
    return SystemFactory()


def test_a_number_a_day_is_summed_over_year_half_and_the_years_before(system):
    tell(system, "login", TODAY, 2)
    found = read_series([system.pk], TODAY)[system.pk]["login"]
    assert (found.year.told, found.year.total, found.year.zeros) == (365, 730, 0)
    assert (found.half.told, found.half.total) == (180, 360)
    assert (found.before.told, found.before.total) == (365, 730)
    assert (found.earlier.told, found.earlier.total) == (365, 730)
    assert (found.year.first, found.year.last) == (date(2025, 3, 3), TODAY)
    assert found.last_active == TODAY


def test_zeros_and_gaps_are_not_the_same(system):
    tell(system, "transaction", TODAY, lambda ago: None if ago % 3 else float(ago > 400))
    found = read_series([system.pk], TODAY)[system.pk]["transaction"]
    assert (found.year.told, found.year.zeros, found.year.total) == (122, 122, 0)
    assert found.last_active == TODAY - timedelta(402)
    assert (found.year.first, found.year.last) == (TODAY - timedelta(363), TODAY)


def test_growth_is_the_last_told_number_less_the_first_of_the_half_year(system):
    tell(system, "storage_gb", TODAY, lambda ago: None if ago < 5 or ago == 179 else 1000 - ago)
    found = read_series([system.pk], TODAY)[system.pk]["storage_gb"]
    assert (found.latest, found.growth, found.growth_days) == (995, 173, 173)


def test_peaks_and_means_are_of_the_told_days(system):
    tell(system, "active_users", TODAY, lambda ago: {0: 7.0, 9: 1.0}.get(ago))
    found = read_series([system.pk], TODAY)[system.pk]["active_users"]
    assert (found.year.peak, found.year.mean, found.year.told, found.year.covered) == (7, 4, 2, 10)


def test_days_after_today_and_other_systems_do_not_count(system):
    SignalYear.objects.create(system=system, kind="login", year=2026, days=[None] * 100 + [9] * 266)
    tell(SystemFactory(), "login", TODAY, 5)
    assert read_series([system.pk], TODAY) == {}


def test_a_leap_day_is_a_day(system):
    tell(system, "login", date(2024, 2, 29), 1)
    found = read_series([system.pk], date(2024, 2, 29))[system.pk]["login"]
    assert (found.year.total, found.year.last) == (365, date(2024, 2, 29))


def test_months_are_36_sums_with_none_where_nothing_was_told(system):
    tell(system, "login", TODAY, lambda ago: 1.0 if ago < 32 else None)
    found = read_months([system.pk], TODAY)[system.pk]["login"]
    assert len(found) == 36
    assert found[-3:] == (2.0, 28.0, 2.0)[::-1] or found[-3:] == (2.0, 28.0, 2.0)
    assert found[-4] is None

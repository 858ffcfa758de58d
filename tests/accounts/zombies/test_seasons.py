"""Seasons: declared, or found in the months of earlier years."""

from datetime import date

import pytest

from accounts.zombies.seasons import season_of
from accounts.zombies.thresholds import DEFAULTS
from tests.factories.evidence import TODAY, evidence, months, series

OCTOBER = date(2026, 10, 15)


def season(today=TODAY, declared=(), **sums):
    e = evidence(season=declared, login=series(0, months=months(**sums)))
    return season_of(e, DEFAULTS, today)


def test_a_system_that_works_every_march_has_that_season():
    found = season(OCTOBER, m7=300, m19=280, m31=320)
    assert (found.months, found.is_declared, found.is_sure) == ((3,), False, True)
    assert (found.latest, found.earlier, found.has_returned) == (300, 300, True)


def test_a_season_that_was_missed_has_not_returned():
    found = season(OCTOBER, m7=0, m19=280, m31=320)
    assert (found.months, found.latest, found.has_returned) == ((3,), 0, False)


def test_a_season_may_come_a_month_late():
    assert season(OCTOBER, m6=300, m19=280, m31=320).has_returned


def test_a_season_at_the_turn_of_the_year_is_one():
    found = season(OCTOBER, m10=100, m9=100, m22=100, m21=100, m34=100, m33=100)
    assert found.months == (1, 12)


def test_a_season_that_goes_on_cannot_have_been_missed_yet():
    found = season(OCTOBER, m12=300, m24=280)
    assert (found.months, found.latest, found.has_returned) == ((10,), 300, True)


def test_a_trial_in_one_month_of_one_year_is_no_season_that_may_still_come():
    found = season(OCTOBER, m12=40)
    assert found is None or not found.has_returned


def test_what_was_used_all_the_year_round_and_died_has_no_season():
    alive = {f"m{ago}": 50 for ago in range(13, 36)}
    assert season(OCTOBER, **alive) is None


def test_five_months_are_no_season():
    assert season(OCTOBER, **{f"m{ago}": 50 for ago in (19, 20, 21, 22, 23)}) is None


def test_stray_use_makes_no_season():
    assert season(OCTOBER, m7=3, m19=2, m31=4) is None


def test_a_burst_in_the_only_known_year_is_not_sure():
    e = evidence(login=series(0, months=(None,) * 24 + months(m5=90)[24:]))
    found = season_of(e, DEFAULTS, OCTOBER)
    assert (found.months, found.is_sure, found.has_returned) == ((5,), False, True)


@pytest.mark.parametrize(("latest", "returned"), [(60, True), (59, False)])
def test_a_fifth_of_earlier_seasons_has_to_return(latest, returned):
    assert season(OCTOBER, m7=latest, m19=300, m31=300).has_returned is returned


def test_a_declared_season_counts_without_months_that_are_read():
    found = season_of(evidence(season=(11, 12)), DEFAULTS, TODAY)
    assert (found.months, found.is_declared, found.has_returned) == ((11, 12), True, False)

"""How far numbers speak: zeros that were told, gaps that were not, and what nobody told."""

from datetime import date

import pytest

from accounts.zombies.evidence import Series, Span
from accounts.zombies.thresholds import DEFAULTS
from accounts.zombies.use import has_people, is_used, once, relied_on_by, speaks, withered
from tests.factories.evidence import TODAY, evidence, gauge, series, span


def test_who_tells_zeros_speaks_for_the_days_told():
    told = Span(told=100, zeros=60, total=80, first=date(2025, 4, 1), last=date(2026, 3, 1))
    assert told.covered == 100
    assert told.monthly == pytest.approx(24.32)


def test_who_tells_only_what_happened_speaks_for_the_days_between():
    told = Span(told=3, zeros=0, total=3, first=date(2025, 4, 2), last=date(2026, 2, 25))
    assert told.covered == 330
    assert told.monthly == pytest.approx(0.2764, abs=1e-4)


def test_nothing_told_speaks_for_no_day():
    assert (Span().covered, Span().monthly, Span().mean) == (0, 0, 0)


@pytest.mark.parametrize(
    ("told", "last_ago", "expected"),
    [(365, 0, True), (90, 0, True), (89, 0, False), (365, 60, True), (300, 61, False)],
)
def test_a_series_speaks_with_enough_days_and_a_late_one(told, last_ago, expected):
    assert speaks(series(10, told=told, last_ago=last_ago), DEFAULTS, TODAY) is expected


def test_once_is_the_better_of_the_two_years_before():
    both = Series(before=span(365), earlier=span(3650))
    assert once(both, DEFAULTS) == pytest.approx(304)
    assert once(Series(before=span(365, told=89)), DEFAULTS) == 0


@pytest.mark.parametrize(("left", "expected"), [(50, True), (51, False)])
def test_use_has_withered_at_a_twentieth_of_what_it_was(left, expected):
    assert withered(series(left, before=1000), DEFAULTS) is expected


def test_a_single_known_year_cannot_have_withered():
    assert withered(series(0), DEFAULTS) is False


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"login": series(600, peak=9)}, True),
        ({"login": series(600, peak=9, active_ago=61)}, False),
        ({"active_users": series(300, peak=5)}, True),
        ({"login": series(0, active_ago=None)}, False),
        ({"login": series(30, before=30, active_ago=9)}, None),
        ({"login": series(8, before=900, active_ago=9)}, False),
        ({}, None),
        ({"cpu_percent": gauge(2)}, None),
    ],
)
def test_whether_people_use_it(kinds, expected):
    assert has_people(evidence(**kinds), DEFAULTS, TODAY) is expected


def test_steady_business_is_use_without_people():
    few = evidence(login=series(12), transaction=series(90, before=80))
    assert is_used(few, DEFAULTS, TODAY) is True
    withering = evidence(login=series(0, active_ago=None), transaction=series(90, before=9000))
    assert is_used(withering, DEFAULTS, TODAY) is False


def test_who_relies_on_it_is_named():
    e = evidence(
        dependants=("不动产登记信息系统",),
        call_provided=series(900, half=400),
        subscriptions_open=gauge(2, latest=2),
    )
    assert relied_on_by(e, DEFAULTS, TODAY) == (
        "不动产登记信息系统",
        "call_provided=400",
        "subscriptions_open=2",
    )


def test_calls_that_ended_or_withered_are_nobody_to_rely_on():
    ended = evidence(call_provided=series(900, half=400, active_ago=61))
    withered_calls = evidence(call_provided=series(160, before=90_000))
    closed = evidence(subscriptions_open=gauge(1, latest=0))
    assert [relied_on_by(e, DEFAULTS, TODAY) for e in (ended, withered_calls, closed)] == [()] * 3

"""Z1: the use has long parted from the business."""

from datetime import date

import pytest

from accounts.zombies.business import judge_business
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import DEFAULTS
from tests.factories.evidence import TODAY, evidence, series

NEVER = {"active_ago": None}
BUSY = {"login": series(900, peak=12)}


def level(season=None, **columns):
    return judge_business(evidence(**columns), DEFAULTS, season, TODAY).level


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"transaction": series(0, **NEVER)}, "suspected"),
        ({"transaction": series(0, active_ago=400, before=700)}, "suspected"),
        ({"transaction": series(3, active_ago=200)}, "suspected"),
        ({"transaction": series(4, active_ago=20)}, "clear"),
        ({"transaction": series(20, before=700)}, "suspected"),
        ({"transaction": series(70, before=7000)}, "watch"),
        ({"transaction": series(300, half=0, active_ago=190)}, "watch"),
        ({"transaction": series(300)}, "clear"),
        ({"stopped_on": date(2025, 1, 1)}, "suspected"),
        ({"stopped_on": date(2027, 1, 1)}, "unknown"),
        # Missing evidence: nothing told, too little told, told long ago.
        ({}, "unknown"),
        ({"transaction": series(0, told=89, **NEVER)}, "unknown"),
        ({"transaction": series(0, told=200, last_ago=61, **NEVER)}, "unknown"),
        # Small but vital, young, doubtful.
        ({"transaction": series(0, **NEVER), "dependants": ("医保平台",)}, "clear"),
        ({"transaction": series(0, **NEVER), "call_provided": series(900)}, "clear"),
        ({"transaction": series(0, **NEVER), "started_on": date(2025, 3, 3)}, "watch"),
        ({"transaction": series(0, **NEVER), "started_on": date(2025, 3, 2)}, "suspected"),
        ({"transaction": series(0, **NEVER), **BUSY}, "watch"),
    ],
)
def test_when_business_has_stopped(columns, expected):
    assert level(**columns) == expected


def test_a_season_that_was_worked_spares_and_a_missed_one_does_not():
    dead = {"transaction": series(0, active_ago=370)}
    worked = Season((3,), kind="transaction", latest=80, earlier=90)
    missed = Season((3,), kind="transaction", latest=0, earlier=90)
    burst = Season((3,), is_sure=False, kind="transaction", latest=80)
    assert level(worked, **dead) == "clear"
    assert level(missed, **dead) == "suspected"
    assert level(burst, **dead) == "watch"


def test_the_sentence_names_the_figures_and_the_last_day():
    finding = judge_business(
        evidence(transaction=series(0, before=1260, active_ago=400)), DEFAULTS, None, TODAY
    )
    assert finding.zh == (
        "近12个月业务办理 0 件（上年同期 1,260 件），最近一次业务办理：2025年1月26日。"
    )
    assert finding.en == (
        "0 transactions in 12 months (1,260 the year before); the last one: 2025-01-26."
    )
    assert finding.facts == {
        "transactions_12_months": 0,
        "transactions_6_months": 0,
        "transactions_year_before": 1260,
        "last_transaction_on": "2025-01-26",
        "days_told": 365,
    }


def test_what_is_missing_is_named_and_counts_against_nobody():
    finding = judge_business(
        evidence(transaction=series(0, told=200, last_ago=70)), DEFAULTS, None, TODAY
    )
    assert finding.missing == ("transaction",)
    assert finding.zh == (
        "缺少业务办理量，无法判断，不作为疑似依据（最近一次报送：2025年12月22日）。"
    )

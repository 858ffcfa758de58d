"""Z3: the resources that it holds have long been idle."""

from datetime import date

import pytest

from accounts.zombies.resources import judge_resources
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import DEFAULTS
from tests.factories.evidence import TODAY, evidence, gauge, series, storage

IDLE = {"cpu_percent": gauge(1.8), "storage_gb": storage(40, 0)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (IDLE, "suspected"),
        ({"cpu_percent": gauge(4.9), "storage_gb": storage(1002, 2)}, "suspected"),
        ({"cpu_percent": gauge(5), "storage_gb": storage(40, 0)}, "clear"),
        ({"cpu_percent": gauge(1.8), "storage_gb": storage(1000, 2.5)}, "clear"),
        ({"cpu_percent": gauge(1.8), "storage_gb": storage(40, -3)}, "suspected"),
        # One of two is missing, stale, or both are.
        ({"cpu_percent": gauge(1.8)}, "watch"),
        ({"storage_gb": storage(40, 0)}, "watch"),
        ({"cpu_percent": gauge(30)}, "clear"),
        ({"storage_gb": storage(40, 9)}, "clear"),
        ({"cpu_percent": gauge(1.8, last_ago=61), "storage_gb": storage(40, 0)}, "watch"),
        ({}, "unknown"),
        # Growth may be declared.
        ({"cpu_percent": gauge(1.8), "yearly_growth_gb": 0.0}, "watch"),
        # In use, however little; young.
        ({**IDLE, "login": series(900, peak=12)}, "watch"),
        ({**IDLE, "transaction": series(90)}, "watch"),
        ({**IDLE, "login": series(30, before=30, active_ago=5)}, "watch"),
        ({**IDLE, "dependants": ("医保平台",)}, "watch"),
        ({**IDLE, "started_on": date(2025, 9, 1)}, "watch"),
        ({**IDLE, "login": series(0, active_ago=None)}, "suspected"),
    ],
)
def test_when_resources_are_idle(columns, expected):
    assert judge_resources(evidence(**columns), DEFAULTS, None, TODAY).level == expected


def test_a_machine_that_waits_for_its_season_is_not_idle():
    season = Season((3,), kind="login", latest=300, earlier=300)
    finding = judge_resources(evidence(**IDLE), DEFAULTS, season, TODAY)
    assert finding.level == "clear"
    assert finding.zh == (
        "近6个月CPU日峰值平均 1.8%，数据量增长 0.0%；"
        "历年集中在3月使用，最近一季登录 300 次，淡季安静属正常。"
    )


def test_the_sentence_names_load_and_growth():
    finding = judge_resources(evidence(**IDLE), DEFAULTS, None, TODAY)
    assert finding.zh == "近6个月CPU日峰值平均 1.8%，数据量增长 0.0%。"
    assert finding.en == (
        "The daily peak of CPU load averaged 1.8% in 6 months, stored data grew by 0.0%."
    )
    assert finding.facts == {"cpu_percent_6_months": 1.8, "growth_percent_6_months": 0.0}

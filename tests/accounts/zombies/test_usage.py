"""Z5: few people use it, and rarely."""

from datetime import date

import pytest

from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import DEFAULTS
from accounts.zombies.usage import judge_usage
from tests.factories.evidence import TODAY, evidence, gauge, series

RARE = {"login": series(3, active_ago=40), "active_users": series(3, peak=1, active_ago=40)}
NO_DEALS = {"transaction": series(0, active_ago=None)}
DECLARED = {"use_scope": "office", "user_count": 2}


def level(worked=None, **columns):
    return judge_usage(evidence(**columns), DEFAULTS, worked, TODAY).level


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({**RARE, **NO_DEALS}, "suspected"),
        ({"login": series(0, active_ago=None)}, "suspected"),
        ({"login": series(120, active_ago=5), **NO_DEALS}, "suspected"),
        ({"login": series(121, active_ago=5), **NO_DEALS}, "clear"),
        ({"login": series(3), "active_users": series(500, peak=5), **NO_DEALS}, "watch"),
        ({"login": series(900), "active_users": series(500, peak=4), **NO_DEALS}, "watch"),
        ({"login": series(900), "active_users": series(500, peak=5)}, "clear"),
        # Users told, log-ins not: a day of use is at least one log-in.
        ({"active_users": series(0, peak=0, active_ago=None)}, "suspected"),
        ({"active_users": series(400, peak=4), **NO_DEALS}, "watch"),
        # Withered: a remnant that is little, one that is not, one without a year before.
        ({"login": series(600, before=40_000), **NO_DEALS}, "suspected"),
        ({"login": series(1500, before=40_000), **NO_DEALS}, "watch"),
        ({"login": series(600, half=0, active_ago=190), **NO_DEALS}, "watch"),
        # Small but vital.
        ({**RARE, "transaction": series(120, before=110)}, "clear"),
        ({**RARE, **NO_DEALS, "dependants": ("医保平台",)}, "clear"),
        ({**RARE, **NO_DEALS, "call_provided": series(4000)}, "clear"),
        ({**RARE, **NO_DEALS, "subscriptions_open": gauge(1, latest=1)}, "clear"),
        ({**RARE, "transaction": series(120, before=9000)}, "suspected"),
        ({"login": series(40, before=44, active_ago=9)}, "watch"),
        ({"login": series(40, before=900, active_ago=9)}, "suspected"),
        # Young.
        ({**RARE, **NO_DEALS, "started_on": date(2025, 9, 1)}, "watch"),
        # Nothing told: declared figures are at most to watch, unless the owner says so itself.
        ({}, "unknown"),
        ({"cpu_percent": gauge(1)}, "unknown"),
        ({"login": series(0, told=89, active_ago=None)}, "unknown"),
        ({"login": series(0, told=200, last_ago=61, active_ago=None)}, "unknown"),
        ({**DECLARED, "use_frequency": "yearly"}, "watch"),
        ({**DECLARED, "use_frequency": "rarely"}, "suspected"),
        ({**DECLARED, "use_frequency": "rarely", "season": (3,)}, "watch"),
        ({**DECLARED, "use_frequency": "daily"}, "unknown"),
    ],
)
def test_when_use_is_small_and_rare(columns, expected):
    assert level(**columns) == expected


def test_a_system_that_works_every_march_is_not_idle_in_october():
    quiet = {**RARE, **NO_DEALS}
    assert level(Season((3,), kind="login", latest=300, earlier=280), **quiet) == "clear"
    assert level(Season((3,), kind="login", latest=300, is_sure=False), **quiet) == "watch"
    assert level(Season((3,), kind="login", latest=20, earlier=280), **quiet) == "suspected"


def test_the_sentence_names_log_ins_and_users():
    finding = judge_usage(evidence(**RARE, **NO_DEALS), DEFAULTS, None, TODAY)
    assert finding.zh == "近12个月登录 3 次，活跃用户最多 1 人。"
    assert finding.en == "3 log-ins in 12 months, at most 1 active users a day."
    assert finding.facts == {
        "logins_12_months": 3,
        "logins_year_before": None,
        "login_days_told": 365,
        "most_active_users": 1,
    }


def test_the_sentence_of_a_small_but_vital_system_says_why_it_is_spared():
    finding = judge_usage(evidence(**RARE, transaction=series(120)), DEFAULTS, None, TODAY)
    assert finding.zh == (
        "近12个月登录 3 次，活跃用户最多 1 人；但业务稳定，近6个月办理 60 件，属小而必要。"
    )

"""Z4: maintenance and updates have stopped."""

from datetime import timedelta

import pytest

from accounts.zombies.maintenance import judge_maintenance
from accounts.zombies.thresholds import DEFAULTS
from tests.factories.evidence import TODAY, evidence, gauge, series


def until(days_ago):
    return {"maintained_until": TODAY - timedelta(days_ago)}


def patched(days_ago, **more):
    return {"deployment": series(4, active_ago=days_ago, **more)}


NO_PATCH = {"deployment": series(0, active_ago=None)}
TOLD = {"cpu_percent": gauge(20)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({**until(91), **patched(366)}, "suspected"),
        ({**until(90), **patched(366)}, "watch"),
        ({**until(91), **patched(365)}, "watch"),
        ({**until(700), **patched(20)}, "watch"),
        ({**until(91), **NO_PATCH}, "suspected"),
        ({**until(-30), **NO_PATCH}, "watch"),
        ({**until(-30), **patched(20)}, "clear"),
        ({**until(-30)}, "clear"),
        ({**until(1)}, "watch"),
        # On paper alone: after a year, and only where anything is told of the system.
        ({**until(365), **TOLD}, "watch"),
        ({**until(366), **TOLD}, "suspected"),
        ({**until(2000)}, "watch"),
        # No contract is known.
        ({}, "unknown"),
        ({"maintainer": "示例软件公司"}, "unknown"),
        (patched(20), "clear"),
        (NO_PATCH, "suspected"),
        ({"deployment": series(0, told=80, active_ago=500)}, "watch"),
    ],
)
def test_when_maintenance_has_stopped(columns, expected):
    assert judge_maintenance(evidence(**columns), DEFAULTS, TODAY).level == expected


def test_the_sentence_names_the_days():
    finding = judge_maintenance(evidence(**until(400), **patched(500)), DEFAULTS, TODAY)
    assert finding.zh == (
        "运维合同到期日 2025年1月26日，已逾期 400 天，最近一次发布或补丁：2024年10月18日。"
    )
    assert finding.en == (
        "Maintenance contract ended on 2025-01-26, 400 days ago; last release or patch: 2024-10-18."
    )
    assert finding.missing == ("maintainer",)


def test_what_the_register_does_not_say_is_named():
    finding = judge_maintenance(evidence(), DEFAULTS, TODAY)
    assert finding.missing == ("maintained_until", "deployment", "maintainer")
    assert finding.zh == ("缺少运维合同期限、发布或补丁记录、运维单位，无法判断，不作为疑似依据。")

"""Z2: another system can take over what it does."""

from datetime import date

import pytest

from accounts.zombies.replacement import judge_replacement
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import DEFAULTS
from tests.factories.evidence import TODAY, evidence, peer, series

DEAD = {"login": series(0, active_ago=None)}
ALIVE = {"login": series(5000, peak=30)}
LEFT = {"login": series(900, half=120, before=5000, peak=30)}


def judged(season=None, **columns):
    return judge_replacement(evidence(**columns), DEFAULTS, season, TODAY)


def test_an_unused_system_is_replaced_by_the_used_one_that_does_the_same():
    other = peer(0.92)
    finding, named = judged(peers=(other,), **DEAD)
    assert (finding.level, named) == ("suspected", other)
    assert finding.zh == (
        "与“统一OA办公系统”功能重合 92%（公文办理、会议通知、公文标题），"
        "近6个月登录本系统 0 次、对方 10,000 次；本系统已很少使用。"
    )
    assert finding.en == (
        "Shares 92% of its functions with “统一OA办公系统” (公文办理, 会议通知, 公文标题), "
        "0 against 10,000 log-ins in 6 months; this one is hardly used any more."
    )
    assert finding.facts["shared_business_items"] == ["公文办理", "会议通知"]
    assert finding.facts["compared"] == {"kind": "login", "own": 0, "other": 10_000}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"peers": (peer(0.70),), **DEAD}, "suspected"),
        ({"peers": (peer(0.69),), **DEAD}, "clear"),
        ({"peers": (), **DEAD}, "clear"),
        ({"peers": (), "has_function": False}, "unknown"),
        # Both alive: at most to watch; users gone over: replaced.
        ({"peers": (peer(),), **ALIVE}, "watch"),
        ({"peers": (peer(),), **LEFT}, "suspected"),
        ({"peers": (peer(),), "dependants": ("医保平台",), **LEFT}, "watch"),
        # Never the better-used one, never by a dead one.
        ({"peers": (peer(login=series(300)),), **ALIVE}, "clear"),
        ({"peers": (peer(login=series(0, active_ago=None)),), **DEAD}, "watch"),
        # What is not known counts against nobody.
        ({"peers": (peer(),)}, "watch"),
        ({"peers": (peer(cpu_percent=series(9)),), **DEAD}, "watch"),
        ({"peers": (peer(),), "started_on": date(2025, 9, 1), **DEAD}, "watch"),
        # Registered as replaced.
        ({"peers": (peer(0, is_declared=True),)}, "suspected"),
        ({"peers": (peer(0, is_declared=True),), **DEAD}, "suspected"),
        ({"peers": (peer(0, is_declared=True),), **ALIVE}, "watch"),
    ],
)
def test_when_another_system_replaces_it(columns, expected):
    finding, named = judged(**columns)
    assert finding.level == expected
    assert (named is not None) is (expected == "suspected")


def test_of_two_that_are_alike_only_the_lesser_used_is_replaced():
    small, large = peer(login=series(0, active_ago=None)), peer()
    lesser, named = judged(peers=(large,), **DEAD)
    better, nobody = judged(peers=(small,), **ALIVE)
    assert (lesser.level, named) == ("suspected", large)
    assert (better.level, nobody) == ("clear", None)


def test_a_system_that_worked_its_season_is_not_replaced():
    season = Season((3,), kind="login", latest=300, earlier=300)
    finding, named = judged(season, peers=(peer(),), **DEAD)
    assert (finding.level, named) == ("watch", None)


def test_what_is_not_known_of_the_other_is_named():
    finding, _ = judged(peers=(peer(cpu_percent=series(9)),), **DEAD)
    assert finding.missing == ("peer_use",)
    assert finding.zh.endswith("缺少相似系统的使用情况，无法判断，不作为疑似依据。")

"""The five findings together."""

import pytest

from accounts.vocabulary import Criterion
from accounts.zombies.judge import judge, overall
from accounts.zombies.thresholds import DEFAULTS, check_thresholds, thresholds_from
from kernel.errors import Invalid
from tests.factories.evidence import TODAY, evidence, gauge, peer, series, storage

CLEAR = dict.fromkeys(("Z1", "Z2", "Z3", "Z4", "Z5"), "clear")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (CLEAR, "clear"),
        (CLEAR | {"Z4": "suspected"}, "suspected"),
        (CLEAR | {"Z3": "watch"}, "watch"),
        (dict.fromkeys(CLEAR, "unknown"), "unknown"),
        # Paper alone makes nobody clear.
        (dict.fromkeys(CLEAR, "unknown") | {"Z2": "clear", "Z4": "clear"}, "unknown"),
        (dict.fromkeys(CLEAR, "unknown") | {"Z5": "clear"}, "clear"),
    ],
)
def test_one_criterion_is_enough_for_a_suspicion(levels, expected):
    assert overall(levels) == expected


def test_a_system_of_which_nothing_is_known_is_never_suspected():
    judged = judge(evidence(started_on=None, has_function=False), DEFAULTS, TODAY)
    assert judged.level == "unknown"
    assert {f.level for f in judged.findings} == {"unknown"}
    assert all(f.missing for f in judged.findings)


def test_every_criterion_has_its_finding_in_both_languages():
    dead = series(0, active_ago=None)
    other = peer()
    judged = judge(
        evidence(
            login=dead,
            transaction=dead,
            deployment=dead,
            cpu_percent=gauge(1),
            storage_gb=storage(40, 0),
            peers=(other,),
        ),
        DEFAULTS,
        TODAY,
    )
    said = judged.to_json()
    assert list(said) == Criterion.values
    assert {one["level"] for one in said.values()} == {"suspected"}
    assert all(one["zh"].endswith("。") and one["en"].endswith(".") for one in said.values())
    assert judged.replacement == other.id
    assert judged.depends_on_season


def test_thresholds_move_the_line():
    rare = evidence(login=series(60, active_ago=9), transaction=series(0, active_ago=None))
    assert judge(rare, DEFAULTS, TODAY).findings[4].level == "suspected"
    lenient = thresholds_from(check_thresholds({"rare_logins": 4}))
    assert judge(rare, lenient, TODAY).findings[4].level == "clear"


def test_thresholds_name_every_fault():
    with pytest.raises(Invalid) as refused:
        check_thresholds({"rare_logins": 0, "young_days": "a year", "colour": 3, "stale_days": 30})
    assert refused.value.facts["errors"] == [
        {
            "pointer": "#/thresholds/rare_logins",
            "code": "out-of-range",
            "detail": "must be 1 to 10000",
        },
        {"pointer": "#/thresholds/young_days", "code": "invalid", "detail": "must be a number"},
        {
            "pointer": "#/thresholds/colour",
            "code": "unknown-field",
            "detail": refused.value.facts["errors"][2]["detail"],
        },
    ]

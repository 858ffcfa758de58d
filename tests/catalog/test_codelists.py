"""Rules of code lists; the real history of the division codes (GB/T 2260) is their exact proof."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from catalog.codelists import codes_faults, diff_codes
from catalog.tabular import read_codes

DIVISIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "gb2260"


def test_what_is_new_gone_and_renamed_is_told_in_the_order_of_the_codes():
    changes = diff_codes(
        {"9": "未说明", "1": "男性", "2": "女性"},
        {"1": "男", "2": "女性", "3": "其他", "0": "未知"},
    )
    assert changes == (
        [("0", "未知"), ("3", "其他")],
        [("9", "未说明")],
        [("1", "男性", "男")],
    )
    assert not changes.is_empty


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("1", "男")], []),
        ([], [("#/codes", "required")]),
        ([(" 1", "男")], [("#/codes/0/code", "code-invalid")]),
        ([("1" * 41, "男")], [("#/codes/0/code", "code-invalid")]),
        ([("1", "男" * 201)], [("#/codes/0/name", "name-invalid")]),
        ([("1", "男"), ("2", "女"), ("1", "男")], [("#/codes/2/code", "code-twice")]),
        ([(str(n), "甲") for n in range(20_001)], [("#/codes", "too-many")]),
    ],
)
def test_what_a_list_may_hold(pairs, expected):
    assert [(fault["pointer"], fault["code"]) for fault in codes_faults(pairs)] == expected


@pytest.mark.skipif(not DIVISIONS.is_dir(), reason="the revisions of GB/T 2260 are not here")
def test_the_72_real_revisions_of_the_division_codes_differ_as_counted_by_others():
    editions = [
        {line.code: line.name for line in read_codes(file.read_bytes())}
        for file in sorted(DIVISIONS.glob("*.tsv"))
    ]
    told = [diff_codes(*pair) for pair in pairwise(editions)]
    counts = Counter()
    for changes in told:
        counts.update(dict(zip(("new", "gone", "renamed"), map(len, changes), strict=True)))
    assert len(editions) == 72
    assert counts == {"new": 3537, "renamed": 297, "gone": 3424}
    assert sum(changes.is_empty for changes in told) == 13

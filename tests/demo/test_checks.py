import pytest

from demo.checks import Difference, same, same_table, until
from demo.report import pad, wide, wrapped


def test_a_difference_says_what_was_expected_and_what_was_found() -> None:
    same("rows", 3, 3)
    with pytest.raises(Difference) as caught:
        same("rows", 3, 4)
    assert str(caught.value) == "rows\n  expected: 3\n  found:    4"


def test_tables_that_differ_are_told_apart_by_row() -> None:
    expected = {"1": ("a",), "2": ("b",), "3": ("c",)}
    same_table("the copy", expected, dict(expected))
    with pytest.raises(Difference) as caught:
        same_table("the copy", expected, {"1": ("a",), "2": ("B",), "4": ("d",)})
    assert str(caught.value).splitlines() == [
        "the copy: 3 rows expected, 3 found",
        "  missing   3 ('c',)",
        "  too many  4 ('d',)",
        "  differs   2 expected ('b',), found ('B',)",
    ]


def test_waiting_ends() -> None:
    until("now", lambda: True)
    with pytest.raises(Difference, match="never"):
        until("never", lambda: False, seconds=0.05)


def test_chinese_characters_take_two_columns() -> None:
    assert wide("批次17") == 6
    assert pad("批次", 6) == "批次  "
    assert pad("批次", 6, left=False) == "  批次"
    assert wrapped("一二 三四 五六", 9) == ["一二 三四", "五六"]

"""Keys in ascending order: compared as DuckDB sorts them, across the borders of tables."""

import pyarrow as pa
import pytest

from exchange.dataplane.ordering import Ascent


def follow(key: tuple[str, ...], *tables: dict[str, list[object]]) -> list[bool]:
    ascent = Ascent(key)
    return [ascent.follow(pa.table(table)) for table in tables]


def test_each_key_once_and_ascending_across_tables() -> None:
    assert follow(("a",), {"a": [1, 2]}, {"a": [3]}, {"a": [5, 9]}) == [True] * 3


@pytest.mark.parametrize("second", [[2], [1], [3, 3], [4, 3]])
def test_a_key_again_or_below_the_one_before_ends_it_for_good(second: list[object]) -> None:
    assert follow(("a",), {"a": [1, 2]}, {"a": second}, {"a": [100]}) == [True, False, False]


def test_columns_of_a_key_count_one_after_the_other() -> None:
    assert follow(("a", "b"), {"a": ["x", "x", "y"], "b": [1, 2, 0]}) == [True]
    assert follow(("a", "b"), {"a": ["x", "y", "x"], "b": [1, 2, 3]}) == [False]


def test_texts_are_compared_by_their_bytes() -> None:
    assert follow(("a",), {"a": ["A", "Z", "a", "é", "中", "𠮷"]}) == [True]


def test_tables_without_rows_change_nothing_and_without_a_key_there_is_no_order() -> None:
    assert follow(("a",), {"a": [1]}, {"a": []}, {"a": [2]})[0] is True
    assert follow((), {"a": [1, 2]}) == [False]

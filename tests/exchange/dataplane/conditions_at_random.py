"""Conditions and tables drawn at random, and what a condition means in plain Python."""

import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from exchange.dataplane.conditions import (
    OPERATORS,
    All,
    Among,
    Between,
    Compare,
    Condition,
    Either,
    Missing,
    Not,
    Starts,
)
from exchange.dataplane.schema import Item, Schema

SCHEMA = Schema(
    (
        Item("k", "integer", required=True),
        Item("s", "string"),
        Item("and", "string"),
        Item("n", "integer"),
        Item("d", "decimal", length=6, scale=2),
        Item("f", "float"),
        Item("b", "boolean"),
        Item("day", "date"),
        Item("at", "datetime"),
    ),
    ("k",),
)
TEXT = st.text(
    st.sampled_from("ab'\"\\;-%_$?{}王é\u0301\n😀\ufeff"),
    max_size=3,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "k": st.integers(0, 5),
    "s": TEXT,
    "and": TEXT,
    "n": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    "d": st.integers(-300, 300).map(lambda n: Decimal(n) / 100),
    "f": st.floats(allow_nan=False, allow_infinity=False).map(lambda f: f + 0.0)
    | st.integers(-2, 2).map(float),
    "b": st.booleans(),
    "day": st.dates() | st.dates(datetime.date(2015, 1, 1), datetime.date(2015, 1, 4)),
    "at": st.integers(0, 10**11).map(
        lambda micros: (
            datetime.datetime(2015, 1, 1, tzinfo=datetime.UTC)
            + datetime.timedelta(microseconds=micros)
        )
    ),
}
ROW = st.fixed_dictionaries(
    {name: values if name == "k" else st.none() | values for name, values in VALUES.items()}
)
TABLE = st.lists(ROW, max_size=6, unique_by=lambda row: row["k"])


def _test_of(name: str) -> st.SearchStrategy[Condition]:
    values = VALUES[name]
    kinds: list[st.SearchStrategy[Any]] = [
        st.builds(Compare, st.just(name), st.sampled_from(["=", "!="]), values),
        st.builds(
            lambda found: Among(name, tuple(found)), st.lists(values, min_size=1, max_size=3)
        ),
        st.just(Missing(name)),
    ]
    if name != "b":
        kinds += [
            st.builds(Compare, st.just(name), st.sampled_from(OPERATORS), values),
            st.builds(lambda x, y: Between(name, min(x, y), max(x, y)), values, values),
        ]
    if name in ("s", "and"):
        kinds.append(st.builds(Starts, st.just(name), values))
    return st.one_of(kinds)


CONDITION: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(SCHEMA.names).flatmap(_test_of),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts)))
    ),
    max_leaves=6,
)


def holds(condition: Condition, row: dict[str, Any]) -> bool | None:
    """True, false, or None for unknown, as SQL's three values have it."""
    if isinstance(condition, Not):
        found = holds(condition.part, row)
        return None if found is None else not found
    if isinstance(condition, All | Either):
        found = [holds(part, row) for part in condition.parts]
        decisive = isinstance(condition, Either)
        if decisive in found:
            return decisive
        return None if None in found else not decisive
    value = row[condition.item]
    if isinstance(condition, Missing):
        return value is None
    return None if value is None else _test_holds(condition, value)


def _test_holds(test: Compare | Among | Starts | Between, value: Any) -> bool:
    if isinstance(test, Among):
        return value in test.values
    if isinstance(test, Starts):
        return bool(value.startswith(test.text))
    if isinstance(test, Between):
        return bool(_order(test.low) <= _order(value) <= _order(test.high))
    left, right = _order(value), _order(test.value)
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[test.operator]


def _order(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value

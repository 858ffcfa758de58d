"""Which rows a grant shows: a condition over the items of a schema, typed and bounded.

Null follows SQL: a comparison with an item that is null is neither true nor false, ``not`` leaves
it so, and a row is shown only where the whole condition is true. So ``x != 1`` and
``not x = 1`` hide the rows without ``x``; who wants them writes ``or x is null``. Texts are
compared by code point. There is no clock and no function: whether a row matches changes only when
the row changes, which is what the reading of changes rests on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.dataplane.condition_values import (
    Value,
    require_ordered,
    text_of,
    value_of,
    value_to_json,
)
from exchange.dataplane.errors import Terminal
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
KEYWORDS = frozenset(
    ("and", "or", "not", "in", "is", "null", "starts", "with", "between", "true", "false")
)
MAX_TEXT = 4000
MAX_DEPTH = 16
MAX_TESTS = 200


class ConditionInvalid(Terminal):
    """The condition cannot be read; ``position`` is the character, counted from 1, if known."""

    def __init__(self, detail: str, position: int | None = None) -> None:
        where = f"at character {position}: " if position else ""
        super().__init__("condition-invalid", where + detail)
        self.position = position


@dataclass(frozen=True)
class Compare:
    """``age < 16``"""

    item: str
    operator: str
    value: Value


@dataclass(frozen=True)
class Among:
    """``division in ("990100", "990200")``"""

    item: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Missing:
    """``guardian is null``"""

    item: str


@dataclass(frozen=True)
class Starts:
    """``name starts with "Li"``"""

    item: str
    text: str


@dataclass(frozen=True)
class Between:
    """``born between "2010-01-01" and "2015-12-31"``, both ends included"""

    item: str
    low: Value
    high: Value


@dataclass(frozen=True)
class All:
    """Two parts or more that all hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Either:
    """Two parts or more of which one holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part is false; unknown stays unknown."""

    part: "Condition"


Test = Compare | Among | Missing | Starts | Between
Condition = Test | All | Either | Not


def items_used(condition: Condition) -> frozenset[str]:
    """The items that the condition looks at."""
    return frozenset(test.item for test, _ in _tests(condition))


def check_bounds(condition: Condition) -> Condition:
    """The condition, if its depth, its tests and its text stay within the limits."""
    tests = list(_tests(condition))
    if len(tests) > MAX_TESTS:
        raise ConditionInvalid(f"it has {len(tests)} tests; at most {MAX_TESTS}")
    if max(depth for _, depth in tests) > MAX_DEPTH:
        raise ConditionInvalid(f"it is nested more than {MAX_DEPTH} deep")
    if len(canonical(condition)) > MAX_TEXT:
        raise ConditionInvalid(f"it is longer than {MAX_TEXT} characters")
    return condition


def _tests(condition: Condition, depth: int = 1) -> Iterator[tuple[Test, int]]:
    if isinstance(condition, All | Either):
        for part in condition.parts:
            yield from _tests(part, depth + 1)
    elif isinstance(condition, Not):
        yield from _tests(condition.part, depth + 1)
    else:
        yield condition, depth


def canonical(condition: Condition) -> str:
    """The one text of a condition; reading it gives an equal condition."""
    if isinstance(condition, All | Either):
        word = " and " if isinstance(condition, All) else " or "
        return word.join(_nested(part) for part in condition.parts)
    if not isinstance(condition, Not):
        return _test_text(condition, "")
    if isinstance(condition.part, Among | Missing | Starts | Between):
        return _test_text(condition.part, "not ")
    return f"not {_nested(condition.part)}"


def _nested(part: Condition) -> str:
    text = canonical(part)
    return f"({text})" if isinstance(part, All | Either) else text


def _test_text(test: Test, no: str) -> str:
    name = f"`{test.item}`" if test.item in KEYWORDS else test.item
    if isinstance(test, Compare):
        return f"{name} {test.operator} {text_of(test.value)}"
    if isinstance(test, Among):
        return f"{name} {no}in ({', '.join(map(text_of, test.values))})"
    if isinstance(test, Missing):
        return f"{name} is {no}null"
    if isinstance(test, Starts):
        return f"{name} {no}starts with {text_of(test.text)}"
    return f"{name} {no}between {text_of(test.low)} and {text_of(test.high)}"


def condition_to_json(condition: Condition) -> dict[str, Any]:
    """Plain values: ``{"and": [...]}``, ``{"or": [...]}``, ``{"not": ...}`` or one test."""
    if isinstance(condition, All | Either):
        word = "and" if isinstance(condition, All) else "or"
        return {word: [condition_to_json(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"not": condition_to_json(condition.part)}
    plain: dict[str, Any] = {"item": condition.item}
    if isinstance(condition, Compare):
        return plain | {"op": condition.operator, "value": value_to_json(condition.value)}
    if isinstance(condition, Among):
        return plain | {"op": "in", "values": [value_to_json(each) for each in condition.values]}
    if isinstance(condition, Missing):
        return plain | {"op": "is null"}
    if isinstance(condition, Starts):
        return plain | {"op": "starts with", "value": condition.text}
    low, high = value_to_json(condition.low), value_to_json(condition.high)
    return plain | {"op": "between", "low": low, "high": high}


def read_condition(data: Any, schema: Schema) -> Condition:
    """The reverse of ``condition_to_json``, typed against the schema; ConditionInvalid."""
    return check_bounds(_read(data, schema, 1))


def retyped(condition: Condition, schema: Schema) -> Condition:
    """The condition as the schema types it; ConditionInvalid where it no longer fits."""
    return read_condition(condition_to_json(condition), schema)


def _read(data: Any, schema: Schema, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise ConditionInvalid(f"it is nested more than {MAX_DEPTH} deep")
    if not isinstance(data, Mapping):
        raise ConditionInvalid("a condition is an object: and, or, not, or item with op")
    if set(data) == {"not"}:
        return Not(_read(data["not"], schema, depth + 1))
    for word, kind in (("and", All), ("or", Either)):
        if set(data) == {word}:
            return kind(_read_parts(data[word], schema, depth))
    return _read_test(data, schema)


def _read_parts(parts: Any, schema: Schema, depth: int) -> tuple[Condition, ...]:
    if not isinstance(parts, list) or not 2 <= len(parts) <= MAX_TESTS:
        raise ConditionInvalid(f"and, or take a list of 2 to {MAX_TESTS} conditions")
    return tuple(_read(part, schema, depth + 1) for part in parts)


_MEMBERS = {
    **{operator: {"value"} for operator in OPERATORS},
    "in": {"values"},
    "is null": set(),
    "starts with": {"value"},
    "between": {"low", "high"},
}


def _read_test(data: Mapping[str, Any], schema: Schema) -> Test:
    operator = data.get("op")
    if not isinstance(operator, str) or operator not in _MEMBERS:
        raise ConditionInvalid(f"op is one of {', '.join(_MEMBERS)}")
    wanted = {"item", "op"} | _MEMBERS[operator]
    if set(data) != wanted:
        raise ConditionInvalid(f"a test with {operator!r} has the members {sorted(wanted)}")
    item = find_item(data["item"], schema)
    try:
        return _typed(item, operator, data)
    except ValueError as error:
        raise ConditionInvalid(str(error)) from None


def _typed(item: Item, operator: str, data: Mapping[str, Any]) -> Test:
    if operator == "is null":
        return Missing(item.name)
    if operator == "starts with":
        return make_starts(item, data["value"])
    if operator == "between":
        return make_between(item, data["low"], data["high"])
    if operator != "in":
        return make_compare(item, operator, data["value"])
    if not isinstance(data["values"], list):
        raise ConditionInvalid("values is a list")
    return make_among(item, data["values"])


def find_item(name: Any, schema: Schema, position: int | None = None) -> Item:
    """The item of this name; ConditionInvalid lists what there is."""
    item = schema.by_name.get(name) if isinstance(name, str) else None
    if item is None:
        known = ", ".join(schema.names[:20]) + (", ..." if len(schema.names) > 20 else "")
        raise ConditionInvalid(f"there is no item {str(name)[:63]!r}; items: {known}", position)
    return item


def make_compare(item: Item, operator: str, raw: Any) -> Compare:
    """Each ``make`` raises ValueError with a sentence that says how to mend it."""
    if operator not in ("=", "!="):
        require_ordered(item, operator)
    return Compare(item.name, operator, value_of(item, raw))


def make_among(item: Item, raws: list[Any]) -> Among:
    if not 1 <= len(raws) <= MAX_TESTS:
        raise ValueError(f"in takes 1 to {MAX_TESTS} values")
    return Among(item.name, tuple(value_of(item, raw) for raw in raws))


def make_starts(item: Item, raw: Any) -> Starts:
    if item.type != "string":
        raise ValueError(f"{item.name} is {item.type}; only a string can be tested by its start")
    return Starts(item.name, str(value_of(item, raw)))


def make_between(item: Item, low: Any, high: Any) -> Between:
    require_ordered(item, "between")
    first, last = value_of(item, low), value_of(item, high)
    if first > last:  # type: ignore[operator]
        raise ValueError("between takes the lower value first")
    return Between(item.name, first, last)

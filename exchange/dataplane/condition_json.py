"""A condition as plain JSON values, for those who build it from choices rather than text."""

from collections.abc import Mapping
from typing import Any

from exchange.dataplane.condition_tests import (
    find_item,
    make_among,
    make_between,
    make_compare,
    make_starts,
)
from exchange.dataplane.condition_values import value_to_json
from exchange.dataplane.conditions import (
    MAX_DEPTH,
    MAX_TESTS,
    OPERATORS,
    All,
    Among,
    Compare,
    Condition,
    ConditionInvalid,
    Either,
    Missing,
    Not,
    Starts,
    Test,
    check_bounds,
)
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema


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

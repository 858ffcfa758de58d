"""A condition on one row of plain values: the same answer that its SQL gives."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exchange.dataplane.conditions import (
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

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def shows(condition: Condition, row: Sequence[Any], place: Mapping[str, int]) -> bool:
    """Whether the whole condition is true of the row; ``place`` says where each item stands."""
    return _holds(condition, row, place) is True


def _holds(condition: Condition, row: Sequence[Any], place: Mapping[str, int]) -> bool | None:
    """True, false, or None where it is unknown."""
    if isinstance(condition, All):
        return _all(_holds(part, row, place) for part in condition.parts)
    if isinstance(condition, Either):
        found = _all(_not(_holds(part, row, place)) for part in condition.parts)
        return _not(found)
    if isinstance(condition, Not):
        return _not(_holds(condition.part, row, place))
    return _test(condition, row[place[condition.item]])


def _all(parts: Any) -> bool | None:
    found: bool | None = True
    for part in parts:
        if part is False:
            return False
        found = None if part is None else found
    return found


def _not(held: bool | None) -> bool | None:
    return None if held is None else not held


def _test(test: Compare | Among | Missing | Starts | Between, value: Any) -> bool | None:
    if isinstance(test, Missing):
        return value is None
    if value is None:
        return None
    if isinstance(test, Compare):
        return _OPERATORS[test.operator](value, test.value)
    if isinstance(test, Among):
        return value in test.values
    if isinstance(test, Starts):
        return bool(value.startswith(test.text))
    return bool(test.low <= value <= test.high)

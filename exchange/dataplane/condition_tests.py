"""Single tests made from plain values, typed against their item."""

from typing import Any

from exchange.dataplane.condition_values import require_ordered, value_of
from exchange.dataplane.conditions import (
    MAX_TESTS,
    Among,
    Between,
    Compare,
    ConditionInvalid,
    Starts,
)
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema


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

"""What the register said at a time, and what changed between two times: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.register.columns import BY_NAME, Column, label_of

Values = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One column that changed: its values as kept and as the form words them."""

    name: str
    title: str
    old: Any
    new: Any
    old_label: str
    new_label: str


def values_of(row: Any) -> Values:
    """The columns of a system as JSON values: dates in ISO form, numbers of money as text."""
    return {name: plain(column, getattr(row, name)) for name, column in BY_NAME.items()}


def plain(column: Column, value: Any) -> Any:
    """A value as JSON keeps it, the same for equal values."""
    if column.kind == "decimal" and value is not None:
        return f"{Decimal(value):.{column.scale}f}"
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "months":
        return sorted(set(value))
    if column.kind == "list":
        return list(value)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The columns whose values differ, in the register's order; a column that one side does not
    know yet counts as empty there."""
    found = []
    for name, column in BY_NAME.items():
        before, after = old.get(name), new.get(name)
        if _told(before) != _told(after):
            labels = label_of(column, before), label_of(column, after)
            found.append(Difference(name, column.title, before, after, *labels))
    return found


def _told(value: Any) -> Any:
    return None if value == "" or value == [] else value

"""The values of a condition: read against their item's type, written back exactly."""

import datetime
import math
import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from exchange.dataplane.items import Item

Value = str | int | float | bool | Decimal | datetime.date | datetime.datetime

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_INT64 = 1 << 63
_CONTEXT = Context(prec=60)


def value_of(item: Item, raw: Any) -> Value:
    """A plain value (text, whole number, number, truth) as the item's type has it.

    Raises ValueError with a sentence that names the item, what it needs and an example.
    """
    if isinstance(raw, float):
        raw = Decimal(repr(raw)) if math.isfinite(raw) else "not finite"
    readers = {
        "string": _text,
        "integer": _integer,
        "decimal": _decimal,
        "float": _float,
        "boolean": _boolean,
        "date": _date,
        "datetime": _datetime,
    }
    value = readers[item.type](item, raw)
    if value is None:
        raise ValueError(f"{item.name} is {item.type}: {_needs(item)}")
    return value


def _needs(item: Item) -> str:
    return {
        "string": 'write the value in quotes, such as "990100"',
        "integer": "write a whole number of at most 64 bits, such as 16",
        "decimal": f"write a number of {item.precision} digits at most, "
        f"{item.scale or 0} of them behind the point",
        "float": "write a number, such as 0.5",
        "boolean": "write true or false",
        "date": 'write a day in quotes, such as "2015-09-01"',
        "datetime": 'write a time with its zone in quotes, such as "2015-09-01T08:00:00+08:00"',
    }[item.type]


def _text(item: Item, raw: Any) -> str | None:
    if not isinstance(raw, str):
        return None
    try:
        raw.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{item.name}: the text holds half a character") from None
    if "\0" in raw:
        raise ValueError(f"{item.name}: the text holds a NUL character")
    return raw


def _integer(item: Item, raw: Any) -> int | None:
    if type(raw) is not int or not -_INT64 <= raw < _INT64:
        return None
    return raw


def _decimal(item: Item, raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None
    if isinstance(raw, str) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", raw):
        return None
    scale, whole = item.scale or 0, item.precision - (item.scale or 0)
    try:
        value = Decimal(raw)
        if value.adjusted() >= whole and value:
            return None
        fitted = _CONTEXT.quantize(value, Decimal((0, (1,), -scale)))
    except InvalidOperation:
        return None
    return (fitted if fitted else abs(fitted)) if fitted == value else None


def _float(item: Item, raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    # Adding zero makes minus zero plain, as stored values are.
    return value + 0.0 if math.isfinite(value) else None


def _boolean(item: Item, raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _date(item: Item, raw: Any) -> datetime.date | None:
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        return None
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise ValueError(f"{item.name}: there is no day {raw}") from None


def _datetime(item: Item, raw: Any) -> datetime.datetime | None:
    if not isinstance(raw, str) or not _MOMENT.fullmatch(raw):
        return None
    try:
        return datetime.datetime.fromisoformat(raw).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{item.name}: there is no time {raw}") from None


def require_ordered(item: Item, operator: str) -> None:
    """ValueError for a type whose values have no order worth testing."""
    if item.type == "boolean":
        raise ValueError(f"{item.name} is boolean: write {item.name} = true, not {operator}")


def value_to_json(value: Value) -> str | int | float | bool:
    """The value as JSON carries it: decimals, days and times as text."""
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value


def text_of(value: Value) -> str:
    """The value as a condition's text has it."""
    plain = value_to_json(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, Decimal) or not isinstance(plain, str):
        return str(plain)
    return '"' + plain.replace('"', '""') + '"'

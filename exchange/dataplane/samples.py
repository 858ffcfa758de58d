"""Records made up from a schema alone, which keep to it: examples that are nobody's data."""

import datetime
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pyarrow as pa

from exchange.dataplane.checks import (
    CITIZEN_CHECKS,
    CITIZEN_WEIGHTS,
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
)
from exchange.dataplane.chunks import Chunk
from exchange.dataplane.items import Item, bound_value
from exchange.dataplane.schema import Schema
from exchange.dataplane.validation import validate

FIRST_DAY = datetime.date(2026, 1, 1)
_LONGEST = 60


def sample_records(schema: Schema, count: int = 2) -> list[dict[str, Any]]:
    """At most ``count`` records that satisfy every rule of the schema, with different keys.

    An item for which no value can be made up is null; if it is required there is no record.
    Decimals, dates and datetimes are text, as in JSON answers.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for place in range(count):
        values = {item.name: _checked(item, _value(item, place)) for item in schema.items}
        if all(values[item.name] is not None for item in schema.items if item.required):
            key = tuple(values[name] for name in schema.key) or (place,)
            found.setdefault(key, {name: _shown(value) for name, value in values.items()})
    return list(found.values())


def _checked(item: Item, value: Any) -> Any:
    """The value if it keeps to the item's rules, else None."""
    if value is None:
        return None
    try:
        column = pa.array([value], item.arrow_type)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    chunk = Chunk(pa.array([1], pa.int64()), {item.name: column})
    return None if validate(chunk, Schema((item,)), ops=False)[1] else value


def _shown(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Decimal | datetime.date) else value


def _value(item: Item, place: int) -> Any:
    if item.codes:
        code = item.codes[place % len(item.codes)]
        return int(code) if item.type == "integer" else code
    return _MAKERS[item.type](item, place)


def _text(item: Item, place: int) -> str | None:
    if item.check:
        return {"credit-code": _credit_code, "citizen-id": _citizen_id}[item.check](place)
    if item.pattern:
        return from_pattern(item.pattern, place)
    text = f"{place + 1}{item.title or item.name}"
    return text[: item.length] if item.length else text


def _number(item: Item, place: int) -> int:
    low = bound_value(item, item.minimum) if item.minimum is not None else None
    high = bound_value(item, item.maximum) if item.maximum is not None else None
    value = place + 1
    if low is not None and value < low:
        value = int(low) + (1 if low != int(low) else 0) + place
    if high is not None and value > high:
        room = int(high - low) + 1 if low is not None else place + 1
        value = int(high) - place % room
    return value


def _decimal(item: Item, place: int) -> Decimal:
    return Decimal(_number(item, place)).quantize(Decimal(1).scaleb(-(item.scale or 0)))


def _day(item: Item, place: int) -> datetime.date:
    day: datetime.date = _near(item, FIRST_DAY, datetime.timedelta(days=place))
    return day


def _moment(item: Item, place: int) -> datetime.datetime:
    first = datetime.datetime.combine(FIRST_DAY, datetime.time(8), datetime.UTC)
    moment: datetime.datetime = _near(item, first, datetime.timedelta(days=place))
    return moment


def _near(item: Item, first: Any, later: datetime.timedelta) -> Any:
    """So much later than the first day, or within the item's bounds."""
    if item.minimum is not None:
        first = max(first, bound_value(item, item.minimum))
    if item.maximum is not None and first + later > bound_value(item, item.maximum):
        return bound_value(item, item.maximum) - later
    return first + later


_MAKERS: dict[str, Callable[[Item, int], Any]] = {
    "string": _text,
    "integer": _number,
    "decimal": _decimal,
    "float": lambda item, place: float(_number(item, place)),
    "boolean": lambda item, place: place % 2 == 0,
    "date": _day,
    "datetime": _moment,
}


def _credit_code(place: int) -> str:
    """Of the division 990000, which there is not."""
    body = f"91990000{place + 1:09d}"
    total = sum(
        weight * CREDIT_ALPHABET.index(sign)
        for weight, sign in zip(CREDIT_WEIGHTS, body, strict=True)
    )
    return body + CREDIT_ALPHABET[-total % 31]


def _citizen_id(place: int) -> str:
    """Of the division 990000, which there is not."""
    body = f"99000020000101{place + 1:03d}"
    total = sum(weight * int(sign) for weight, sign in zip(CITIZEN_WEIGHTS, body, strict=True))
    return body + CITIZEN_CHECKS[total % 11]


def from_pattern(pattern: str, place: int) -> str | None:
    """A text that the pattern may match; None for what is beyond plain patterns."""
    try:
        made = _Maker(place).sequence(parser.parse(pattern))
    except (re.error, ValueError, KeyError, RecursionError, OverflowError):
        return None
    return made if len(made) <= _LONGEST else None


class _Maker:
    """Walks a parsed pattern; ``place`` makes each text another one."""

    def __init__(self, place: int) -> None:
        self._place = place

    def sequence(self, tree: Any) -> str:
        return "".join(self._one(op, argument) for op, argument in tree)

    def _one(self, op: Any, argument: Any) -> str:
        makers: dict[Any, Callable[[Any], str]] = {
            codes.LITERAL: chr,
            codes.AT: lambda _: "",
            codes.ANY: lambda _: "x",
            codes.IN: self._any_of,
            codes.SUBPATTERN: lambda found: self.sequence(found[-1]),
            codes.BRANCH: lambda found: self.sequence(found[1][self._place % len(found[1])]),
            codes.MAX_REPEAT: self._repeat,
            codes.MIN_REPEAT: self._repeat,
        }
        return makers[op](argument)

    def _repeat(self, argument: Any) -> str:
        least, most, tree = argument
        times = min(int(most), max(int(least), 1))
        if times > _LONGEST:
            raise ValueError("too long")
        return "".join(self.sequence(tree) for _ in range(times))

    def _any_of(self, members: Sequence[Any]) -> str:
        op, argument = members[0]
        if op is codes.LITERAL:
            return chr(argument)
        if op is codes.RANGE:
            low, high = argument
            return chr(low + (self._place + 1) % (high - low + 1))
        return {
            codes.CATEGORY_DIGIT: str((self._place + 1) % 10),
            codes.CATEGORY_WORD: "a",
            codes.CATEGORY_SPACE: " ",
        }[argument]

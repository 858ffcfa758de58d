"""Texts and plain values of a source become columns of the items' types, where every one fits."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema
from exchange.dataplane.sound_cast import sound_cast

_MIDNIGHT = datetime.time(0)


def as_items(columns: Iterable[pa.Array | pa.ChunkedArray], schema: Schema, zone: str) -> pa.Table:
    """The columns in the order of the items, each typed or, if a value does not fit, as text."""
    made = [as_item(column, item, zone) for column, item in zip(columns, schema.items, strict=True)]
    return pa.table(dict(zip(schema.names, made, strict=True)))


def as_item(column: pa.Array | pa.ChunkedArray, item: Item, zone: str) -> pa.ChunkedArray:
    """The column as the item's type; text if some value would be lost or changed.

    Times without a zone are times of ``zone``.
    """
    wanted = item.arrow_type
    if column.type == wanted:
        return column
    if pa.types.is_timestamp(column.type):
        column = _zoned(column, zone)
    if item.type == "datetime" and pa.types.is_string(column.type):
        return _moments(column, zone)
    if item.type == "boolean" and not pa.types.is_boolean(column.type):
        return _truths(column.cast(pa.string()))
    try:
        return sound_cast(column, wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # A value does not fit, or Arrow has no way from this type to that one, as from a time of
        # day to a date: validation names the texts, row by row.
        return column.cast(pa.string())


def _truths(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """1 and 0 as true and false; other words are read where bodies are cast."""
    plain = pc.all(pc.is_in(texts, pa.array(["0", "1", None], pa.string()))).as_py()
    return pc.equal(texts, "1") if plain else texts


def _zoned(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    if column.type.tz is not None:
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    placed = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="earliest")
    return placed.cast(pa.timestamp(column.type.unit, "UTC"))


def _moments(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """Texts as moments; those with a zone first, then those without one."""
    for told in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            found = column.cast(told)
        except pa.ArrowInvalid:
            continue
        return found if told.tz else _zoned(found, zone)
    return column


def column_of(values: Sequence[Any], item: Item, zone: str) -> pa.Array | pa.ChunkedArray:
    """Values as a driver gives them as a column of the item's type, or as text."""
    try:
        return as_item(_array(values, item), item, zone)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return as_item(pa.array([as_text(value) for value in values], pa.string()), item, zone)


def _array(values: Sequence[Any], item: Item) -> pa.Array:
    if item.type == "string":
        return pa.array(values, pa.string())
    if item.type == "date" and any(isinstance(value, datetime.datetime) for value in values):
        # A date that a database keeps with a time; a time that is not midnight must not vanish.
        return pa.array([_day(value) for value in values], pa.date32())
    if item.type == "datetime":
        return _times(values)
    if item.type == "boolean":
        return pa.array(values, pa.bool_())
    if item.type == "decimal" and any(isinstance(value, float) for value in values):
        raise TypeError
    if item.type == "integer" and any(isinstance(value, float | Decimal) for value in values):
        raise TypeError
    return pa.array(values, item.arrow_type)


def _times(values: Sequence[Any]) -> pa.Array:
    known = [value for value in values if value is not None]
    if any(type(value) is not datetime.datetime for value in known):
        raise TypeError
    zones = {value.tzinfo is None for value in known}
    if len(zones) > 1:
        raise TypeError
    return pa.array(values, pa.timestamp("us") if zones == {True} else pa.timestamp("us", "UTC"))


def _day(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        if value.time() != _MIDNIGHT or value.tzinfo is not None:
            raise ValueError
        return value.date()
    return value


def as_text(value: Any) -> str | None:
    """A plain value in the hub's written form."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return orjson.dumps(value, default=str).decode()
    return str(value)

"""Texts and plain values of a source become columns of the items' types, where every one fits."""

import datetime
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from exchange.dataplane.errors import Terminal
from exchange.dataplane.formats.columnar_body import ACCEPTED
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema
from exchange.dataplane.sound_cast import sound_cast

_MIDNIGHT = datetime.time(0)
_TEXTS = (
    pt.is_large_string,
    pt.is_string_view,
    pt.is_binary,
    pt.is_large_binary,
    pt.is_binary_view,
    pt.is_fixed_size_binary,
)


def as_items(columns: Iterable[pa.Array | pa.ChunkedArray], schema: Schema, zone: str) -> pa.Table:
    """The columns in the order of the items, each typed or, if a value does not fit, as text."""
    made = [as_item(column, item, zone) for column, item in zip(columns, schema.items, strict=True)]
    return pa.table(dict(zip(schema.names, made, strict=True)))


def as_item(column: pa.Array | pa.ChunkedArray, item: Item, zone: str) -> pa.ChunkedArray:
    """The column as the item's type; text if some value would be lost or changed.

    Times without a zone are times of ``zone``. Terminal where bytes are no text.
    """
    if column.type == item.arrow_type:
        return column
    column = _unpacked(column, item.name)
    if pt.is_string(column.type):
        return _of_texts(column, item, zone)
    if pt.is_timestamp(column.type) and item.type == "datetime":
        column = _zoned(column, zone)
    if pt.is_timestamp(column.type) and item.type == "date":
        column = _days(column)
    if _takes(item, column.type):
        with suppress(pa.ArrowInvalid):
            return sound_cast(column, item.arrow_type)
    # What the item does not take is no such value: the number of a moment is no integer, a time of
    # day no date. Validation names the texts, row by row.
    return as_texts(column, item.name)


def as_texts(column: pa.Array | pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Every value in its written form: lists, records and maps as JSON, bytes as the text they are.

    Terminal, naming the column, where bytes are no UTF-8.
    """
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid as wrong:
        raise Terminal(
            "source-encoding",
            f"The column {name!r} holds bytes that are no UTF-8 text: give it as text, or leave it"
            " out of the task.",
        ) from wrong
    except pa.ArrowNotImplementedError:
        return pa.chunked_array([pa.array(map(as_text, column.to_pylist()), pa.string())])


def _unpacked(column: pa.Array | pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Without a dictionary; texts of any layout, and bytes, as plain texts."""
    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if any(is_kind(column.type) for is_kind in _TEXTS):
        return as_texts(column, name)
    return column


def _takes(item: Item, found: pa.DataType) -> bool:
    if item.type == "integer" and (pt.is_floating(found) or pt.is_decimal(found)):
        # Where a value is missing, many writers make whole numbers floating ones.
        return True
    return bool(pt.is_null(found) or ACCEPTED[item.type](found))


def _of_texts(texts: pa.ChunkedArray, item: Item, zone: str) -> pa.ChunkedArray:
    if item.type == "datetime":
        return _moments(texts, zone)
    if item.type == "boolean":
        return _truths(texts)
    try:
        return sound_cast(texts, item.arrow_type)
    except pa.ArrowInvalid:
        return texts


def _days(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    """Midnights without a zone as days; others stay, for a time that vanished would be a loss."""
    if moments.type.tz is not None:
        return moments
    days = moments.cast(pa.date32())
    midnights = pc.all(pc.equal(days.cast(moments.type), moments)).as_py()
    return moments if midnights is False else days


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
        if any(isinstance(value, bytes | bytearray | memoryview) for value in values):
            # Bytes that happen to be text are written as all the others are.
            raise TypeError
        return pa.array(values, pa.string())
    if item.type == "date":
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


def _day(value: Any) -> datetime.date | None:
    """The day; a time that is not midnight must not vanish, and Arrow takes numbers for days."""
    if isinstance(value, datetime.datetime):
        if value.time() != _MIDNIGHT or value.tzinfo is not None:
            raise ValueError
        return value.date()
    if value is not None and not isinstance(value, datetime.date):
        raise TypeError
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
        return orjson.dumps(value, default=_inside).decode()
    return str(value)


def _inside(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else as_text(value)

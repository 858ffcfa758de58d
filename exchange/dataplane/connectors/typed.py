"""Texts and plain values of a source become columns of the items' types, where every one fits."""

import datetime
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from exchange.dataplane.casting import quick
from exchange.dataplane.chunks import flat
from exchange.dataplane.errors import Terminal
from exchange.dataplane.formats.columnar_body import ACCEPTED
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema
from exchange.dataplane.sound_cast import sound_cast

_RAW = (bytes, bytearray, memoryview)
_MIDNIGHT = datetime.time(0)
_TEXTS = (pt.is_large_string, pt.is_string_view)
_BYTES = (
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

    Times without a zone are times of ``zone``. Terminal where a value has no text.
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
    """Every value in its written form, as ``as_text`` writes it; bytes as the text that they are.

    Terminal, naming the column, where bytes are no UTF-8 or a value has no written form.
    """
    kind = column.type
    try:
        if pt.is_timestamp(kind):
            return _moment_texts(column)
        if pt.is_floating(kind) or pt.is_decimal(kind):
            return _number_texts(column)
        if pt.is_duration(kind):
            return _one_by_one(column.cast(pa.duration("us")))
        if pt.is_nested(kind) or pt.is_interval(kind) or pt.is_time(kind):
            return _one_by_one(column)
        return column.cast(pa.string())
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as wrong:
        if any(is_kind(kind) for is_kind in _BYTES):
            said = f"The column {name!r} holds bytes that are no UTF-8 text"
            code = "source-encoding"
        else:
            said = f"The column {name!r} holds values ({kind}) that have no written form"
            code = "source-unreadable"
        raise Terminal(code, f"{said}: give it as text, or leave it out of the task.") from wrong


def _one_by_one(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(map(as_text, column.to_pylist()), pa.string())])


def _number_texts(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """Without exponents, which Arrow writes and no decimal or whole number has."""
    texts = column.cast(pa.string())
    has_exponent = pc.any(pc.match_substring_regex(texts, "[0-9.][eE]")).as_py()
    return _one_by_one(column) if has_exponent else texts


def _moment_texts(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """In the form of ISO 8601, those with a zone in UTC; as Python's ``isoformat``."""
    plain = column.cast(pa.timestamp(column.type.unit))
    texts = pc.replace_substring_regex(pc.strftime(plain, "%Y-%m-%dT%H:%M:%S"), r"\.0+$", "")
    return texts if column.type.tz is None else pc.binary_join_element_wise(texts, "+00:00", "")


def _unpacked(column: pa.Array | pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Without a dictionary; texts of any layout, and bytes, as plain texts."""
    if pt.is_dictionary(column.type):
        parts = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        plain = [part.dictionary_decode() for part in parts]
        column = pa.chunked_array(plain, column.type.value_type)
    if any(is_kind(column.type) for is_kind in (*_TEXTS, *_BYTES)):
        return as_texts(column, name)
    return column


def _takes(item: Item, found: pa.DataType) -> bool:
    if item.type == "integer" and (pt.is_floating(found) or pt.is_decimal(found)):
        # Where a value is missing, many writers make whole numbers floating ones.
        return True
    return bool(pt.is_null(found) or ACCEPTED[item.type](found))


def _of_texts(texts: pa.Array | pa.ChunkedArray, item: Item, zone: str) -> pa.ChunkedArray:
    if item.type == "string":
        return texts
    if item.type == "datetime":
        return _moments(texts, zone)
    typed = quick(item, flat(texts))
    return texts if typed is None else typed


def _days(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    """Midnights without a zone as days; others stay, for a time that vanished would be a loss."""
    if moments.type.tz is not None:
        return moments
    days = moments.cast(pa.date32())
    try:
        midnights = pc.all(pc.equal(days.cast(moments.type), moments)).as_py()
    except pa.ArrowInvalid:
        # The midnight before is beyond what the moments' type can say, so none of them is it.
        midnights = False
    return moments if midnights is False else days


def _zoned(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    if column.type.tz is not None:
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    placed = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="earliest")
    return placed.cast(pa.timestamp(column.type.unit, "UTC"))


def _moments(texts: pa.Array | pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """Texts as moments: all of them with a zone, or all without one; else each by itself, so that
    no value's meaning hangs on its neighbours."""
    for told in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            found = texts.cast(told)
        except pa.ArrowInvalid:
            continue
        return found if told.tz else _zoned(found, zone)
    place = ZoneInfo(zone)
    return pa.array([_placed(text, place) for text in texts.to_pylist()], pa.string())


def _placed(text: str | None, place: ZoneInfo) -> str | None:
    """With its zone in the written form; what is no moment as it is."""
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).isoformat()


def column_of(values: Sequence[Any], item: Item, zone: str) -> pa.Array | pa.ChunkedArray:
    """Values as a driver gives them as a column of the item's type, or as text."""
    try:
        return as_item(_array(values, item), item, zone)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        if item.type != "string" and any(isinstance(value, _RAW) for value in values):
            # They would be written as hex, and some hex is a number.
            raise Terminal(
                "source-mismatch", f"The item {item.name!r} is given bytes: make it text."
            ) from None
        return as_item(pa.array([as_text(value) for value in values], pa.string()), item, zone)


def _array(values: Sequence[Any], item: Item) -> pa.Array:
    if item.type == "string":
        if any(isinstance(value, _RAW) for value in values):
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
        return _float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, _RAW):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_text)
    return str(value)


def _float_text(value: float) -> str:
    """The shortest digits that say it, without an exponent."""
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    said = repr(value)
    return format(Decimal(said), "f") if "e" in said else said

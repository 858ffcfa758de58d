"""Columns that arrived as text become their schema type, each value that cannot a named fault.

The written forms: integer ``-42``; decimal ``12.50`` (no exponent, at most the declared digits);
float ``1.5e3``; boolean ``true``, ``false``, ``1``, ``0``, ``是``, ``否``; date ``2026-01-31``;
datetime RFC 3339 with a zone, to the microsecond.
"""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from exchange.dataplane.chunks import Chunk, Fault, any_true, fault_if, flat, yes
from exchange.dataplane.engine import literal, quoted
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.sound_cast import sound_cast

DIGITS = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
FORMS = {
    "integer": r"[+-]?[0-9]+",
    "decimal": rf"[+-]?{DIGITS}",
    "float": rf"[+-]?{DIGITS}(?:[eE][+-]?[0-9]+)?",
    "boolean": r"(?i:true|false|1|0|是|否)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "datetime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6}0*)?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])",
}
_MOMENT = rf"\A(?:{FORMS['datetime']})\z"
SAID = {
    "integer": "must be a whole number",
    "decimal": "must be a decimal number without exponent",
    "float": "must be a number",
    "boolean": "must be true or false",
    "date": "must be a date like 2026-01-31",
    "datetime": "must be RFC 3339 with a zone, like 2026-01-31T08:00:00+08:00",
}
BEYOND = {
    "integer": "does not fit 64 bits",
    "float": "is beyond a double",
    "date": "is no day of the calendar",
    "datetime": "is no moment of the calendar",
    "boolean": "must be true or false",
}


def cast_texts(chunk: Chunk, schema: Schema, con: duckdb.DuckDBPyConnection) -> Chunk:
    """The chunk with every item of its schema type; a value that cannot be cast becomes null."""
    due = [
        item
        for item in schema.items
        if item.type != "string" and pt.is_string(_type_of(chunk, item.name))
    ]
    if not due:
        return chunk
    texts = {item.name: chunk.columns[item.name] for item in due}
    columns, faults = dict(chunk.columns), list(chunk.faults)
    slow = []
    for item in due:
        typed = quick(item, texts[item.name])
        if typed is None:
            slow.append(item)
        else:
            columns[item.name] = typed
    for item, typed in _slow(slow, texts, con):
        columns[item.name] = typed
        faults += _faults(item, texts[item.name], typed)
    return Chunk(chunk.lines, columns, tuple(faults), {**chunk.texts, **texts})


def quick(item: Item, text: pa.StringArray) -> pa.Array | None:
    """The values by Arrow's own cast; None where a text is of no form or Arrow takes more forms."""
    # Arrow reads hexadecimal integers, decimals with exponents and moments without a full zone.
    beyond = {"integer": "x", "decimal": "e"}.get(item.type)
    try:
        if beyond and any_true(yes(pc.match_substring(text, beyond, ignore_case=True))):
            return None
        if item.type == "datetime" and not _all(pc.match_substring_regex(text, _MOMENT)):
            return None
        typed = sound_cast(text, item.arrow_type)
    except pa.ArrowInvalid:
        return None
    if item.type == "float" and not _all(pc.is_finite(typed)):
        return None
    return typed


def _all(mask: pa.BooleanArray) -> bool:
    """Whether it is true wherever there is a value."""
    return bool(mask.false_count == 0)


def _slow(
    items: list[Item], texts: dict[str, pa.Array], con: duckdb.DuckDBPyConnection
) -> Iterator[tuple[Item, pa.Array]]:
    """The values by DuckDB, null where a text is of no form or its value does not fit."""
    if not items:
        return
    con.register("texts", pa.table({item.name: texts[item.name] for item in items}))
    typed = con.sql(f"SELECT {', '.join(map(_expression, items))} FROM texts").to_arrow_table()
    con.unregister("texts")
    for item in items:
        yield item, flat(typed.column(item.name)).cast(item.arrow_type)


def _type_of(chunk: Chunk, name: str) -> pa.DataType:
    return chunk.columns[name].type if name in chunk.columns else pa.null()


def _expression(item: Item) -> str:
    """SQL for the value, null where the text does not have the form or the value does not fit."""
    name, form = quoted(item.name), literal(_fitting(item))
    if item.type == "boolean":
        value = f"lower({name}) IN ('true', '1', '是')"
    else:
        value = f"TRY_CAST({name} AS {item.sql_type})"
    if item.type == "float":
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    return f"CASE WHEN regexp_full_match({name}, {form}) THEN {value} END AS {name}"


def _fitting(item: Item) -> str:
    """The form, for a decimal narrowed to its digits, because a cast would round."""
    if item.type != "decimal":
        return FORMS[item.type]
    scale = item.scale or 0
    whole = item.precision - scale
    return (
        rf"[+-]?0*(?:[0-9]{{1,{whole}}}(?:\.[0-9]{{0,{scale}}}0*)?|\.[0-9]{{0,{scale}}}0*)"
        if (whole)
        else rf"[+-]?0*(?:\.[0-9]{{0,{scale}}}0*)?"
    )


def _faults(item: Item, text: pa.StringArray, value: pa.Array) -> list[Fault]:
    failed = pc.and_(pc.is_valid(text), pc.is_null(value))
    if not failed.true_count:
        return []
    formed = pc.match_substring_regex(text, rf"\A(?:{FORMS[item.type]})\z")
    beyond = (
        BEYOND.get(item.type)
        or f"has more than {item.precision - (item.scale or 0)} digits"
        f" before the point or {item.scale} behind it"
    )
    return [
        *fault_if(item.name, "type", SAID[item.type], pc.and_not(failed, formed), text),
        *fault_if(item.name, "range", beyond, pc.and_(failed, formed), text),
    ]

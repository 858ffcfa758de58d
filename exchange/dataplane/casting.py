"""Columns that arrived as text become their schema type, each value that cannot a named fault.

The written forms: integer ``-42``; decimal ``12.50`` (no exponent, at most the declared digits);
float ``1.5e3``; boolean ``true``, ``false``, ``1``, ``0``, ``是``, ``否``; date ``2026-01-31``;
datetime RFC 3339 with a zone, to the microsecond.
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from exchange.dataplane.chunks import Chunk, Fault, fault_if, flat
from exchange.dataplane.engine import literal, quoted
from exchange.dataplane.schema import Item, Schema

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
    con.register("texts", pa.table(texts))
    typed = con.sql(f"SELECT {', '.join(map(_expression, due))} FROM texts").to_arrow_table()
    con.unregister("texts")
    columns, faults = dict(chunk.columns), list(chunk.faults)
    for item in due:
        columns[item.name] = flat(typed.column(item.name)).cast(item.arrow_type)
        faults += _faults(item, texts[item.name], columns[item.name])
    return Chunk(chunk.lines, columns, tuple(faults), {**chunk.texts, **texts})


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

"""Tables out: Parquet, Arrow IPC stream, NDJSON, JSON array and CSV.

In JSON a decimal is a string, so that no reader rounds it; integers, floats and booleans are JSON
values, dates ISO 8601, datetimes RFC 3339 in UTC, and null is written. In CSV null is an empty
field and an empty string ``""``; every string is quoted.
"""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pyarrow.types as pt

from exchange.dataplane.engine import page_engine, quoted
from exchange.dataplane.errors import Terminal

FORMATS = ("ndjson", "json", "csv", "parquet", "arrow")


COLUMNAR = ("csv", "parquet", "arrow")


def table_writer(target: Path | io.BytesIO, schema: pa.Schema, format: str) -> Any:
    """A writer with ``write_table`` for CSV (tables made printable), Parquet and Arrow."""
    where = str(target) if isinstance(target, Path) else target
    if format == "parquet":
        return pq.ParquetWriter(where, schema, compression="zstd")
    if format == "arrow":
        return pa.ipc.new_stream(where, schema)
    return pcsv.CSVWriter(where, printable(schema.empty_table()).schema)


def check_format(format: str) -> None:
    """Terminal ``format-unknown`` for any other than ours."""
    if format not in FORMATS:
        raise Terminal("format-unknown", f"format is one of {', '.join(FORMATS)}")


def encode(table: pa.Table, format: str) -> bytes:
    """One page as bytes of a format."""
    check_format(format)
    if format not in COLUMNAR:
        return _json_bytes(printable(table), format)
    buffer = io.BytesIO()
    with table_writer(buffer, table.schema, format) as writer:
        writer.write_table(printable(table) if format == "csv" else table)
    return buffer.getvalue()


def _json_bytes(table: pa.Table, format: str) -> bytes:
    lines = _json_lines(table) if len(table) else pa.array([], pa.string())
    between = "\n" if format == "ndjson" else ",\n"
    page = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
    text: bytes = pc.binary_join(page, between)[0].as_buffer().to_pybytes()
    if format == "ndjson":
        return text + b"\n" if text else b""
    return b"[" + text + b"]\n"


def _json_lines(table: pa.Table) -> pa.StringArray:
    members = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in table.column_names)
    with page_engine() as con:
        con.register("page", table)
        lines = con.sql(f"SELECT to_json(struct_pack({members})) AS line FROM page")
        return lines.to_arrow_table().column("line").cast(pa.string()).combine_chunks()


def json_expression(field: pa.Field) -> str:
    """SQL for the field as JSON carries it; the same text as ``printable`` gives."""
    name = quoted(field.name)
    if pt.is_timestamp(field.type):
        text = f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        return f"replace({text}, '.000000Z', 'Z') AS {name}"
    if pt.is_decimal(field.type) or pt.is_date(field.type):
        return f"CAST({name} AS VARCHAR) AS {name}"
    return name


def printable(table: pa.Table) -> pa.Table:
    """Decimals, dates and datetimes as the text that JSON and CSV carry."""
    columns = [_printed(column) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _printed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pt.is_timestamp(column.type):
        text = pc.utf8_replace_slice(column.cast(pa.string()), 10, 11, "T")
        return pc.replace_substring(text, ".000000Z", "Z")
    if pt.is_decimal(column.type) or pt.is_date(column.type):
        return column.cast(pa.string())
    return column

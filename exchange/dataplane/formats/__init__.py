"""Bodies in: each format becomes chunks of columns with the faults found while parsing."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from exchange.dataplane.chunks import Chunk
from exchange.dataplane.errors import Terminal
from exchange.dataplane.formats.columnar_body import read_arrow, read_parquet
from exchange.dataplane.formats.csv_body import read_csv
from exchange.dataplane.formats.json_body import array_to_lines
from exchange.dataplane.formats.ndjson_body import read_ndjson
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema

FORMATS = ("ndjson", "json", "csv", "parquet", "arrow")


def read_body(
    body: Path,
    *,
    format: str,
    encoding: str,
    schema: Schema,
    limits: Limits,
    work: Path,
    con: duckdb.DuckDBPyConnection,
    ops: bool,
) -> Iterator[Chunk]:
    """The body's rows in order; ``ops`` lets it name an operation in ``_op``."""
    if format == "csv":
        return read_csv(body, encoding, schema, limits, ops=ops)
    if format == "ndjson":
        return read_ndjson(body, encoding, schema, limits, con, ops=ops)
    if format == "json":
        lines = work / "lines.ndjson"
        array_to_lines(body, lines, encoding, limits)
        return read_ndjson(lines, "utf-8", schema, limits, con, ops=ops)
    if format == "parquet":
        return read_parquet(body, schema, limits, ops=ops)
    if format == "arrow":
        return read_arrow(body, schema, limits, ops=ops)
    raise Terminal("format-unknown", f"format is one of {', '.join(FORMATS)}")

"""NDJSON into chunks: Arrow's parser for clean blocks, SQL diagnosis for any other.

Both routes accept the same records with the same values; the second one also names the line,
the field and the rule of what the first only refuses.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.json as pjson

from exchange.dataplane.chunks import OP, Chunk, flat
from exchange.dataplane.formats.ndjson_diagnosis import diagnose
from exchange.dataplane.formats.text import blocks
from exchange.dataplane.limits import MIB, Limits
from exchange.dataplane.schema import Item, Schema

# A decimal is written without exponent; Arrow would take one.
EXPONENT = re.compile(rb':\s*"?[+-]?[0-9.]+[eE]')


def read_ndjson(
    body: Path,
    encoding: str,
    schema: Schema,
    limits: Limits,
    con: duckdb.DuckDBPyConnection,
    *,
    ops: bool,
) -> Iterator[Chunk]:
    """Chunks of typed columns, dates and times still text; blank lines count as lines only."""
    items = ((Item(OP, "string"),) if ops else ()) + schema.items
    wanted = pa.schema([pa.field(item.name, _parsed_type(item)) for item in items])
    line = 1
    for block in blocks(body, encoding, limits):
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        table = _parse(block, lines, wanted)
        if table is not None:
            columns = {name: flat(table.column(name)) for name in wanted.names}
            yield Chunk(pa.arange(line, line + lines), columns)
        else:
            yield diagnose(block, line, items, limits, con)
        line += lines


def _parsed_type(item: Item) -> pa.DataType:
    return pa.string() if item.type in ("date", "datetime") else item.arrow_type


def _parse(block: bytes, lines: int, wanted: pa.Schema) -> pa.Table | None:
    """The block by Arrow's parser, or None where it cannot be trusted with it."""
    if not _plain(block, lines, wanted):
        return None
    try:
        table = pjson.read_json(
            pa.BufferReader(block),
            read_options=pjson.ReadOptions(block_size=max(MIB, len(block) // 4)),
            parse_options=pjson.ParseOptions(
                explicit_schema=wanted, unexpected_field_behavior="error"
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == lines else None


def _plain(block: bytes, lines: int, wanted: pa.Schema) -> bool:
    """Whether each line is one object and nothing in the block is beyond Arrow's parser.

    Arrow 26 dies on a top-level null, reads NaN, Infinity and \\u0000, and takes several objects
    on one line; so each line must open and close one object, and those words stand nowhere.
    """
    ends = block.count(b"}\n") + block.count(b"}\r\n") + block.endswith(b"}")
    if not block.startswith(b"{") or block.count(b"\n{") + 1 != lines or ends != lines:
        return False
    if block.count(b"}") != lines or any(word in block for word in (b"\\u0000", b"NaN", b"Inf")):
        return False
    return not (_has_decimal(wanted) and EXPONENT.search(block))


def _has_decimal(wanted: pa.Schema) -> bool:
    return any(map(pa.types.is_decimal, wanted.types))

"""NDJSON into chunks: Arrow's parser for clean blocks, SQL diagnosis for any other.

Both routes accept the same records with the same values; the second one also names the line,
the field and the rule of what the first only refuses.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pjson

from exchange.dataplane.chunks import OP, Chunk, flat
from exchange.dataplane.formats.ndjson_diagnosis import diagnose
from exchange.dataplane.formats.text import blocks
from exchange.dataplane.limits import MIB, Limits
from exchange.dataplane.schema import Item, Schema


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
    exponent = _exponent(items)
    line = 1
    for block in blocks(body, encoding, limits):
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        table = _parse(block, lines, wanted, exponent)
        if table is not None:
            columns = {name: flat(table.column(name)) for name in wanted.names}
            yield Chunk(pa.arange(line, line + lines), columns)
        else:
            yield diagnose(block, line, items, limits, con)
        line += lines


def _parsed_type(item: Item) -> pa.DataType:
    return pa.string() if item.type in ("date", "datetime") else item.arrow_type


def _parse(block: bytes, lines: int, wanted: pa.Schema, exponent: str | None) -> pa.Table | None:
    """The block by Arrow's parser, or None where it cannot be trusted with it."""
    if not _plain(block, lines, exponent):
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
    if table.num_rows != lines or not all(map(_finite, table.columns)):
        return None
    return table


def _finite(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(column.type):
        return True
    return bool(pc.all(pc.is_finite(column)).as_py() is not False)


def _plain(block: bytes, lines: int, exponent: str | None) -> bool:
    """Whether each line is one object and nothing in the block is beyond Arrow's parser.

    Arrow 26 dies on a top-level null and takes several objects on one line, so each line must
    open and close exactly one; a brace inside a text only costs the slower route.
    """
    if not block.startswith(b"{") or block.count(b"}") != lines:
        return False
    ends = block.count(b"}\n") + block.endswith(b"}")
    if b"\r" in block:
        ends += block.count(b"}\r\n")
    if ends != lines or block.count(b"\n{") + 1 != lines:
        return False
    if exponent is None:
        return True
    found = pc.match_substring_regex(pa.array([block], pa.binary()), exponent)
    return not found[0].as_py()


def _exponent(items: tuple[Item, ...]) -> str | None:
    """Finds a decimal written with an exponent, which Arrow would take and we do not."""
    names = "|".join(item.name for item in items if item.type == "decimal")
    return rf'"(?:{names})"\s*:\s*"?[+-]?[0-9.]+[eE]' if names else None

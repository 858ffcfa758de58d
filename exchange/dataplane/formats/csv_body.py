"""CSV (RFC 4180) into chunks of text columns.

An unquoted empty field is null; a quoted one is an empty string in a string column and null in
any other. Lines are physical: a record that holds line ends in quotes counts them all.
"""

import contextlib
import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from exchange.dataplane.chunks import OP, Chunk
from exchange.dataplane.errors import BodyMalformed
from exchange.dataplane.formats.text import BlockStream, blocks
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema


def read_csv(
    body: Path, encoding: str, schema: Schema, limits: Limits, *, ops: bool
) -> Iterator[Chunk]:
    """Chunks of strings; a header or a row that does not fit the schema is BodyMalformed."""
    source = blocks(body, encoding, limits)
    first = next(source, b"")
    header, _, rest = first.partition(b"\n")
    names = _header(header.decode(), schema, ops=ops)
    body_text = _Counted(_chain(rest, source))
    stream = BlockStream(iter(body_text), trim=len(names) > 1)
    records, embedded = 0, 0
    try:
        for batch in _open(stream, names, limits):
            columns = {name: batch.column(name) for name in names}
            inside = _line_ends(columns, batch.num_rows)
            start = 2 + records
            lines = pa.arange(start, start + batch.num_rows)
            if inside is not None:
                before = pc.subtract(pc.cumulative_sum(inside), inside)
                lines = pc.add(pc.add(lines, before), embedded)
                embedded += pc.sum(inside).as_py()
            elif embedded:
                lines = pc.add(lines, embedded)
            records += batch.num_rows
            yield Chunk(lines, {n: _blank(c, n, schema) for n, c in columns.items()})
    except pa.ArrowInvalid as error:
        raise _malformed(error, body, encoding, names, limits) from None
    if body_text.quotes % 2:
        # Arrow takes the end of the body for the missing quote: a body cut off would pass.
        raise BodyMalformed("csv-quote", "a quote is open at the end of the body")


class _Counted:
    """Blocks handed on, their quotes counted."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self.quotes = 0
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        for block in self._source:
            self.quotes += block.count(b'"')
            yield block


def _chain(rest: bytes, source: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from source


def _open(
    stream: BlockStream,
    names: list[str],
    limits: Limits,
    note: Callable[[pcsv.InvalidRow], str] | None = None,
) -> Iterator[pa.RecordBatch]:
    buffered = io.BufferedReader(stream, limits.block_bytes)
    if not buffered.peek(1):
        return
    yield from pcsv.open_csv(
        buffered,
        read_options=pcsv.ReadOptions(
            column_names=names,
            block_size=max(limits.block_bytes, 2 * limits.max_row_bytes),
            use_threads=note is None,
        ),
        parse_options=pcsv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            check_utf8=False,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )


def _header(line: str, schema: Schema, *, ops: bool) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader([line.rstrip("\r")]), [])]
    except csv.Error as bad:
        raise BodyMalformed("header-unreadable", f"the first line: {bad}", line=1) from bad
    if not names:
        raise BodyMalformed("header-missing", "the first line must name the columns", line=1)
    known = set(schema.names) | ({OP} if ops else set())
    for name in names:
        if name not in known:
            raise BodyMalformed("column-unknown", f"no item {name[:80]!r} in the schema", line=1)
        if names.count(name) > 1:
            raise BodyMalformed("column-repeated", f"column {name!r} stands twice", line=1)
    needed = schema.key if OP in names else [i.name for i in schema.items if i.required]
    for name in needed:
        if name not in names:
            raise BodyMalformed("column-missing", f"column {name!r} is required", line=1)
    return names


def _line_ends(columns: dict[str, pa.Array], rows: int) -> pa.Array | None:
    """Line ends inside each record, or None where no record has any."""
    total = None
    for column in columns.values():
        counts = pc.fill_null(pc.count_substring(column, "\n"), 0)
        if pc.max(counts).as_py():
            counts = counts.cast(pa.int64())
            total = counts if total is None else pc.add(total, counts)
    return total


def _blank(column: pa.Array, name: str, schema: Schema) -> pa.Array:
    if name in schema.by_name and schema.by_name[name].type == "string":
        return column
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _malformed(
    error: pa.ArrowInvalid, body: Path, encoding: str, names: list[str], limits: Limits
) -> BodyMalformed:
    """What Arrow refused, in our words: its own message quotes the row."""
    if "straddling" in str(error):
        return BodyMalformed(
            "row-too-long", "a record has no end: a quote is open, or it is too long"
        )
    row = _locate(body, encoding, names, limits)
    if row is None:
        return BodyMalformed("csv", "the body cannot be read as CSV; check its quotes")
    return BodyMalformed(
        "column-count",
        f"the record has {row.actual_columns} fields and the header {row.expected_columns}; "
        "check its commas and quotes",
        line=None if row.number is None else row.number + 1,
    )


def _locate(body: Path, encoding: str, names: list[str], limits: Limits) -> pcsv.InvalidRow | None:
    """The first record of a wrong width: one more pass, without threads, for Arrow to count.

    Its number counts records, so line ends inside quoted fields before it are not in it.
    """
    seen: list[pcsv.InvalidRow] = []

    def note(row: pcsv.InvalidRow) -> str:
        seen.append(row)
        return "error"

    source = blocks(body, encoding, limits)
    rest = next(source, b"").partition(b"\n")[2]
    with contextlib.suppress(pa.ArrowInvalid):
        for _ in _open(BlockStream(_chain(rest, source), trim=len(names) > 1), names, limits, note):
            pass
    return seen[0] if seen else None

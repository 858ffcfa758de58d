"""Parquet rows into PostgreSQL's COPY, a record batch at a time."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from psycopg2 import extensions, sql

from exchange.dataplane.errors import Terminal
from exchange.dataplane.overlapping import ahead
from exchange.dataplane.sealed import source_of

BATCH_ROWS = 16_384
READ_BYTES = 1 << 20

# Arrow quotes every string and writes NULL as nothing, which COPY reads back as it was: an empty
# string is "" and NULL is empty.
_OPTIONS = pc.WriteOptions(include_header=False, quoting_style="needed")


def read_batches(source: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The file's columns named in ``wanted``, in its order and types.

    Terminal ``batch-unreadable`` if the file is broken or lacks one of them.
    """
    try:
        with pq.ParquetFile(source_of(source), pre_buffer=False) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=wanted.names, use_threads=False):
                yield pa.RecordBatch.from_arrays(
                    [batch.column(field.name).cast(field.type) for field in wanted], schema=wanted
                )
    except (pa.ArrowException, OSError, KeyError) as error:
        raise Terminal(
            "batch-unreadable", f"The batch file cannot be read ({type(error).__name__})."
        ) from None


def copy_rows(
    cursor: extensions.cursor,
    into: sql.Composable,
    columns: list[str],
    batches: Iterator[pa.RecordBatch],
) -> int:
    """COPY the batches into these columns of a table; returns how many rows they were.

    The session's time zone must be UTC.
    """
    with closing(ahead(map(_encoded, batches))) as pieces:
        return _copy(cursor, into, columns, pieces)


def _copy(
    cursor: extensions.cursor,
    into: sql.Composable,
    columns: list[str],
    pieces: Iterator[tuple[int, BytesIO]],
) -> int:
    feed = _Feed(pieces)
    command = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        into, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        cursor.copy_expert(command, feed, READ_BYTES)
    except psycopg2.Error:
        # The driver reports a failing read as an error of the server; the cause comes first.
        if feed.failure:
            raise feed.failure from None
        raise
    return feed.rows


class _Feed:
    """A file to read CSV from; the next pieces are encoded while the server takes this one."""

    def __init__(self, pieces: Iterator[tuple[int, BytesIO]]) -> None:
        self._pieces = pieces
        self._chunk = BytesIO()
        self.rows = 0
        self.failure: Terminal | None = None

    def read(self, size: int) -> bytes:
        while not (piece := self._chunk.read(size)):
            try:
                rows, self._chunk = next(self._pieces)
            except StopIteration:
                return b""
            except Terminal as error:
                self.failure = error
                raise
            self.rows += rows
        return piece


def _encoded(batch: pa.RecordBatch) -> tuple[int, BytesIO]:
    """The rows as CSV, and how many they are."""
    out = BytesIO()
    pc.write_csv(_zoneless(batch), out, _OPTIONS)
    out.seek(0)
    return batch.num_rows, out


def _zoneless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Moments without their zone, which is UTC as the session's is: written many times faster."""
    columns = [
        column.cast(pa.timestamp(column.type.unit))
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

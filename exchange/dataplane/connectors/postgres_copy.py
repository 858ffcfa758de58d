"""Parquet rows into PostgreSQL's COPY, a record batch at a time."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from psycopg2 import extensions, sql

from exchange.dataplane.errors import Terminal

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
        with pq.ParquetFile(source, pre_buffer=False) as file:
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
    """COPY the batches into these columns of a table; returns how many rows they were."""
    feed = _CsvFeed(batches)
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


class _CsvFeed:
    """A file to read CSV from, which holds one record batch at a time."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._chunk = BytesIO()
        self.rows = 0
        self.failure: Terminal | None = None

    def read(self, size: int) -> bytes:
        while not (piece := self._chunk.read(size)):
            try:
                batch = next(self._batches)
            except StopIteration:
                return b""
            except Terminal as error:
                self.failure = error
                raise
            self.rows += batch.num_rows
            self._chunk = _encode(batch)
        return piece


def _encode(batch: pa.RecordBatch) -> BytesIO:
    out = BytesIO()
    pc.write_csv(batch, out, _OPTIONS)
    out.seek(0)
    return out

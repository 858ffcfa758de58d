"""Parquet as this platform writes it: equal rows in equal order give equal bytes."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.limits import Limits

_DICTIONARY_BYTES = 64 * 1024


class BlobWriter:
    """Writes row groups of exactly ``row_group_rows``, however the rows arrive."""

    def __init__(self, path: Path, schema: pa.Schema, limits: Limits) -> None:
        self.rows = 0
        self._schema = schema
        self._group = limits.row_group_rows
        self._waiting: list[pa.Table] = []
        self._held = 0
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            write_page_checksum=True,
            # A column of many values is given up as a dictionary early: faster, and smaller.
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
        )

    def __enter__(self) -> "BlobWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._held:
                self._flush(self._held)
        finally:
            self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Append rows; the columns are taken by name."""
        self.rows += len(table)
        self._held += len(table)
        self._waiting.append(table.select(self._schema.names).cast(self._schema))
        while self._held >= self._group:
            self._flush(self._group)

    def _flush(self, rows: int) -> None:
        whole = pa.concat_tables(self._waiting)
        # One chunk per column, for page ends would otherwise tell how the rows arrived.
        self._writer.write_table(whole.slice(0, rows).combine_chunks(), row_group_size=self._group)
        rest = whole.slice(rows)
        self._waiting, self._held = ([rest], len(rest)) if len(rest) else ([], 0)


def write_rows(path: Path, schema: pa.Schema, tables: Iterable[pa.Table], limits: Limits) -> int:
    """Write all tables as one file; the number of rows."""
    with BlobWriter(path, schema, limits) as writer:
        for table in tables:
            writer.write(table)
    return writer.rows

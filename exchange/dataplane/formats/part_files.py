"""Parts that the platform wrote itself, as Parquet: items typed, or as text still to be cast."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from exchange.dataplane.chunks import Chunk
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema
from exchange.dataplane.sealed import source_of


@dataclass(frozen=True)
class Part:
    """One part on the disk, with its rows where they are still in memory."""

    path: Path
    table: pa.Table | None = None


class Remembered:
    """Parts that come one by one, and can be gone through again from the first."""

    def __init__(self, parts: Iterable[Part | Path]) -> None:
        self._coming = iter(parts)
        self._seen: list[Path] = []

    def __iter__(self) -> Iterator[Part | Path]:
        yield from self._seen
        for part in self._coming:
            self._seen.append(part.path if isinstance(part, Part) else part)
            yield part


def read_parts(parts: Iterable[Part | Path], schema: Schema, limits: Limits) -> Iterator[Chunk]:
    """The rows of all parts in order, numbered through; columns the schema lacks are an error."""
    row = 1
    for part in parts:
        for batch in _batches(part, limits):
            columns = {
                name: _fitting(column, schema, name)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            yield Chunk(pa.arange(row, row + batch.num_rows), columns)
            row += batch.num_rows


def _batches(part: Part | Path, limits: Limits) -> Iterator[pa.RecordBatch]:
    if isinstance(part, Part):
        if part.table is not None:
            yield from part.table.combine_chunks().to_batches(limits.batch_rows)
            return
        part = part.path
    try:
        with pq.ParquetFile(source_of(part)) as file:
            yield from file.iter_batches(limits.batch_rows)
    except (pa.ArrowException, OSError) as error:
        raise Terminal("part-unreadable", f"a part of the read is damaged: {error}") from None


def _fitting(column: pa.Array, schema: Schema, name: str) -> pa.Array:
    item = schema.by_name.get(name)
    if item is None:
        raise Terminal("column-unknown", f"no item {name[:80]!r} in the schema")
    if column.type == item.arrow_type:
        return column
    if pt.is_null(column.type):
        return pa.nulls(len(column), item.arrow_type)
    if pt.is_string(column.type):
        return column
    try:
        return column.cast(item.arrow_type)
    except pa.ArrowInvalid:
        return pc.cast(column, pa.string())

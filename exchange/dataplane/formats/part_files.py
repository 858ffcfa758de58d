"""Parts that the platform wrote itself, as Parquet: items typed, or as text still to be cast."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from exchange.dataplane.chunks import Chunk
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema


class Remembered:
    """Paths that come one by one, and can be gone through again from the first."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._coming = iter(paths)
        self._seen: list[Path] = []

    def __iter__(self) -> Iterator[Path]:
        yield from self._seen
        for path in self._coming:
            self._seen.append(path)
            yield path


def read_parts(parts: Iterable[Path], schema: Schema, limits: Limits) -> Iterator[Chunk]:
    """The rows of all parts in order, numbered through; columns the schema lacks are an error."""
    row = 1
    for part in parts:
        try:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(limits.batch_rows):
                    columns = {
                        name: _fitting(column, schema, name)
                        for name, column in zip(batch.schema.names, batch.columns, strict=True)
                    }
                    yield Chunk(pa.arange(row, row + batch.num_rows), columns)
                    row += batch.num_rows
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

"""What sinks of every kind do alike with the rows and the position of a batch."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres_copy import read_batches
from exchange.dataplane.errors import Terminal


def require_next(stored: Position, position: Position) -> None:
    """Terminal ``offset-epoch`` or ``offset-gap`` unless the batch is the next, or one that the
    target holds."""
    if stored.epoch != position.epoch:
        raise epoch_refused(stored, position)
    if position.number > stored.number + 1:
        raise Terminal(
            "offset-gap",
            f"The target holds batch {stored.number}; {position.number} does not follow.",
        )


def epoch_refused(stored: Position, position: Position) -> Terminal:
    """The target is of another time of the dataset."""
    return Terminal(
        "offset-epoch",
        f"The target holds epoch {stored.epoch}, the batch is of {position.epoch}: load it anew.",
    )


def refuse_deletes(changes: Path) -> None:
    """Terminal ``key-missing`` if the batch deletes rows, which nobody can find without a key."""
    if has_deletes(changes):
        raise Terminal("key-missing", "The batch deletes rows and the table has no key.")


def has_deletes(changes: Path) -> bool:
    """Whether the batch deletes any row."""
    return any(
        pc.any(pc.equal(batch.column(0), "delete")).as_py()
        for batch in read_batches(changes, pa.schema([("_op", pa.string())]))
    )


def numbered(batches: Iterator[pa.RecordBatch], number: int) -> Iterator[pa.RecordBatch]:
    """The batches with ``_batch`` and ``_seq`` before the items; rows count from 1."""
    done = 0
    for batch in batches:
        rows = batch.num_rows
        own = [pa.repeat(number, rows), pa.arange(done + 1, done + rows + 1)]
        yield pa.RecordBatch.from_arrays(
            [*own, *batch.columns], names=["_batch", "_seq", *batch.schema.names]
        )
        done += rows

"""A dataset's table as it is now: as a file to compare and send, as rows to look up."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
from django.db import DatabaseError, connection
from django.db.models import F

from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.connectors.postgres_errors import translate, translated
from exchange.dataplane.connectors.postgres_lookup import Finder
from exchange.dataplane.errors import Terminal
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.schema import Schema
from exchange.dataplane.store import check_blob, check_lately
from exchange.destinations import own_connection
from exchange.errors import CursorExpired
from exchange.models import Batch, Dataset, Snapshot
from exchange.snapshots import fold_to, folding, is_current, keep_snapshot, latest
from exchange.storage import limits, store
from kernel.texts import Text

__all__ = [
    "STATE_SCHEMA",
    "batch_file",
    "behind",
    "current_schema",
    "find_records",
    "fold_into_table",
    "keep_snapshot",
    "snapshot_at_head",
    "sound_file",
    "state_name",
    "state_table",
]

STATE_SCHEMA = "dataset_state"


def current_schema(dataset: Dataset) -> Schema:
    """The schema that the next batch must keep to."""
    return Schema.from_json(dataset.schema.body)


def snapshot_at_head(dataset: Dataset) -> Snapshot | None:
    """The whole table after the last batch, folded now if nobody did before; None before any.

    Who comes while another folds it waits for that one, within bounds.
    """
    found = _snapshot_there(dataset)
    if found or dataset.last_number == 0:
        return found
    with folding(dataset):
        return _snapshot_there(dataset) or fold_to(dataset, dataset.last_number)


def _snapshot_there(dataset: Dataset) -> Snapshot | None:
    dataset.refresh_from_db(fields=["first_number", "last_number", "schema"])
    found = latest(dataset)
    return found if found and is_current(found, dataset) else None


def batch_file(batch: Batch) -> Path:
    """The batch's file in the store; CursorExpired where retention removed it."""
    if batch.expired_at:
        raise CursorExpired(
            Text("batch {number} is past its retention; start from the table", number=batch.number)
        )
    return store().path(batch.digest)


def sound_file(batch: Batch) -> Path:
    """The batch's file, of which the digest was recomputed lately: for reads of a part of it."""
    return check_lately(batch_file(batch))


def state_name(dataset_id: UUID) -> str:
    """The name of a dataset's queryable table."""
    return f"t_{dataset_id.hex}"


def state_table(dataset: Dataset, connect: Callable[[], Any] = own_connection) -> PostgresSink:
    """The queryable table of a dataset in the platform's own database."""
    return PostgresSink(
        connect,
        schema_name=STATE_SCHEMA,
        table=state_name(dataset.pk),
        lane=str(dataset.pk),
        schema=current_schema(dataset),
    )


def find_records(
    dataset: Dataset, finder: Finder, find: Callable[[Finder, Any], list[tuple[Any, ...]]]
) -> list[tuple[Any, ...]]:
    """What ``find`` finds with a cursor in the queryable table.

    Where the table lags behind the schema, or behind a recall, it is made to follow first.
    """
    if dataset.folded_number < dataset.recalled_number:
        fold_into_table(Dataset.objects.select_related("schema").get(pk=dataset.pk))
    try:
        return _found(finder, find)
    except Terminal as fault:
        if fault.code != "target-mismatch":
            raise
    fresh = Dataset.objects.select_related("schema").get(pk=dataset.pk)
    state_table(fresh).prepare()
    return _found(finder, find)


def _found(
    finder: Finder, find: Callable[[Finder, Any], list[tuple[Any, ...]]]
) -> list[tuple[Any, ...]]:
    if connection.in_atomic_block:
        # Neither a failure nor a lock of this look stays with the caller's transaction.
        with translated(), closing(own_connection()) as own, own.cursor() as cursor:
            return find(finder, cursor)
    try:
        with connection.cursor() as cursor:
            return find(finder, cursor)
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg2.Error):
            raise translate(cause) from None
        raise


def fold_into_table(dataset: Dataset) -> int:
    """Bring the queryable table up to the last batch; the batches applied.

    Each batch and the table's position commit together, so a killed worker repeats nothing.
    """
    table = state_table(dataset)
    table.prepare()
    if dataset.lookup_items:
        table.create_index(list(dataset.lookup_items))
    position = table.position()
    done = position.number if position else 0
    applied = 0
    if done + 1 < dataset.first_number:
        done, applied = _load_into_table(dataset, table, done)
    elif done < dataset.recalled_number and not current_schema(dataset).key:
        # Events that were taken back cannot be named, so the table is made anew.
        done, applied = _load_into_table(dataset, table, done)
    for batch in dataset.batches.filter(number__gt=done).order_by("number"):
        with _given(dataset, batch) as path:
            table.apply(path, Position(dataset.epoch, batch.number))
        _note_folded(dataset, batch.number)
        applied += 1
    if not applied:
        _note_folded(dataset, done)
    return applied


@contextmanager
def _given(dataset: Dataset, batch: Batch) -> Iterator[Path]:
    """The batch's file; for one that was recalled, an empty file in its place."""
    if not batch.recalled_by_id:
        yield sound_file(batch)
        return
    with store().workspace() as folder:
        write_rows(folder / "nothing", current_schema(dataset).batch_arrow, [], limits())
        yield folder / "nothing"


def _load_into_table(dataset: Dataset, table: PostgresSink, done: int) -> tuple[int, int]:
    """Load the whole table where batches that it has not seen are gone; number and batches."""
    snapshot = snapshot_at_head(dataset)
    if snapshot is None:
        return done, 0
    check_blob(store().path(snapshot.digest))
    table.load(store().path(snapshot.digest), Position(dataset.epoch, snapshot.number))
    _note_folded(dataset, snapshot.number)
    return snapshot.number, snapshot.number - done


def _note_folded(dataset: Dataset, number: int) -> None:
    behind = Dataset.objects.filter(pk=dataset.pk, folded_number__lt=number)
    behind.update(folded_number=number)


def behind() -> Any:
    """Queryable datasets whose table has not seen the last batch."""
    return Dataset.objects.filter(is_queryable=True, folded_number__lt=F("last_number"))

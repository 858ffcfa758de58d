"""A dataset's table as it is now: as a file to compare and send, as rows to look up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from exchange.dataplane import reading
from exchange.dataplane.conditions import Condition
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from exchange.destinations import own_connection
from exchange.models import Batch, Dataset, Snapshot
from exchange.storage import hold_blobs, store

STATE_SCHEMA = "dataset_state"
KEPT_SNAPSHOTS = 2


def current_schema(dataset: Dataset) -> Schema:
    """The schema that the next batch must keep to."""
    return Schema.from_json(dataset.schema.body)


def snapshot_at_head(dataset: Dataset) -> Snapshot | None:
    """The whole table after the last batch, folded now if nobody did before; None before any."""
    dataset.refresh_from_db(fields=["last_number", "schema"])
    latest = dataset.snapshots.order_by("-number", "-created_at").first()
    if dataset.last_number == 0 or (latest and _is_current(latest, dataset)):
        return latest
    after = latest.number if latest else 0
    batches = dataset.batches.filter(number__gt=after, number__lte=dataset.last_number)
    files = [store().path(batch.digest) for batch in batches.order_by("number")]
    base = store().path(latest.digest) if latest else None
    with store().stage() as staged:
        rows = reading.fold(base, files, current_schema(dataset), staged)
        blob = store().commit(staged)
    return keep_snapshot(dataset, dataset.last_number, blob.digest, blob.size, rows)


def _is_current(snapshot: Snapshot, dataset: Dataset) -> bool:
    """Whether it shows the last batch, in the schema that is in force."""
    return (snapshot.number, snapshot.schema_id) == (dataset.last_number, dataset.schema_id)


def keep_snapshot(dataset: Dataset, number: int, digest: str, size: int, rows: int) -> Snapshot:
    """Remember a folded table of the dataset's schema, and forget all but the youngest few."""
    with transaction.atomic():
        hold_blobs(digest)
        kept, _ = Snapshot.objects.get_or_create(
            dataset=dataset,
            number=number,
            schema=dataset.schema,
            defaults={"digest": digest, "size": size, "rows": rows},
        )
        young = dataset.snapshots.order_by("-number", "-created_at").values("pk")[:KEPT_SNAPSHOTS]
        dataset.snapshots.exclude(pk__in=list(young.values_list("pk", flat=True))).delete()
    return kept


def batch_file(batch: Batch) -> Path:
    """The batch's file in the store."""
    return store().path(batch.digest)


def state_table(dataset: Dataset, connect: Callable[[], Any] = own_connection) -> PostgresSink:
    """The queryable table of a dataset in the platform's own database."""
    return PostgresSink(
        connect,
        schema_name=STATE_SCHEMA,
        table=f"t_{dataset.pk.hex}",
        lane=str(dataset.pk),
        schema=current_schema(dataset),
    )


def find_records(
    dataset: Dataset,
    columns: list[str],
    where: dict[str, Any],
    limit: int,
    condition: Condition | None = None,
) -> list[dict[str, Any]]:
    """Rows of the queryable table that the condition shows.

    Where the table lags behind the schema it is made to follow first.
    """
    table = state_table(dataset)
    try:
        return table.lookup(columns, where, limit, condition)
    except Terminal as fault:
        if fault.code != "target-mismatch":
            raise
    table.prepare()
    return table.lookup(columns, where, limit, condition)


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
    for batch in dataset.batches.filter(number__gt=done).order_by("number"):
        table.apply(batch_file(batch), Position(dataset.epoch, batch.number))
        Dataset.objects.filter(pk=dataset.pk, folded_number__lt=batch.number).update(
            folded_number=batch.number
        )
        applied += 1
    if not applied:
        Dataset.objects.filter(pk=dataset.pk, folded_number__lt=done).update(folded_number=done)
    return applied


def behind() -> Any:
    """Queryable datasets whose table has not seen the last batch."""
    return Dataset.objects.filter(is_queryable=True, folded_number__lt=F("last_number"))

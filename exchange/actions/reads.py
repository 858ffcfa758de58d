"""Reading under a grant: changes from a place, the whole table, single records.

Each read asks the database for the grant anew, projects the one stored copy to the granted items,
and leaves an entry in the trail before the first byte goes out.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults, places
from exchange.dataplane import reading
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.schema import Schema
from exchange.errors import NotQueryable
from exchange.models import Batch, Dataset, Grant, Snapshot, Subscription
from exchange.places import Place
from exchange.rights import grant_for_lookup, granted_schema, only_granted, readable
from exchange.storage import projections, store
from exchange.tables import batch_file, find_records, snapshot_at_head
from kernel.errors import Invalid

LOOKUP_LIMIT = 100


@dataclass(frozen=True)
class Page:
    """Changes in order, and the cursor from which the next read goes on."""

    table: pa.Table
    cursor: str
    has_more: bool
    last_number: int


@dataclass(frozen=True)
class TableFile:
    """The whole granted table as a file, and the cursor of the changes after it."""

    path: Path
    etag: str
    rows: int
    number: int
    cursor: str


def read_changes(
    subscription: Subscription, *, actor: Actor, cursor: str | None, limit: int
) -> Page:
    """At most ``limit`` changes after the cursor; the same cursor always gives the same rows.

    Presenting a cursor says that everything before it has arrived: where the system pulls, the
    lane's position follows.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant = readable(subscription)
    dataset = subscription.dataset
    schema = granted_schema(grant, dataset)
    place = places.read(cursor, grant, dataset) if cursor else Place()
    table, after = faults.guarded(lambda: _collect(dataset, schema, place, limit))
    dataset.refresh_from_db(fields=["last_number"])
    _note_read(subscription, grant, actor, place, after, table)
    return Page(
        table=table,
        cursor=places.sign(after, grant, dataset),
        has_more=after.number <= dataset.last_number,
        last_number=dataset.last_number,
    )


def read_table(subscription: Subscription, *, actor: Actor, format: str) -> TableFile:
    """The whole table after the last batch, as the grant shows it.

    A projection is kept by grant, edition, items and content, so a second read is a file send.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant = readable(subscription)
    dataset = subscription.dataset
    schema = granted_schema(grant, dataset)
    snapshot = faults.guarded(lambda: snapshot_at_head(dataset))
    if snapshot is None:
        raise Invalid("nothing has been published yet", reason="empty-dataset")
    path = faults.guarded(lambda: _projected(grant, schema, snapshot, format))
    with transaction.atomic():
        audit.record(
            actor,
            "subscription.table_read",
            subscription,
            number=snapshot.number,
            rows=snapshot.rows,
            digest=snapshot.digest,
            items=list(schema.names),
            edition=grant.edition,
        )
        meet_obligation("C5", grant, actor=actor)
    return TableFile(
        path=path,
        # Keyed, because a digest of what is not granted would let it be guessed and confirmed.
        etag=salted_hmac("exchange.table", path.name).hexdigest(),
        rows=snapshot.rows,
        number=snapshot.number,
        cursor=places.sign(Place(snapshot.number + 1), grant, dataset),
    )


def lookup_records(
    dataset: Dataset,
    *,
    actor: Actor,
    where: dict[str, Any],
    items: list[str] | None = None,
    limit: int = LOOKUP_LIMIT,
) -> tuple[pa.Table, int]:
    """Records whose items equal ``where`` (查询), and the number of the batch they are as of."""
    require(actor, Perm.RECORD_LOOKUP)
    grant = grant_for_lookup(dataset, actor)
    if not dataset.is_queryable:
        raise NotQueryable("the provider has not opened it for look-ups; subscribe instead")
    schema = granted_schema(grant, dataset)
    keys = {*schema.key, *dataset.lookup_items}
    if not where or not set(where) <= keys:
        raise Invalid.field("where", f"name one or more of: {', '.join(sorted(keys))}")
    only_granted(list(where), schema, "where")
    columns = only_granted(items, schema, "items") if items else list(schema.names)
    dataset.refresh_from_db(fields=["folded_number"])
    found = _find(dataset, schema.select(columns), where, limit)
    with transaction.atomic():
        audit.record(
            actor,
            "record.looked_up",
            dataset,
            grant=str(grant.pk),
            edition=grant.edition,
            by=sorted(where),
            items=columns,
            rows=found.num_rows,
        )
        if found.num_rows:
            meet_obligation("C5", grant, actor=actor)
    return found, dataset.folded_number


def _find(dataset: Dataset, schema: Schema, where: dict[str, Any], limit: int) -> pa.Table:
    nested = sorted(name for name, value in where.items() if isinstance(value, dict | list))
    if nested:
        raise Invalid.field(f"where/{nested[0]}", "must be one plain value")
    try:
        found = find_records(dataset, list(schema.names), where, limit)
    except Terminal as fault:
        if fault.code != "value-refused":
            raise faults.translate(fault) from fault
        raise Invalid.field("where", "a value does not fit its item", fault.code) from fault
    except Transient as fault:
        raise faults.translate(fault) from fault
    return pa.Table.from_pylist(found, schema=schema.arrow)


def _collect(dataset: Dataset, schema: Schema, place: Place, limit: int) -> tuple[pa.Table, Place]:
    """Rows from the place on, over as many batches as the limit reaches."""
    parts: list[pa.Table] = []
    left = limit
    batches = Batch.objects.filter(dataset=dataset, number__gte=place.number)
    for batch in batches.select_related("schema").order_by("number")[:limit]:
        part = _read_batch(batch, schema, place.row, left)
        parts.append(part)
        left -= part.num_rows
        reached = place.row + part.num_rows
        place = Place(batch.number + 1) if reached >= batch.rows else Place(batch.number, reached)
        if not left:
            break
    if not parts:
        return _page_schema(schema).empty_table(), place
    return pa.concat_tables(parts), place


def _read_batch(batch: Batch, schema: Schema, start: int, limit: int) -> pa.Table:
    """Rows of one batch in the schema of today; items it was published without are null."""
    stored = set(Schema.from_json(batch.schema.body).names)
    there = [name for name in schema.names if name in stored]
    part = reading.read_rows(batch_file(batch), there, start, limit, with_ops=True)
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(part.num_rows, field.type)
        for field in schema.batch_arrow
    ]
    numbers = pa.repeat(pa.scalar(batch.number, pa.int64()), part.num_rows)
    return pa.Table.from_arrays([numbers, *columns], schema=_page_schema(schema))


def _page_schema(schema: Schema) -> pa.Schema:
    return pa.schema([pa.field("_batch", pa.int64()), *schema.batch_arrow])


def _note_read(
    subscription: Subscription,
    grant: Grant,
    actor: Actor,
    place: Place,
    after: Place,
    table: pa.Table,
) -> None:
    with transaction.atomic():
        # The other modes' lanes are moved by deliveries alone.
        if subscription.mode == Subscription.Mode.PULL and subscription.position < place.done:
            Subscription.objects.filter(pk=subscription.pk, position__lt=place.done).update(
                position=place.done, version=F("version") + 1
            )
        if not table.num_rows:
            return
        audit.record(
            actor,
            "subscription.read",
            subscription,
            start=[place.number, place.row],
            end=[after.number, after.row],
            rows=table.num_rows,
            items=[name for name in table.column_names if not name.startswith("_")],
            edition=grant.edition,
        )
        meet_obligation("C5", grant, actor=actor)


def _projected(grant: Grant, schema: Schema, snapshot: Snapshot, format: str) -> Path:
    folder = projections() / f"{grant.pk.hex}-{grant.edition}"
    folder.mkdir(exist_ok=True)
    path = folder / f"{snapshot.digest}-{schema.digest[:16]}.{format}"
    if not path.exists():
        staged = folder / f".{uuid4().hex}"
        try:
            source = store().path(snapshot.digest)
            reading.project(source, list(schema.names), format=format, out=staged, with_ops=False)
            os.replace(staged, path)
        finally:
            staged.unlink(missing_ok=True)
    return path

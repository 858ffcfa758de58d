"""Reading under a grant: changes from a place, the whole table.

Each read asks the database for the grant anew, shows of the one stored copy what the grant shows,
and leaves an entry in the trail and a line in the ledger before the first byte goes out.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode
from exchange import faults, ledger, places, quotas
from exchange.calls import NO_CALL, Call
from exchange.dataplane import reading
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.schema import Schema
from exchange.ledger import Use
from exchange.models import Batch, Dataset, Grant, Subscription
from exchange.places import Place
from exchange.projected import changes_file, table_file
from exchange.rights import disclosure_of, readable, require_call
from exchange.tables import snapshot_at_head, sound_file
from exchange.vocabulary import Channel
from kernel.errors import Invalid

# Batches of which a filter shows little would make one page a long work.
BATCHES_PER_PAGE = 200


@dataclass(frozen=True)
class Page:
    """Changes in order, encoded, and the cursor from which the next read goes on."""

    table: pa.Table
    body: bytes
    cursor: str
    has_more: bool
    last_number: int
    shown: str


@dataclass(frozen=True)
class TableFile:
    """The whole granted table as a file, and the cursor of the changes after it."""

    path: Path
    etag: str
    rows: int
    number: int
    cursor: str
    shown: str


def read_changes(
    subscription: Subscription,
    *,
    actor: Actor,
    cursor: str | None,
    limit: int,
    format: str = "json",
    call: Call = NO_CALL,
) -> Page:
    """At most ``limit`` changes after the cursor; the same cursor always gives the same rows.

    Presenting a cursor says that everything before it has arrived: where the system pulls, the
    lane's position follows. A page without a row gives nothing, and is neither counted nor noted.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = _admit(subscription, actor, call)
    dataset = subscription.dataset
    disclosure = disclosure_of(grant, dataset)
    quotas.require_left(grant)
    with places.way_back(subscription, grant):
        place = places.begin(cursor, grant, dataset)
        table, after = faults.guarded(lambda: _collect(grant, dataset, disclosure, place, limit))
    dataset.refresh_from_db(fields=["last_number"])
    page = _page(table, places.sign(after, grant, dataset), after, dataset, format, disclosure)
    with transaction.atomic():
        _move(subscription, place)
        if table.num_rows:
            audit.record(
                actor,
                "subscription.read",
                subscription,
                start=[place.number, place.row],
                end=[after.number, after.row],
                rows=table.num_rows,
                items=list(disclosure.names),
                edition=grant.edition,
            )
            use = Use(
                channel=Channel.CHANGES,
                dataset=dataset,
                grant=grant,
                system_id=subscription.system_id,
                purpose=purpose,
                items=disclosure.names,
                rows=table.num_rows,
                digest=hashlib.sha256(page.body).hexdigest(),
                first=place,
                last=after,
            )
            _note(use, subscription, actor, call)
    return page


def read_table(
    subscription: Subscription, *, actor: Actor, format: str, call: Call = NO_CALL
) -> TableFile:
    """The whole table after the last batch, as the grant shows it.

    A projection is kept by grant, edition, content and what is shown, so a second read is a file
    send.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = _admit(subscription, actor, call)
    dataset = subscription.dataset
    disclosure = disclosure_of(grant, dataset)
    quotas.require_left(grant)
    snapshot = faults.guarded(lambda: snapshot_at_head(dataset))
    if snapshot is None:
        raise Invalid("nothing has been published yet", reason="empty-dataset")
    file = faults.guarded(lambda: table_file(grant, disclosure, snapshot, format))
    after = Place(snapshot.number + 1)
    with transaction.atomic():
        audit.record(
            actor,
            "subscription.table_read",
            subscription,
            number=snapshot.number,
            rows=file.rows,
            digest=file.digest,
            items=list(disclosure.names),
            edition=grant.edition,
        )
        use = Use(
            channel=Channel.TABLE,
            dataset=dataset,
            grant=grant,
            system_id=subscription.system_id,
            purpose=purpose,
            items=disclosure.names,
            rows=file.rows,
            digest=file.digest,
            last=after,
        )
        _note(use, subscription, actor, call)
    return TableFile(
        path=file.path,
        # Of what is shown alone, and keyed: it tells nothing of rows and items that are not.
        etag=salted_hmac("exchange.table", f"{grant.pk}{file.digest}").hexdigest(),
        rows=file.rows,
        number=snapshot.number,
        cursor=places.sign(after, grant, dataset),
        shown=disclosure.digest,
    )


def _admit(subscription: Subscription, actor: Actor, call: Call) -> tuple[Grant, str]:
    """The grant in force and the purpose of the call."""
    grant = readable(subscription)
    purpose = require_call(
        grant,
        actor=actor,
        call=call,
        mode=ShareMode.DATABASE,
        default_purpose=subscription.purpose,
    )
    return grant, purpose


def _collect(
    grant: Grant, dataset: Dataset, disclosure: Disclosure, place: Place, limit: int
) -> tuple[pa.Table, Place]:
    """Rows from the place on, over as many batches as the limit reaches."""
    schema = disclosure.shown
    parts: list[pa.Table] = []
    left = limit
    batches = Batch.objects.filter(dataset=dataset, number__gte=place.number)
    most = limit if disclosure.is_plain else BATCHES_PER_PAGE
    for batch in batches.select_related("schema", "dataset").order_by("number")[:most]:
        part, rows = _read_batch(grant, disclosure, batch, place.row, left)
        parts.append(part)
        left -= part.num_rows
        reached = place.row + part.num_rows
        place = Place(batch.number + 1) if reached >= rows else Place(batch.number, reached)
        if not left:
            break
    if not parts:
        return _page_schema(schema).empty_table(), place
    return pa.concat_tables(parts), place


def _read_batch(
    grant: Grant, disclosure: Disclosure, batch: Batch, start: int, limit: int
) -> tuple[pa.Table, int]:
    """Disclosed rows of one batch from ``start`` on, and how many it has of them."""
    schema = disclosure.shown
    if disclosure.is_plain:
        path, rows = sound_file(batch), batch.rows
        stored = set(Schema.from_json(batch.schema.body).names)
        there = [name for name in schema.names if name in stored]
    else:
        file = changes_file(grant, disclosure, batch)
        path, rows, there = file.path, file.rows, list(schema.names)
    part = reading.read_rows(path, there, start, limit, with_ops=True)
    # Items that the batch was published without are null.
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(part.num_rows, field.type)
        for field in schema.batch_arrow
    ]
    numbers = pa.repeat(pa.scalar(batch.number, pa.int64()), part.num_rows)
    return pa.Table.from_arrays([numbers, *columns], schema=_page_schema(schema)), rows


def _page_schema(schema: Schema) -> pa.Schema:
    return pa.schema([pa.field("_batch", pa.int64()), *schema.batch_arrow])


def _page(
    table: pa.Table,
    cursor: str,
    after: Place,
    dataset: Dataset,
    format: str,
    disclosure: Disclosure,
) -> Page:
    """The page as it goes out: for JSON in an envelope, else the bare records."""
    has_more = after.number <= dataset.last_number
    body = reading.encode(table, format)
    if format == "json":
        tail = (
            f',"next_cursor":"{cursor}","has_more":{str(has_more).lower()}'
            f',"last_number":{dataset.last_number}}}'
        )
        body = b'{"items":' + body.strip() + tail.encode()
    return Page(table, body, cursor, has_more, dataset.last_number, disclosure.digest)


def _move(subscription: Subscription, place: Place) -> None:
    """Note what has arrived; the other modes' lanes are moved by deliveries alone."""
    if subscription.mode == Subscription.Mode.PULL and subscription.position < place.done:
        Subscription.objects.filter(pk=subscription.pk, position__lt=place.done).update(
            position=place.done, version=F("version") + 1
        )


def _note(use: Use, subscription: Subscription, actor: Actor, call: Call) -> None:
    """Count and write down what goes out; the count comes last but for the line itself."""
    if use.rows:
        meet_obligation("C5", use.grant, actor=actor)
    quotas.take(use.grant, calls=1, rows=use.rows)
    ledger.write_use(
        replace(
            use,
            call=call,
            credential_id=actor.credential_id,
            subscription_id=subscription.pk,
        )
    )

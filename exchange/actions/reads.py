"""Reading under a grant: changes from a place, the whole table.

Each read asks the database for the grant anew, shows of the one stored copy what the grant shows,
and leaves an entry in the trail and a line in the ledger before the first byte goes out.
"""

import hashlib
from dataclasses import dataclass

import pyarrow as pa
from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults, places, quotas, waiting
from exchange.calls import NO_CALL, Call
from exchange.dataplane import reading
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.schema import Schema
from exchange.errors import NotPulled
from exchange.giving import GivenFile, admit, note, part_of, rows_in
from exchange.ledger import Use
from exchange.models import Batch, Dataset, Grant, Subscription
from exchange.parts import Wanted
from exchange.places import Place
from exchange.projected import changes_file, table_file
from exchange.recalls import require_same_rows
from exchange.rights import disclosure_of, readable, require_system
from exchange.tables import snapshot_at_head, sound_file
from exchange.vocabulary import Channel
from kernel.errors import Invalid

# Batches of which a filter shows little would make one page a long work.
BATCHES_PER_PAGE = 200
WHOLE = Wanted()


@dataclass(frozen=True)
class Page:
    """Changes in order, encoded, and the cursor from which the next read goes on."""

    table: pa.Table
    body: bytes
    cursor: str
    has_more: bool
    last_number: int
    shown: str


def read_changes(
    subscription: Subscription,
    *,
    actor: Actor,
    cursor: str | None,
    limit: int,
    format: str = "json",
    wait: int = 0,
    call: Call = NO_CALL,
) -> Page:
    """At most ``limit`` changes after the cursor; the same cursor always gives the same rows.

    Where there is none yet, it waits up to ``wait`` seconds for one, and asks for the right anew.

    Presenting a cursor says that everything before it has arrived: where the system pulls, the
    lane's position follows. A page without a row gives nothing, and is neither counted nor noted.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = admit(subscription, actor, call)
    dataset = subscription.dataset
    if (
        wait
        and cursor
        and waiting.for_news(subscription, places.read(cursor, grant, dataset), wait)
    ):
        grant, purpose = admit(subscription, actor, call)
        dataset.refresh_from_db()
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
            note(use, subscription, actor, call)
    return page


@transaction.atomic
def acknowledge_changes(subscription: Subscription, *, actor: Actor, cursor: str) -> Subscription:
    """Say that everything before the cursor has arrived: the position of a lane that pulls.

    It never goes back: an older cursor changes nothing. CursorExpired for a cursor of another
    grant or edition, NotPulled where deliveries move the position.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant = readable(subscription)
    require_system(grant, actor.id)
    if subscription.mode != Subscription.Mode.PULL:
        raise NotPulled(mode=subscription.mode)
    place = places.read(cursor, grant, subscription.dataset)
    if _move(subscription, place):
        audit.record(actor, "subscription.acknowledged", subscription, position=place.done)
    subscription.refresh_from_db(fields=["position", "version"])
    return subscription


def read_table(
    subscription: Subscription,
    *,
    actor: Actor,
    format: str,
    wanted: Wanted = WHOLE,
    call: Call = NO_CALL,
) -> GivenFile:
    """The whole table after the last batch as the grant shows it, or what of it is wanted.

    A projection is kept by grant, edition, content and what is shown, so a second read is a file
    send. A part counts as its share of the rows; what gives no byte is neither counted nor noted.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = admit(subscription, actor, call)
    dataset = subscription.dataset
    disclosure = disclosure_of(grant, dataset)
    quotas.require_left(grant)
    snapshot = faults.guarded(lambda: snapshot_at_head(dataset))
    if snapshot is None:
        raise Invalid("nothing has been published yet", reason="empty-dataset")
    file = faults.guarded(lambda: table_file(grant, disclosure, snapshot, format))
    part = part_of(file, grant, format, wanted)
    after = Place(snapshot.number + 1)
    use = Use(
        channel=Channel.TABLE,
        dataset=dataset,
        grant=grant,
        system_id=subscription.system_id,
        purpose=purpose,
        items=disclosure.names,
        rows=rows_in(file, part),
        digest=file.digest,
        last=after,
    )
    if part.length:
        with transaction.atomic():
            audit.record(
                actor,
                "subscription.table_read",
                subscription,
                number=snapshot.number,
                rows=use.rows,
                digest=file.digest,
                items=list(disclosure.names),
                edition=grant.edition,
                **({"bytes": [part.start, part.stop]} if part.status == 206 else {}),
            )
            note(use, subscription, actor, call)
    return GivenFile(
        path=file.path,
        part=part,
        format=format,
        rows=file.rows,
        number=snapshot.number,
        cursor=places.sign(after, grant, dataset),
        shown=disclosure.digest,
    )


def _collect(
    grant: Grant, dataset: Dataset, disclosure: Disclosure, place: Place, limit: int
) -> tuple[pa.Table, Place]:
    """Rows from the place on, over as many batches as the limit reaches."""
    schema = disclosure.shown
    parts: list[pa.Table] = []
    left = limit
    # What was recalled is given to nobody.
    batches = Batch.objects.filter(dataset=dataset, number__gte=place.number, recalled_by=None)
    most = limit if disclosure.is_plain else BATCHES_PER_PAGE
    for batch in batches.select_related("schema", "dataset").order_by("number")[:most]:
        start = place.row if batch.number == place.number else 0
        if start and disclosure.needs_history:
            require_same_rows(batch)
        part, rows = _read_batch(grant, disclosure, batch, start, left)
        parts.append(part)
        left -= part.num_rows
        reached = start + part.num_rows
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


def _move(subscription: Subscription, place: Place) -> bool:
    """Note what has arrived; the other modes' lanes are moved by deliveries alone."""
    if subscription.mode != Subscription.Mode.PULL or subscription.position >= place.done:
        return False
    behind = Subscription.objects.filter(pk=subscription.pk, position__lt=place.done)
    return bool(behind.update(position=place.done, version=F("version") + 1))

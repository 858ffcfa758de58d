"""Files under a grant beside the whole table: one batch, and links that open one file for a while.

A link works without a credential and stands for the system that asked for it: when it is used, the
right is asked for anew, and the line in the ledger names that system.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults, links, places, quotas
from exchange.calls import NO_CALL, Call
from exchange.dataplane.disclosure import Disclosure
from exchange.errors import BatchGone, LinkExpired
from exchange.giving import GivenFile, admit, note, part_of, rows_in
from exchange.ledger import Use
from exchange.links import Link
from exchange.models import Batch, Grant, Snapshot, Subscription
from exchange.parts import Part, Wanted
from exchange.places import Place
from exchange.projected import Shown, batch_in, table_file
from exchange.rights import disclosure_of
from exchange.tables import snapshot_at_head
from exchange.vocabulary import Channel
from kernel.errors import Invalid, NotFound
from kernel.texts import Text

WHOLE = Wanted()


def read_batch(
    subscription: Subscription,
    *,
    actor: Actor,
    number: int,
    format: str,
    wanted: Wanted = WHOLE,
    call: Call = NO_CALL,
) -> GivenFile:
    """One batch by its number as the grant shows it, or what of the file is wanted.

    NotFound if there is no such batch yet, BatchGone if it was recalled, CursorExpired if its bytes
    are past their retention.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = admit(subscription, actor, call)
    disclosure = disclosure_of(grant, subscription.dataset)
    quotas.require_left(grant)
    batch = _batch(subscription, number)
    with places.way_back(subscription, grant):
        file = faults.guarded(lambda: batch_in(grant, disclosure, batch, format))
    use = Use(
        channel=Channel.CHANGES,
        dataset=subscription.dataset,
        grant=grant,
        system_id=subscription.system_id,
        purpose=purpose,
        items=disclosure.names,
        rows=file.rows,
        digest=file.digest,
        first=Place(number),
        last=Place(number + 1),
    )
    part = part_of(file, grant, format, wanted)
    if part.length:
        _note("subscription.batch_read", subscription, actor, call, _of_part(use, file, part), part)
    return _given(subscription, use, file, part, format, disclosure)


def open_link(
    subscription: Subscription,
    *,
    actor: Actor,
    format: str,
    minutes: int,
    number: int | None = None,
    call: Call = NO_CALL,
) -> tuple[str, datetime]:
    """A token that opens one file for so many minutes, and when it ends.

    The file is the table as of now, or the batch of that number, as the grant shows it now.
    """
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, _ = admit(subscription, actor, call)
    disclosure = disclosure_of(grant, subscription.dataset)
    quotas.require_left(grant)
    if number is None:
        snapshot = faults.guarded(lambda: snapshot_at_head(subscription.dataset))
        if snapshot is None:
            raise Invalid("nothing has been published yet", reason="empty-dataset")
        source, place = snapshot.digest, snapshot.number
    else:
        source, place = _batch(subscription, number).digest, number
    ends = timezone.now().replace(microsecond=0) + timedelta(minutes=minutes)
    link = Link(
        subscription=subscription.pk,
        system=actor.id,  # type: ignore[arg-type]
        credential=actor.credential_id,
        edition=grant.edition,
        shown=disclosure.digest,
        source=source,
        number=place,
        is_batch=number is not None,
        format=format,
        call=call,
        ends=ends,
    )
    with transaction.atomic():
        audit.record(
            actor,
            "subscription.link_opened",
            subscription,
            number=place,
            batch=link.is_batch,
            format=format,
            ends_at=ends.isoformat(),
            edition=grant.edition,
        )
    return links.write(link), ends


def follow_link(link: Link, *, actor: Actor, wanted: Wanted = WHOLE) -> GivenFile:
    """The file that a link stands for; the actor is the system that asked for it.

    LinkExpired if its terms or its file are no longer what they were, and whatever refuses the
    right itself.
    """
    subscription = Subscription.objects.select_related("dataset__schema").get(pk=link.subscription)
    require(actor, Perm.SUBSCRIPTION_READ, subscription.department_id)
    grant, purpose = admit(subscription, actor, link.call)
    disclosure = disclosure_of(grant, subscription.dataset)
    if (grant.edition, disclosure.digest) != (link.edition, link.shown):
        raise LinkExpired("the terms changed since; ask for another")
    quotas.require_left(grant)
    file = faults.guarded(lambda: _file_of(link, subscription, grant, disclosure))
    use = Use(
        channel=Channel.CHANGES if link.is_batch else Channel.TABLE,
        dataset=subscription.dataset,
        grant=grant,
        system_id=link.system,
        purpose=purpose,
        items=disclosure.names,
        rows=file.rows,
        digest=file.digest,
        first=Place(link.number) if link.is_batch else None,
        last=Place(link.number + 1),
    )
    part = part_of(file, grant, link.format, wanted)
    if part.length:
        told = _of_part(use, file, part)
        _note("subscription.link_followed", subscription, actor, link.call, told, part)
    return _given(subscription, use, file, part, link.format, disclosure)


def _batch(subscription: Subscription, number: int) -> Batch:
    batches = Batch.objects.filter(dataset_id=subscription.dataset_id, number=number)
    batch = batches.select_related("schema", "dataset").first()
    if batch is None:
        raise NotFound()
    if batch.recalled_by_id:
        raise BatchGone(
            Text("batch {number} was recalled; read the batches after it", number=number),
            number=number,
        )
    return batch


def _file_of(link: Link, subscription: Subscription, grant: Grant, disclosure: Disclosure) -> Shown:
    """The file that the link was opened for, and no other."""
    if link.is_batch:
        batch = _batch(subscription, link.number)
        if batch.digest == link.source:
            return batch_in(grant, disclosure, batch, link.format)
    else:
        kept = Snapshot.objects.filter(
            dataset_id=subscription.dataset_id, number=link.number, digest=link.source
        ).first()
        if kept:
            return table_file(grant, disclosure, kept, link.format)
    raise LinkExpired("the file is no longer kept; ask for another")


def _of_part(use: Use, file: Shown, part: Part) -> Use:
    return replace(use, rows=rows_in(file, part))


@transaction.atomic
def _note(
    verb: str, subscription: Subscription, actor: Actor, call: Call, use: Use, part: Part
) -> None:
    """The entry in the trail and the line in the ledger, before the first byte goes out."""
    audit.record(
        actor,
        verb,
        subscription,
        number=use.last.done if use.last else 0,
        rows=use.rows,
        digest=use.digest,
        items=list(use.items),
        edition=use.grant.edition,
        **({"bytes": [part.start, part.stop]} if part.status == 206 else {}),
    )
    note(use, subscription, actor, call)


def _given(
    subscription: Subscription,
    use: Use,
    file: Shown,
    part: Part,
    format: str,
    disclosure: Disclosure,
) -> GivenFile:
    after = use.last or Place()
    return GivenFile(
        path=file.path,
        part=part,
        format=format,
        rows=file.rows,
        number=after.done,
        cursor=places.sign(after, use.grant, subscription.dataset),
        shown=disclosure.digest,
    )

"""Publishing: bytes before rows, then one short transaction that takes the batch's number."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.evidence import require_stored
from accounts.permissions import Perm
from accounts.policy import require
from catalog.actions.quality import note_data
from exchange import faults
from exchange.bodies import require_takes
from exchange.dataplane import publication
from exchange.dataplane.formats.part_files import Part
from exchange.dataplane.limits import Limits, OnReject, Policy
from exchange.dataplane.publication import Kind, Prepared
from exchange.dataplane.publication import Published as Against
from exchange.dataplane.store import BlobRef
from exchange.errors import BaseMoved
from exchange.models import Batch, Dataset, Snapshot
from exchange.numbers import take_number
from exchange.rights import require_publisher
from exchange.snapshots import base_for
from exchange.storage import hold_blobs, limits, store, store_of
from exchange.tables import current_schema, keep_snapshot, snapshot_at_head
from kernel.failpoints import failpoint
from kernel.idempotency import KeyReused
from kernel.jobs import wake
from kernel.models import StoredAnswer

# What the answers to publications are kept under.
BATCH_SCOPE = "batch:"
SNAPSHOT_TRIES = 3


@dataclass(frozen=True)
class Body:
    """A publication's body as it lies on the disk, and how it is to be read."""

    path: Path
    digest: str
    kind: Kind
    format: str
    encoding: str = "utf-8"
    key: str = ""
    # The Content-Encoding it came with; ``path`` is the body unpacked, ``digest`` as it came.
    coding: str = ""

    @property
    def limits(self) -> Limits:
        """The bounds within which it is read."""
        bounds = limits()
        return replace(bounds, max_bytes=bounds.max_expanded_bytes) if self.coding else bounds

    @property
    def fingerprint(self) -> str:
        """What a repetition with the same Idempotency-Key must equal."""
        coded = (self.coding,) if self.coding else ()
        told = "\n".join((self.kind, self.format, self.encoding, self.digest, *coded))
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Parts:
    """What a sync run reads: files of rows in order, published as ``kind``.

    ``feed`` reads what is not in ``paths`` yet, while the first of them are validated already,
    until it is told that no more is wanted.
    ``told`` goes into the trail; ``settle`` is called with the batch, or None where nothing
    changed, in the transaction that makes it: what it raises undoes the publication.
    """

    paths: Iterable[Part | Path]
    kind: Kind
    feed: Callable[[Callable[[], bool]], None]
    settle: Callable[[Batch | None, Prepared], None]
    told: dict[str, Any] = field(default_factory=dict)
    # An item and a value that no published row exceeds: what lies beyond it is new for certain.
    beyond: tuple[str, str] | None = None
    digest: str = ""
    key: str = ""


@dataclass(frozen=True)
class Published:
    """The outcome: a batch; or None where the snapshot equals the table already published."""

    batch: Batch | None
    replayed: bool = False
    prepared: Prepared | None = None


def publish_batch(dataset: Dataset, *, actor: Actor, body: Body) -> Published:
    """Append a batch to the dataset's log, or refuse it whole and store nothing.

    The same Idempotency-Key with the same body gives the first outcome again, for as long as the
    batch is known. Batches are numbered 1..n without gaps, in the order of their commits.
    EvidenceNotStored while no evidence of it would leave the database.
    """
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    require_publisher(dataset, actor)
    replay = _replay(dataset, actor, body)
    if replay:
        return replay
    require_stored()
    require_takes(dataset, body.kind)
    for _ in range(SNAPSHOT_TRIES):
        base = None
        if body.kind == "snapshot":
            base = faults.guarded(lambda: snapshot_at_head(dataset))
        prepared = _prepare(dataset, body, base)
        failpoint("publish.prepared")
        try:
            published = _commit(dataset, actor, body, prepared, base.number if base else 0)
            failpoint("publish.after_commit")
            return published
        except BaseMoved:
            dataset.refresh_from_db()
            require_takes(dataset, body.kind)
        except IntegrityError:
            # A rival with the same Idempotency-Key was first: its outcome is ours.
            replay = _replay(dataset, actor, body)
            if replay is None:
                raise
            return replay
    raise BaseMoved(retry_after=1)


def publish_parts(dataset: Dataset, *, actor: Actor, parts: Parts) -> Published:
    """Append what was read from a source, as ``publish_batch`` does a body that was sent.

    A snapshot is compared with the whole table, changes with the published rows of their keys;
    what is published already makes no batch. Where nothing was read, the run is settled and no
    more. Faults of the source and of the data come out as the DataplaneErrors that they are.
    """
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    require_publisher(dataset, actor)
    require_stored()
    for _ in range(SNAPSHOT_TRIES):
        require_takes(dataset, parts.kind)
        dataset.refresh_from_db(fields=["first_number", "last_number", "schema"])
        number = dataset.last_number
        prepared = _prepare_parts(dataset, parts)
        if not prepared.received:
            with transaction.atomic():
                parts.settle(None, prepared)
            return Published(None, prepared=prepared)
        failpoint("publish.prepared")
        try:
            published = _commit(dataset, actor, parts, prepared, number)
        except BaseMoved:
            dataset.refresh_from_db()
            continue
        failpoint("publish.after_commit")
        return published
    raise BaseMoved(retry_after=1)


def _prepare_parts(dataset: Dataset, parts: Parts) -> Prepared:
    """Validate and store in a thread of its own, which needs no database, while this one reads."""
    how: dict[str, Any] = {
        "kind": parts.kind,
        "schema": current_schema(dataset),
        "published": None if parts.kind == "append" else _published(dataset),
        "beyond": parts.beyond if parts.kind == "changes" else None,
        "store": store_of(dataset.resource_id),
        "limits": limits(),
        "policy": Policy(cast(OnReject, dataset.on_reject), dataset.max_rejected_percent / 100),
    }
    with ThreadPoolExecutor(1) as side:
        prepared = side.submit(publication.prepare_parts, parts.paths, **how)
        parts.feed(lambda: not prepared.done())
        return prepared.result()


def _published(dataset: Dataset) -> Against:
    """The files that hold the table after the last batch."""
    base = base_for(dataset, dataset.last_number)
    after = dataset.batches.filter(number__gt=base.number if base else 0, recalled_by=None)
    digests = after.order_by("number").values_list("digest", flat=True)
    return Against(
        store().path(base.digest) if base else None,
        tuple(store().path(digest) for digest in digests),
    )


def _prepare(dataset: Dataset, body: Body, base: Snapshot | None) -> Prepared:
    return faults.guarded(
        lambda: publication.prepare(
            body.path,
            kind=body.kind,
            format=body.format,
            encoding=body.encoding,
            schema=current_schema(dataset),
            base=store().path(base.digest) if base else None,
            store=store_of(dataset.resource_id),
            limits=body.limits,
            policy=Policy(cast(OnReject, dataset.on_reject), dataset.max_rejected_percent / 100),
        )
    )


@transaction.atomic
def _commit(
    dataset: Dataset, actor: Actor, body: Body | Parts, prepared: Prepared, base_number: int
) -> Published:
    """The short transaction: number, batch, trail and the answer to a repetition."""
    batch = None
    blob = prepared.blob
    if blob is not None:
        blobs = (blob, prepared.snapshot, prepared.rejects)
        hold_blobs(*(each.digest for each in blobs if each))
        compared = body.kind == "snapshot" or isinstance(body, Parts)
        expected = base_number if compared else None
        number, last_seq = take_number(dataset, prepared.rows_in_blob, expected)
        batch = _batch(dataset, actor, body, prepared, blob, number, last_seq)
        batch.save(force_insert=True)
        if prepared.snapshot is not None:
            table = prepared.snapshot
            keep_snapshot(dataset, number, table.digest, table.size, prepared.accepted)
    if isinstance(body, Parts):
        body.settle(batch, prepared)
    elif body.key:
        StoredAnswer.objects.create(
            scope=_scope(dataset, actor),
            key=body.key,
            body_digest=body.fingerprint,
            status=201 if batch else 200,
            body={"batch": str(batch.pk) if batch else None},
        )
    verb = "batch.published" if batch else "batch.unchanged"
    audit.record(
        actor, verb, batch or dataset, **_evidence(body, prepared, batch.number if batch else None)
    )
    note_data(dataset.resource_id, actor=actor, at=timezone.now())
    failpoint("publish.before_commit")
    if batch:
        wake("exchange.deliver_due")
        if dataset.is_queryable:
            wake("exchange.fold_due")
    return Published(batch, prepared=prepared)


def _batch(
    dataset: Dataset,
    actor: Actor,
    body: Body | Parts,
    prepared: Prepared,
    blob: BlobRef,
    number: int,
    last_seq: int,
) -> Batch:
    return Batch(
        dataset=dataset,
        number=number,
        kind=body.kind,
        schema=dataset.schema,
        # What the clock reads for a dataset is published in the name of its system.
        publisher_id=actor.id or dataset.system_id,
        first_seq=last_seq - prepared.rows_in_blob + 1,
        last_seq=last_seq,
        received=prepared.received,
        accepted=prepared.accepted,
        rejected=prepared.rejected,
        inserted=prepared.inserted,
        updated=prepared.updated,
        deleted=prepared.deleted,
        digest=blob.digest,
        size=blob.size,
        body_digest=body.digest or blob.digest,
        rejects_digest=prepared.rejects.digest if prepared.rejects else "",
        idempotency_key=body.key,
    )


def _evidence(body: Body | Parts, prepared: Prepared, number: int | None) -> dict[str, Any]:
    return {
        **(body.told if isinstance(body, Parts) else {}),
        "number": number,
        "kind": body.kind,
        "body_digest": body.digest,
        "digest": prepared.blob.digest if prepared.blob else None,
        "received": prepared.received,
        "accepted": prepared.accepted,
        "rejected": prepared.rejected,
    }


def _scope(dataset: Dataset, actor: Actor) -> str:
    return f"{BATCH_SCOPE}{dataset.pk}:{actor.id}"


def _replay(dataset: Dataset, actor: Actor, body: Body) -> Published | None:
    if not body.key:
        return None
    stored = StoredAnswer.objects.filter(scope=_scope(dataset, actor), key=body.key).first()
    if stored is None:
        return None
    if stored.body_digest != body.fingerprint:
        raise KeyReused("take a new key for a new body")
    found = (stored.body or {}).get("batch")
    batch = Batch.objects.get(pk=found) if found else None
    return Published(batch, replayed=True)

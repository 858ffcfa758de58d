"""Publishing in parts: each acknowledged part is on the disk, and the end publishes once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.actions.batches import Body, Published, publish_batch
from exchange.actions.rehearsals import Rehearsed, rehearse_batch, rehearse_rejects
from exchange.bodies import require_takes, unpacked
from exchange.datakeys import key_of
from exchange.dataplane import parts
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.publication import Kind
from exchange.errors import (
    BodyTooLarge,
    BodyUnreadable,
    DigestMismatch,
    OffsetMismatch,
    PartInProgress,
    TooManyUploads,
    UploadIncomplete,
    UploadOver,
)
from exchange.models import Dataset, Upload
from exchange.querysets import UploadQuerySet
from exchange.rights import require_publisher
from exchange.states import UPLOAD
from exchange.storage import store
from kernel import idempotency
from kernel.failpoints import failpoint
from kernel.idempotency import KeyReused
from kernel.texts import Text

LIFETIME = timedelta(hours=24)
MOST_OPEN = 20
_ANNOUNCED = ("kind", "content_type", "content_encoding", "size", "digest")


def open_upload(
    dataset: Dataset,
    *,
    actor: Actor,
    kind: str,
    content_type: str,
    size: int,
    content_encoding: str = "",
    digest: str = "",
    key: str = "",
) -> tuple[Upload, bool]:
    """Begin a body that will arrive in parts; and whether it had been begun before.

    The same ``key`` with the same announcement finds the upload again, unless it was cancelled or
    has expired; with another one KeyReused. The key is also that of the publication.
    """
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    require_publisher(dataset, actor)
    require_takes(dataset, kind)
    if size > settings.MAX_BODY_BYTES:
        raise BodyTooLarge(Text("a body has at most {most} bytes", most=settings.MAX_BODY_BYTES))
    announced = dict(
        zip(_ANNOUNCED, (kind, content_type, content_encoding, size, digest), strict=True)
    )
    with transaction.atomic():
        # Who begins twice at once begins once, and nobody gets beyond the bound.
        idempotency.claim(f"upload:{dataset.pk}", str(actor.id))
        own = Upload.objects.filter(dataset=dataset, publisher_id=cast(UUID, actor.id))
        known = _known(own, key, announced) if key else None
        if known:
            return known, True
        if own.filter(state="open").count() >= MOST_OPEN:
            raise TooManyUploads(
                Text("finish or cancel one of your {most} open uploads", most=MOST_OPEN)
            )
        made = Upload.objects.create(
            dataset=dataset,
            publisher_id=cast(UUID, actor.id),
            idempotency_key=key,
            expires_at=timezone.now() + LIFETIME,
            **announced,
        )
        audit.record(actor, "upload.opened", made, dataset=str(dataset.pk), size=size, kind=kind)
    return made, False


def _known(own: "UploadQuerySet[Upload]", key: str, announced: dict[str, object]) -> Upload | None:
    alive = own.filter(idempotency_key=key, state__in=("open", "finished"))
    found: Upload | None = alive.order_by("-created_at").first()
    if found and any(getattr(found, name) != value for name, value in announced.items()):
        raise KeyReused("take a new key for a new body")
    return found


def receive_part(
    upload: Upload, *, actor: Actor, offset: int, chunks: Iterable[bytes], digest: str = ""
) -> Upload:
    """Write the part that begins at the offset; when this returns it is on the disk for good.

    OffsetMismatch tells where the upload stands. Of a part whose connection breaks, what arrived
    is kept, unless a ``digest`` was announced for it.
    """
    require(actor, Perm.BATCH_PUBLISH, upload.dataset.department_id)
    with _held(upload) as file:
        if offset != upload.received:
            raise OffsetMismatch(
                Text("{received} bytes are here; go on from there", received=upload.received),
                offset=upload.received,
            )
        room = upload.size - offset
        key = faults.guarded(lambda: key_of(upload.dataset.resource_id))
        part = faults.guarded(lambda: parts.append(file, offset, chunks, room, BodyUnreadable, key))
        failpoint("upload.after_fsync")
        if part.failure and digest:
            raise part.failure
        if digest and digest != part.sha256:
            raise DigestMismatch("send the part again", announced=digest, arrived=part.sha256)
        _advance(upload, offset, part.size)
        failpoint("upload.after_advance")
        if part.failure:
            raise part.failure
    return upload


def _advance(upload: Upload, offset: int, size: int) -> None:
    rows = Upload.objects.filter(pk=upload.pk, state="open", received=offset)
    if not rows.update(
        received=offset + size, expires_at=timezone.now() + LIFETIME, version=F("version") + 1
    ):
        upload.refresh_from_db()
        _require_open(upload)
        raise OffsetMismatch("another part came first", offset=upload.received)
    upload.refresh_from_db()


def finish_upload(upload: Upload, *, actor: Actor, format: str, encoding: str) -> Published:
    """Publish the body exactly as one that was sent at once; a repetition gives the same outcome.

    A refusal leaves the upload open. UploadIncomplete while bytes are missing.
    """
    require(actor, Perm.BATCH_PUBLISH, upload.dataset.department_id)
    require_publisher(upload.dataset, actor)
    if upload.state == "finished":
        return Published(upload.batch, replayed=True)
    with _held(upload, finished_too=True), store().workspace() as work:
        if upload.state == "finished":
            return Published(upload.batch, replayed=True)
        body = _body(upload, work, format, encoding)
        failpoint("upload.before_publish")
        published = publish_batch(upload.dataset, actor=actor, body=body)
        failpoint("upload.published")
        with transaction.atomic():
            UPLOAD.move(upload, "finish", batch=published.batch)
            number = published.batch.number if published.batch else None
            audit.record(actor, "upload.finished", upload, number=number, digest=body.digest)
        failpoint("upload.finished")
        parts.remove(_folder(upload))
    return published


def rehearse_upload(upload: Upload, *, actor: Actor, format: str, encoding: str) -> Rehearsed:
    """What its finish would do now; nothing is stored, and the upload stays open."""
    require(actor, Perm.BATCH_PUBLISH, upload.dataset.department_id)
    with _held(upload), store().workspace() as work:
        body = _body(upload, work, format, encoding)
        return rehearse_batch(upload.dataset, actor=actor, body=body)


def read_upload_rejects(
    upload: Upload, *, actor: Actor, format: str, encoding: str, wanted: str
) -> BinaryIO:
    """The rows of it that would be rejected, as an open file in csv, ndjson or xlsx."""
    require(actor, Perm.BATCH_PUBLISH, upload.dataset.department_id)
    with _held(upload), store().workspace() as work:
        body = _body(upload, work, format, encoding)
        return rehearse_rejects(upload.dataset, actor=actor, body=body, format=wanted)


def _body(upload: Upload, work: Path, format: str, encoding: str) -> Body:
    if upload.received != upload.size:
        raise UploadIncomplete(
            Text("{received} of {size} bytes are here", received=upload.received, size=upload.size),
            offset=upload.received,
        )
    path = faults.guarded(lambda: parts.whole(_folder(upload), upload.size, work))
    digest = faults.guarded(lambda: parts.digest_of(path))
    if upload.digest and upload.digest != digest:
        raise DigestMismatch(
            "cancel this upload and send the body again", announced=upload.digest, arrived=digest
        )
    coding = upload.content_encoding
    return Body(
        path=unpacked(path, coding, work / "unpacked"),
        digest=digest,
        kind=cast(Kind, upload.kind),
        format=format,
        encoding=encoding,
        # Without a key of the publisher's the upload is one: it is published once.
        key=upload.idempotency_key or f"upload:{upload.pk}",
        coding=coding,
    )


def cancel_upload(upload: Upload, *, actor: Actor) -> Upload:
    """Give the upload up; its bytes are removed."""
    require(actor, Perm.BATCH_PUBLISH, upload.dataset.department_id)
    with _held(upload), transaction.atomic():
        UPLOAD.move(upload, "cancel")
        audit.record(actor, "upload.cancelled", upload, received=upload.received)
    parts.remove(_folder(upload))
    return upload


def expire_uploads(*, actor: Actor) -> int:
    """Give up the uploads that nobody went on with for a day; how many."""
    require(actor, Perm.DATASET_VIEW)
    expired = 0
    for upload in Upload.objects.filter(state="open", expires_at__lt=timezone.now()):
        try:
            with _held(upload), transaction.atomic():
                if upload.expires_at >= timezone.now():
                    continue
                UPLOAD.move(upload, "expire")
                audit.record(actor, "upload.expired", upload, received=upload.received)
        except (PartInProgress, UploadOver):
            continue
        parts.remove(_folder(upload))
        expired += 1
    return expired


def _require_open(upload: Upload, *, finished_too: bool = False) -> None:
    if upload.state != "open" and not (finished_too and upload.state == "finished"):
        raise UploadOver(Text("it is {state}", state=upload.state), state=upload.state)


@contextmanager
def _held(upload: Upload, *, finished_too: bool = False) -> Iterator[BufferedRandom]:
    """The upload's file for one writer, and its row as it is now; PartInProgress, UploadOver."""
    _require_open(upload, finished_too=finished_too)
    try:
        with parts.held(_folder(upload)) as file:
            upload.refresh_from_db()
            _require_open(upload, finished_too=finished_too)
            yield file
    except parts.Busy as other:
        raise PartInProgress("wait for its answer", retry_after=1) from other
    except DataplaneError as fault:
        raise faults.translate(fault) from fault


def _folder(upload: Upload) -> Path:
    return Path(settings.STORE_DIR) / "uploads" / upload.pk.hex

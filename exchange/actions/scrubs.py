"""The scrub: every stored byte is read again once a day, and damage is told before it is served."""

import heapq
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_authority, notify_department
from accounts.actor import Actor
from accounts.models import Member
from accounts.permissions import Perm, Role
from accounts.policy import require
from exchange.dataplane.errors import DataplaneError
from exchange.models import Batch, Dataset, Snapshot
from exchange.storage import store, store_of
from exchange.tables import snapshot_at_head
from exchange.unneeded import remove_blob
from kernel.errors import DomainError
from kernel.jobs import wake

log = structlog.get_logger(__name__)

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Batch damaged"),
    gettext_noop("Batch mended"),
    gettext_noop("Snapshot damaged"),
)

DUE = timedelta(days=1)
TURN_SECONDS = 300
ROWS_PER_TURN = 5000
_LOCKED = "data-key-missing"
_DAMAGED = gettext_noop(
    "Stored bytes do not match their digest. Restore the file, or publish the same body again."
)
# What a row stands for: its digest, or the fault with which the reading of it ended.
Check = Callable[[str], str]


def scrub_blobs(*, actor: Actor) -> int:
    """Recompute the digests that are due, the oldest first, up to SCRUB_BYTES; the damaged found.

    A damaged table is dropped and folded anew from the batches where they are here. A damaged batch
    is told to its provider, the authority and the operators, and looked at again in each turn: it
    is well as soon as its bytes are back.
    """
    require(actor, Perm.DATASET_VIEW)
    until, left = time.monotonic() + TURN_SECONDS, settings.SCRUB_BYTES
    seen: dict[str, str] = {}
    found = 0
    for row in _due():
        if left <= 0 or time.monotonic() >= until:
            wake("exchange.scrub_blobs")
            break
        for digest in _digests(row):
            if digest not in seen:
                seen[digest] = _fault(digest)
                left -= row.size
        faults = {digest: seen[digest] for digest in _digests(row) if seen[digest]}
        if _LOCKED in faults.values():
            # Nobody can say what the bytes are; doctor names the key.
            log.error("blob_locked", dataset=str(row.dataset_id), number=row.number)
            continue
        if not faults:
            _sound(row, actor)
            _seal(row)
            continue
        found += 1
        if isinstance(row, Snapshot):
            _replace(row, *next(iter(faults.items())), actor)
        else:
            _damaged(row, *next(iter(faults.items())), actor)
    return found


def _due() -> Iterator[Batch | Snapshot]:
    """Rows whose bytes were not read for a day, or were damaged then; the oldest first."""
    parts = (_oldest(Snapshot.objects.all()), _oldest(Batch.objects.filter(expired_at=None)))
    return heapq.merge(*parts, key=_age)


def _oldest(rows: QuerySet) -> list:  # type: ignore[type-arg]
    before = timezone.now() - DUE
    due = rows.filter(Q(verified_at=None) | Q(verified_at__lt=before) | Q(damaged_at__isnull=False))
    return list(
        due.select_related("dataset").order_by(F("verified_at").asc(nulls_first=True), "pk")[
            :ROWS_PER_TURN
        ]
    )


def _age(row: Batch | Snapshot) -> datetime:
    return row.verified_at or datetime.min.replace(tzinfo=UTC)


def _digests(row: Batch | Snapshot) -> list[str]:
    return [row.digest] + ([row.rejects_digest] if isinstance(row, Batch) and row.rejected else [])


def _fault(digest: str) -> str:
    """The code of what is wrong with the bytes; empty where they are sound."""
    try:
        store().verify(digest)
    except DataplaneError as fault:
        return fault.code
    return ""


def _seal(row: Batch | Snapshot) -> None:
    """Seal what lies plain of data that was graded after it was published."""
    place = store_of(row.dataset.resource_id)
    for digest in _digests(row):
        place.seal(digest)


def _sound(row: Batch | Snapshot, actor: Actor) -> None:
    if row.damaged_at is None:
        type(row)._default_manager.filter(pk=row.pk).update(verified_at=timezone.now())
        return
    with transaction.atomic():
        row.change(damaged_at=None, verified_at=timezone.now())
        audit.record(actor, f"{_noun(row)}.mended", row, number=row.number, digest=row.digest)


def _damaged(row: Batch | Snapshot, digest: str, code: str, actor: Actor) -> None:
    """Note the damage, and tell of it the first time."""
    now = timezone.now()
    if row.damaged_at is not None:
        type(row)._default_manager.filter(pk=row.pk).update(verified_at=now)
        return
    facts = {"number": row.number, "digest": digest, "code": code}
    with transaction.atomic():
        row.change(damaged_at=now, verified_at=now)
        verb = f"{_noun(row)}.damaged"
        audit.record(actor, verb, row, dataset=str(row.dataset_id), **facts)
        _tell(row, row.dataset, verb, facts, actor)


def _tell(row: Model, dataset: Dataset, verb: str, facts: dict, actor: Actor) -> None:  # type: ignore[type-arg]
    """The provider, which may publish again; the authority; those who run the platform."""
    told = {dataset.department_id: (Role.STEWARD, Role.DEPARTMENT_ADMIN)}
    for department in Member.objects.departments_of(Role.OPERATOR):
        told[department] = (*told.get(department, ()), Role.OPERATOR)
    for department, roles in told.items():
        notify_department(
            row,
            actor=actor,
            department_id=department,
            roles=roles,
            verb=verb,
            reason=_DAMAGED,
            dataset=str(dataset.pk),
            **facts,
        )
    notify_authority(row, actor=actor, verb=verb, reason=_DAMAGED, dataset=str(dataset.pk), **facts)


def _replace(snapshot: Snapshot, digest: str, code: str, actor: Actor) -> None:
    """Drop a damaged table and fold it anew; one that cannot be made again stays, and is told."""
    dataset = snapshot.dataset
    if not _can_be_made(snapshot, dataset):
        _damaged(snapshot, digest, code, actor)
        return
    with transaction.atomic():
        audit.record(
            actor,
            "dataset.table_dropped",
            dataset,
            number=snapshot.number,
            digest=digest,
            code=code,
        )
        snapshot.delete()
    remove_blob(digest)
    try:
        snapshot_at_head(dataset)
    except (DataplaneError, DomainError) as fault:
        # A batch is damaged too: it is found by its own digest.
        log.error("refold_failed", dataset=str(dataset.pk), code=fault.code)


def _can_be_made(snapshot: Snapshot, dataset: Dataset) -> bool:
    """Whether the batches, or another table with those after it, still give it."""
    if dataset.first_number == 1:
        return True
    if snapshot.number < dataset.first_number:
        return False
    others = dataset.snapshots.filter(damaged_at=None, number__gte=dataset.first_number - 1)
    return others.exclude(pk=snapshot.pk).exists()


def _noun(row: Batch | Snapshot) -> str:
    return "batch" if isinstance(row, Batch) else "snapshot"

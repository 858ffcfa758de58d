"""How long the bytes of batches stay: what is older goes, in order, with a table in its place."""

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import lanes
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.store import check_blob
from exchange.lanes import Lease
from exchange.models import Batch, Dataset, Dispute, Objection, Snapshot, Subscription
from exchange.projected import forget_changes
from exchange.snapshots import fold_to, folding
from exchange.states import DISPUTE_OPEN, OBJECTION_OPEN
from exchange.storage import hold_blobs, store
from exchange.unneeded import remove_blob
from exchange.vocabulary import ObjectionKind
from kernel.errors import DomainError, Invalid
from kernel.failpoints import failpoint
from kernel.jobs import wake
from kernel.texts import Text

log = structlog.get_logger(__name__)

LEAST_DAYS = 7
TURN_SECONDS = 120
# Batches of one dataset that one turn lets expire.
MOST_EXPIRED = 5000
# A read that had begun when a batch expired still finds its bytes.
GRACE = timedelta(minutes=10)
# So long removals that failed are tried again; after that the sweep of orphans finds them.
TRIED = timedelta(days=2)


@transaction.atomic
def retain_dataset(dataset: Dataset, *, actor: Actor, expected: int, days: int | None) -> Dataset:
    """Keep the bytes of batches for so many days, None for ever; what is known of them stays."""
    require(actor, Perm.DATASET_ATTACH, dataset.department_id)
    if days is not None and days < LEAST_DAYS:
        raise Invalid.field(
            "retain_days", Text("must be at least {least}", least=LEAST_DAYS), "too-small"
        )
    before = dataset.retain_days
    dataset.change(expected, retain_days=days)
    audit.record(actor, "dataset.retained", dataset, before=before, days=days)
    return dataset


def expire_batches(*, actor: Actor) -> int:
    """Let batches past their dataset's retention expire, and remove the bytes of those that did.

    Only batches that a sound table covers, in the order of their numbers; how many expired.
    """
    require(actor, Perm.DATASET_VIEW)
    until = time.monotonic() + TURN_SECONDS
    expired = 0
    rows = Dataset.objects.exclude(retain_days=None).filter(first_number__lte=F("last_number"))
    for dataset in rows.select_related("schema").order_by("pk"):
        if time.monotonic() >= until:
            wake("exchange.expire_batches")
            break
        try:
            expired += _expire(dataset, actor)
        except (DataplaneError, DomainError) as fault:
            log.error("expiry_failed", dataset=str(dataset.pk), code=fault.code)
    _remove_bytes(until)
    return expired


@transaction.atomic
def pass_expired(lane: Subscription, lease: Lease, *, actor: Actor) -> Batch:
    """Let a lane that tells of batches go on at the last expired one, which it is told of as a
    table to be loaded; LeaseLost if another worker has the lane."""
    require(actor, Perm.SUBSCRIPTION_READ)
    last = lane.dataset.first_number - 1
    batch = Batch.objects.get(dataset_id=lane.dataset_id, number=last)
    if lane.position < last - 1:
        lanes.pass_over(lease, last - 1)
        audit.record(actor, "subscription.passed_expired", lane, first=lane.position + 1, last=last)
        lane.position = last - 1
    return batch


def is_held(dataset: Dataset) -> bool:
    """Whether somebody objects to the content, so that every batch may be wanted as evidence."""
    content = {"kind": ObjectionKind.CONTENT, "resource_id": dataset.resource_id}
    if Objection.objects.filter(**content, state__in=OBJECTION_OPEN).exists():
        return True
    disputed = Objection.objects.filter(**content)
    return Dispute.objects.filter(objection__in=disputed, state__in=DISPUTE_OPEN).exists()


def _expire(dataset: Dataset, actor: Actor) -> int:
    """The dataset's batches that expire now; how many."""
    before = timezone.now() - timedelta(days=dataset.retain_days or 0)
    last = _last_old(dataset, before)
    if last < dataset.first_number or is_held(dataset):
        return 0
    with folding(dataset, wait=0) as ours:
        if not ours:
            return 0
        table = fold_to(dataset, last)
        check_blob(store().path(table.digest))
        failpoint("retention.before_commit")
        expired = _forget_batches(dataset, table, before, actor)
        failpoint("retention.after_commit")
    return expired


def _last_old(dataset: Dataset, before: datetime) -> int:
    """The last of the batches from the first on that are all older; less than the first if none."""
    here = dataset.batches.filter(number__gte=dataset.first_number)
    young = here.filter(created_at__gte=before).order_by("number").first()
    last = young.number - 1 if young else dataset.last_number
    return min(last, dataset.first_number + MOST_EXPIRED - 1)


@transaction.atomic
def _forget_batches(dataset: Dataset, table: Snapshot, before: datetime, actor: Actor) -> int:
    """Batches up to the table's are gone from now on; their bytes follow after the commit."""
    first = dataset.first_number
    hold_blobs(table.digest)
    # The table must be known still, and nobody may have objected or set another time meanwhile.
    moved = Dataset.objects.filter(
        pk=dataset.pk, first_number=first, retain_days=dataset.retain_days
    ).update(first_number=table.number + 1)
    if not moved or is_held(dataset) or not Snapshot.objects.filter(pk=table.pk).exists():
        transaction.set_rollback(True)
        return 0
    batches = dataset.batches.filter(number__gte=first, number__lte=table.number)
    expired = batches.update(expired_at=timezone.now(), version=F("version") + 1)
    audit.record(
        actor,
        "dataset.batches_expired",
        dataset,
        first=first,
        last=table.number,
        published_before=before.isoformat(),
        table=table.digest,
    )
    transaction.on_commit(lambda: forget_changes(dataset, table.number))
    return expired


def _remove_bytes(until: float) -> int:
    """Remove what lies under the digests of expired batches, rejected rows with them."""
    now = timezone.now()
    rows: Any = Batch.objects.filter(expired_at__lt=now - GRACE, expired_at__gt=now - GRACE - TRIED)
    removed = 0
    for digests in rows.order_by("pk").values_list("digest", "rejects_digest").iterator(1000):
        for digest in filter(None, digests):
            if store().holds(digest):
                removed += remove_blob(digest)
        if time.monotonic() >= until:
            break
    return removed

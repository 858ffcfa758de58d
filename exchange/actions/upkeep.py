"""What the timetable does for the exchange: queryable tables, and files that nobody needs."""

import shutil
import time
from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.batches import BATCH_SCOPE
from exchange.dataplane.errors import DataplaneError
from exchange.models import Batch, Grant, Objection, Snapshot
from exchange.projected import FACTS
from exchange.storage import hold_blobs, projections, store
from exchange.tables import behind, fold_into_table
from kernel import idempotency

log = structlog.get_logger(__name__)

ORPHAN_SECONDS = 24 * 3600
PROJECTION_SECONDS = 7 * 24 * 3600
_CHUNK = 500
# In rounds, so that no transaction grows long; what is left waits for the next hour.
_ANSWERS, _ROUNDS = 5000, 100


def fold_due(*, actor: Actor) -> int:
    """Bring the queryable tables up to their logs; the batches applied."""
    require(actor, Perm.DATASET_VIEW)
    applied = 0
    for dataset in behind().select_related("schema"):
        try:
            applied += fold_into_table(dataset)
        except DataplaneError as fault:
            # One table that cannot follow must not hold up the others; doctor shows the lag.
            log.error("fold_failed", dataset=str(dataset.pk), code=fault.code)
    return applied


def sweep_orphans(*, actor: Actor) -> int:
    """Remove bytes that no row names and that are a day old; how many files and folders.

    A publication that died between its bytes and its rows leaves such files behind, and its body.
    """
    require(actor, Perm.DATASET_VIEW)
    removed = 0
    old = store().iter_digests(older_than=ORPHAN_SECONDS)
    while digests := list(islice(old, _CHUNK)):
        for digest in set(digests) - _referenced(digests):
            removed += _remove(digest)
    return removed + store().sweep_stage(ORPHAN_SECONDS) + _sweep_projections()


def expire_answers(*, actor: Actor) -> int:
    """Remove the answers kept for repeated requests ANSWER_RETENTION_DAYS ago; how many.

    A publication is recognised by its key as long as its batch is known, so those stay.
    """
    require(actor, Perm.DATASET_VIEW)
    before = timezone.now() - timedelta(days=settings.ANSWER_RETENTION_DAYS)
    removed = 0
    for _ in range(_ROUNDS):
        with transaction.atomic():
            some = idempotency.forget(before, _ANSWERS, BATCH_SCOPE)
        removed += some
        if some < _ANSWERS:
            break
    return removed


@transaction.atomic
def _remove(digest: str) -> bool:
    """Remove one blob, unless a publication of equal bytes named it meanwhile."""
    hold_blobs(digest, alone=True)
    return not _referenced([digest]) and store().delete(digest)


def _referenced(digests: list[str]) -> set[str]:
    batches = Batch.objects.filter(digest__in=digests).values_list("digest", flat=True)
    rejects = Batch.objects.filter(rejects_digest__in=digests).values_list(
        "rejects_digest", flat=True
    )
    snapshots = Snapshot.objects.filter(digest__in=digests).values_list("digest", flat=True)
    evidence = Objection.objects.filter(evidence_digest__in=digests).values_list(
        "evidence_digest", flat=True
    )
    return {*batches, *rejects, *snapshots, *evidence}


def _sweep_projections() -> int:
    """Projected files of ended grants go at once, others when nobody made them for a week."""
    live = set(Grant.objects.live().values_list("pk", flat=True))
    oldest = time.time() - PROJECTION_SECONDS
    removed = 0
    for folder in projections().iterdir():
        if UUID(folder.name.split("-")[0]) not in live:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
            continue
        for file in folder.iterdir():
            if file.suffix != FACTS and file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)
                file.with_name(file.name + FACTS).unlink(missing_ok=True)
                removed += 1
    return removed

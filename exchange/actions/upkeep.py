"""What the timetable does for the exchange: queryable tables, and files that nobody needs."""

import shutil
import time
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.batches import BATCH_SCOPE
from exchange.dataplane.errors import DataplaneError
from exchange.models import Attempt, Grant, SyncRun, Upload
from exchange.projected import FACTS
from exchange.recalls import forget_recalled
from exchange.states import RUN_OPEN
from exchange.storage import projections, store
from exchange.tables import behind, fold_into_table
from exchange.unneeded import referenced, remove_blob, sweep_folders, sweep_old
from kernel import idempotency
from kernel.errors import DomainError

log = structlog.get_logger(__name__)

ORPHAN_SECONDS = 24 * 3600
PROJECTION_SECONDS = 7 * 24 * 3600
UPLOAD_KEPT = ("open",)
# A run that failed may be tried again from where it came.
RUN_KEPT = (*RUN_OPEN, "failed")
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
        except (DataplaneError, DomainError) as fault:
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
        for digest in set(digests) - referenced(digests):
            removed += remove_blob(digest)
    removed += store().sweep_stage() + _sweep_projections()
    removed += forget_recalled(timezone.now() - timedelta(seconds=ORPHAN_SECONDS))
    removed += sweep_folders("sync", SyncRun, RUN_KEPT, ORPHAN_SECONDS)
    removed += sweep_folders("uploads", Upload, UPLOAD_KEPT, ORPHAN_SECONDS)
    return removed + sweep_old("fetched", ORPHAN_SECONDS)


def expire_attempts(*, actor: Actor) -> int:
    """Remove attempts to deliver ATTEMPT_RETENTION_DAYS old; how many.

    That a batch arrived stays known by its delivery.
    """
    require(actor, Perm.DATASET_VIEW)
    before = timezone.now() - timedelta(days=settings.ATTEMPT_RETENTION_DAYS)
    return _remove_rows(Attempt.objects.filter(created_at__lt=before))


def _remove_rows(rows: QuerySet[Any]) -> int:
    """In rounds, each a transaction of its own."""
    removed = 0
    for _ in range(_ROUNDS):
        some = list(rows.values_list("pk", flat=True)[:_ANSWERS])
        rows.model._default_manager.filter(pk__in=some).delete()
        removed += len(some)
        if len(some) < _ANSWERS:
            break
    return removed


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

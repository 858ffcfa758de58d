"""Taking a sync run and giving it back: leases by the database's clock, writes fenced by a token.

A run is taken only while its host is read by few others and the sinks behind its dataset keep up.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from exchange.lanes import LeaseLost
from exchange.models import Subscription, SyncRun

__all__ = ["LeaseLost", "RunCancelled", "RunLease", "claim_run"]

# Workers that took a run, brought nothing and never came back.
MOST_LOST = 3


class RunCancelled(Exception):
    """Somebody asked to stop the run."""


@dataclass(frozen=True)
class RunLease:
    """The right to write for one run until another token is given out."""

    run_id: UUID
    token: int
    stop: threading.Event = field(default_factory=threading.Event, compare=False)


# One claim at a time, or two workers would both see room at a host.
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('sync runs', 1))"
_CLAIM = """
    UPDATE exchange_syncrun taken
       SET state = 'running',
           started_at = coalesce(started_at, clock_timestamp()),
           lease_until = clock_timestamp() + %(lease)s * interval '1 second',
           lease_token = lease_token + 1,
           attempts = attempts + 1,
           report = CASE WHEN state = 'running' THEN jsonb_set(report, '{lost}',
               to_jsonb(coalesce((report->>'lost')::int, 0) + 1)) ELSE report END,
           fault_code = '', fault_detail = '', fault_is_transient = false,
           version = version + 1, updated_at = clock_timestamp()
     WHERE id = (
        SELECT run.id
          FROM exchange_syncrun run
          JOIN exchange_syncjob job ON job.id = run.job_id
          JOIN exchange_dataset dataset ON dataset.id = job.dataset_id
         WHERE (run.state = 'queued' AND job.state = 'active'
                AND run.next_attempt_at <= clock_timestamp()
                OR run.state = 'running' AND run.lease_until < clock_timestamp())
           AND (run.host = '' OR %(per_host)s > (
                SELECT count(*) FROM exchange_syncrun other
                 WHERE other.host = run.host AND other.state = 'running'
                   AND other.id <> run.id AND other.lease_until >= clock_timestamp()))
           AND (run.kind <> 'publish' OR NOT EXISTS (
                SELECT 1 FROM exchange_subscription lane
                 WHERE lane.dataset_id = dataset.id AND lane.state = 'active'
                   AND lane.mode IN ('sink', 'file')
                   AND dataset.last_number - lane.position > %(behind)s))
         ORDER BY run.next_attempt_at
         LIMIT 1
           FOR UPDATE OF run SKIP LOCKED)
    RETURNING id, lease_token
"""
_LOST = """
    UPDATE exchange_syncrun
       SET state = 'queued', lease_until = NULL, lease_token = lease_token + 1,
           report = jsonb_set(report, '{lost}',
               to_jsonb(coalesce((report->>'lost')::int, 0) + 1)),
           version = version + 1, updated_at = clock_timestamp()
     WHERE state = 'running' AND lease_until < clock_timestamp()
    RETURNING id
"""


def claim_run() -> RunLease | None:
    """Take the run that has been due longest and may be worked on; None if there is none.

    The attempt is counted before the work, so that work which kills its worker is counted too.
    """
    bounds = {
        "lease": settings.LEASE_SECONDS,
        "per_host": settings.SYNC_PER_HOST,
        "behind": settings.SYNC_MAX_BEHIND,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TURN)
        cursor.execute(_CLAIM, bounds)
        row = cursor.fetchone()
    return RunLease(row[0], row[1]) if row else None


def requeue_lost() -> list[UUID]:
    """Put runs whose worker has gone silent back into the queue; no run runs without a worker."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TURN)
        cursor.execute(_LOST)
        return [row[0] for row in cursor.fetchall()]


def hold(lease: RunLease) -> None:
    """Renew the lease, or LeaseLost; RunCancelled if somebody asked. Before each effect."""
    _write_unless_cancelled(lease, _held(lease), lease_until=_lease_end())


@contextmanager
def kept(lease: RunLease) -> Iterator[None]:
    """Renew the lease while the block works, and set ``lease.stop`` once it is over or cancelled.

    A paused or dead process renews nothing, so its run goes to another worker all the same.
    """
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(min(settings.LEASE_SECONDS / 3, 2)):
                hold(lease)
        except (LeaseLost, RunCancelled, DatabaseError):
            # The block's own next write tells it why.
            lease.stop.set()
        finally:
            connection.close()

    keeper = threading.Thread(target=renew, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def advance(lease: RunLease, chunks: int, **progress: Any) -> None:
    """Chunk number ``chunks`` lies safely on the disk; the next attempt goes on behind it.

    Raises as ``hold``.
    """
    rows = _held(lease).filter(chunks=chunks - 1)
    values = progress | {"chunks": chunks, "lease_until": _lease_end(), "attempts": 1}
    _write_unless_cancelled(lease, rows, **values)


def note(lease: RunLease, **values: Any) -> None:
    """Set columns of the run under the lease."""
    _write(lease, **values)


def give_back(lease: RunLease, wait_seconds: float = 0, **values: Any) -> None:
    """End the lease: the run waits in the queue and is due after the time named."""
    _write(
        lease,
        state="queued",
        lease_until=None,
        next_attempt_at=Now() + timedelta(seconds=wait_seconds),
        **values,
    )


def database_now() -> datetime:
    """The database's clock, by which everything is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def sink_behind(dataset_id: UUID) -> tuple[UUID, int] | None:
    """The dataset's sink that is furthest behind, and by how many batches, if by too many."""
    lanes = Subscription.objects.filter(
        dataset_id=dataset_id, state="active", mode__in=("sink", "file")
    ).annotate(behind=F("dataset__last_number") - F("position"))
    slow = lanes.filter(behind__gt=settings.SYNC_MAX_BEHIND).order_by("-behind")
    return slow.values_list("pk", "behind").first()


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


def _write(lease: RunLease, **values: Any) -> None:
    if not _held(lease).update(**values, version=F("version") + 1):
        raise LeaseLost


def _write_unless_cancelled(lease: RunLease, rows: "QuerySet[SyncRun]", **values: Any) -> None:
    if rows.filter(cancel_asked_at=None).update(**values, version=F("version") + 1):
        return
    if _held(lease).filter(cancel_asked_at__isnull=False).exists():
        raise RunCancelled
    raise LeaseLost


def _held(lease: RunLease) -> "QuerySet[SyncRun]":
    return SyncRun.objects.filter(pk=lease.run_id, lease_token=lease.token, state="running")

"""Runs of sync jobs: begun by the timetable or by hand, stopped, tried again."""

import shutil
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.connections import source_of
from exchange.errors import SyncBusy, SyncImpossible
from exchange.models import SyncJob, SyncRun
from exchange.runs import database_now, requeue_lost, sink_behind
from exchange.schedules import next_time
from exchange.states import RUN_OPEN, SYNC_RUN
from exchange.storage import run_folders
from kernel.jobs import wake
from kernel.texts import Text

# Jobs that one tick of the timetable begins; what is left waits for the next tick.
MOST_JOBS = 500


@transaction.atomic
def start_run(job: SyncJob, *, actor: Actor, kind: str = SyncRun.Kind.PUBLISH) -> SyncRun:
    """Put a run into the queue by hand, to publish or to compare with the source.

    SyncBusy while another one is open.
    """
    require(actor, Perm.SYNC_RUN, job.department_id)
    job = SyncJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state != "active":
        raise SyncImpossible(Text("the job is {state}", state=job.state))
    if kind == SyncRun.Kind.RECONCILE:
        _require_comparable(job)
    run = _queue(job, kind, SyncRun.Trigger.HAND)
    audit.record(actor, "sync.started", run, job=str(job.pk), number=run.number, kind=kind)
    wake("exchange.run_syncs")
    return run


@transaction.atomic
def cancel_run(run: SyncRun, *, actor: Actor) -> SyncRun:
    """Stop the run: one that waits at once, one at work within seconds; nothing is published."""
    require(actor, Perm.SYNC_RUN, run.job.department_id)
    locked = SyncRun.objects.select_for_update().get(pk=run.pk)
    SYNC_RUN.check(locked, "cancel")
    now = database_now()
    if locked.state == "queued" or locked.lease_until is None or locked.lease_until < now:
        SYNC_RUN.move(locked, "cancel", cancel_asked_at=now, finished_at=now, lease_until=None)
    else:
        locked.change(cancel_asked_at=now)
    audit.record(actor, "sync.cancelled", locked, job=str(run.job_id), number=run.number)
    run.refresh_from_db()
    return run


@transaction.atomic
def retry_run(run: SyncRun, *, actor: Actor) -> SyncRun:
    """Try the job's last run again: behind its last safe piece where that can help, else anew."""
    require(actor, Perm.SYNC_RUN, run.job.department_id)
    job = SyncJob.objects.select_for_update(of=("self",)).get(pk=run.job_id)
    if job.state != "active":
        raise SyncImpossible(Text("the job is {state}", state=job.state))
    if job.runs.filter(number__gt=run.number).exists():
        raise SyncImpossible("a later run took its place; start a new one")
    anew: dict[str, Any] = {} if run.fault_is_transient else AFRESH
    now = database_now()
    SYNC_RUN.move(
        run,
        "retry",
        attempts=0,
        next_attempt_at=now,
        finished_at=None,
        cancel_asked_at=None,
        **{"report": {}, **anew},
    )
    audit.record(actor, "sync.retried", run, job=str(job.pk), number=run.number)
    wake("exchange.run_syncs")
    return run


# The columns of a run that has read nothing.
AFRESH = {"place": None, "chunks": 0, "rows_read": 0, "bytes_read": 0, "rows_expected": None}


def schedule_due(*, actor: Actor) -> int:
    """Begin the runs whose time has come, by the database's clock; how many.

    A job has one run at a time: a slot that comes while one is open is made up for once. Runs
    whose worker has gone silent go back into the queue, and those that wait for sinks say so.
    """
    require(actor, Perm.SYNC_RUN)
    requeue_lost()
    now = database_now()
    begun = 0
    due = Q(next_run_at__lte=now) | Q(next_reconcile_at__lte=now)
    idle = SyncJob.objects.filter(due, state="active").exclude(runs__state__in=RUN_OPEN)
    for pk in idle.order_by("next_run_at").values_list("pk", flat=True)[:MOST_JOBS]:
        begun += _begin(pk, now, actor)
    _tell_who_waits()
    _sweep_folders()
    if SyncRun.objects.filter(state="queued", next_attempt_at__lte=now).exists():
        wake("exchange.run_syncs")
    return begun


@transaction.atomic
def _begin(pk: UUID, now: datetime, actor: Actor) -> bool:
    """Queue the run that is due, publishing before comparing, and set the time of the next."""
    rows = SyncJob.objects.select_for_update(of=("self",), skip_locked=True)
    job = rows.filter(pk=pk, state="active").first()
    if job is None or job.runs.filter(state__in=RUN_OPEN).exists():
        return False
    if job.next_run_at and job.next_run_at <= now:
        kind = SyncRun.Kind.PUBLISH
        job.change(next_run_at=next_time(job.schedule, now, job.next_run_at))
    elif job.next_reconcile_at and job.next_reconcile_at <= now:
        kind = SyncRun.Kind.RECONCILE
        job.change(next_reconcile_at=next_time(job.reconcile, now, job.next_reconcile_at))
    else:
        return False
    run = _queue(job, kind, SyncRun.Trigger.SCHEDULE)
    audit.record(actor, "sync.started", run, job=str(job.pk), number=run.number, kind=kind)
    return True


def _queue(job: SyncJob, kind: str, trigger: str) -> SyncRun:
    last = job.runs.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
                job=job,
                number=last + 1,
                kind=kind,
                mode=job.mode,
                trigger=trigger,
                host=source_of(job.connector).host,
                next_attempt_at=database_now(),
            )
    except IntegrityError as open_run:
        raise SyncBusy("cancel it or wait for its end") from open_run


def _require_comparable(job: SyncJob) -> None:
    if not job.dataset.schema.body["key"]:
        raise SyncImpossible("events have no key by which rows could be compared")
    if job.mode == SyncJob.Mode.INCREMENTAL and not job.watermark:
        raise SyncImpossible("files that are read once each hold no table to compare with")


def _tell_who_waits() -> None:
    """Note on each run that is held back by slow sinks that it is, and by which."""
    waiting = SyncRun.objects.filter(state="queued", kind=SyncRun.Kind.PUBLISH)
    for run in waiting.select_related("job"):
        slow = sink_behind(run.job.dataset_id)
        code = "sinks-behind" if slow else ""
        if run.fault_code in ("", "sinks-behind") and run.fault_code != code:
            detail = (
                Text("subscription {name} is {number} batches behind", name=slow[0], number=slow[1])
                if slow
                else ""
            )
            SyncRun.objects.filter(pk=run.pk, state="queued").update(
                fault_code=code, fault_detail=detail
            )


def _sweep_folders() -> None:
    """Remove the pieces of runs that have ended for good."""
    for folder in run_folders():
        run = SyncRun.objects.filter(pk=UUID(folder.name)).first()
        if run is None or run.state in ("done", "cancelled") or _is_spent(run):
            shutil.rmtree(folder, ignore_errors=True)


def _is_spent(run: SyncRun) -> bool:
    """Whether the run failed and, tried again, would read everything anew."""
    if run.state != "failed":
        return False
    later = SyncRun.objects.filter(job_id=run.job_id, number__gt=run.number)
    return not run.fault_is_transient or later.exists()

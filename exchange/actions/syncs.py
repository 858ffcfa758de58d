"""Sync jobs (库表交换): what is read from a connector into a dataset, how and when."""

from typing import Any

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.errors import SyncImpossible
from exchange.models import Connector, Dataset, SyncJob, SyncRun
from exchange.runs import database_now
from exchange.schedules import check_schedule, next_time
from exchange.states import SYNC_JOB, SYNC_RUN
from exchange.tables import current_schema
from kernel.errors import Invalid
from kernel.texts import Text

_FILES = (Connector.Kind.FOLDER, Connector.Kind.SFTP, Connector.Kind.S3)
# Only these know watermarks.
_DATABASES = (Connector.Kind.POSTGRES, Connector.Kind.MYSQL, Connector.Kind.SQL)
# What decides which rows are read: after a change of these the next run reads everything.
_SHAPES = {"source", "mapping", "mode", "watermark"}


@transaction.atomic
def schedule_sync(
    dataset: Dataset, *, actor: Actor, connector: Connector, name: str, source: str, **options: Any
) -> SyncJob:
    """Read a table or files of the connector into the dataset by a timetable.

    ``options`` are the job's columns mapping, mode, watermark, overlap, schedule and reconcile.
    Invalid or SyncImpossible where they do not fit each other, the dataset or the connector.
    """
    require(actor, Perm.SYNC_SCHEDULE, dataset.department_id)
    job = SyncJob(
        dataset=dataset,
        department_id=dataset.department_id,
        connector=connector,
        name=name,
        source=source,
        **options,
    )
    _check(job)
    now = database_now()
    job.next_run_at = next_time(job.schedule, now)
    job.next_reconcile_at = next_time(job.reconcile, now)
    job.save(force_insert=True)
    audit.record(
        actor,
        "sync.scheduled",
        job,
        dataset=str(dataset.pk),
        connector=str(connector.pk),
        source=source,
        **options,
    )
    return job


@transaction.atomic
def change_sync(job: SyncJob, *, actor: Actor, expected: int, values: dict[str, Any]) -> SyncJob:
    """Change the job; where other rows or columns would be read, the next run reads everything."""
    require(actor, Perm.SYNC_SCHEDULE, job.department_id)
    before = {name: getattr(job, name) for name in values}
    for name, value in values.items():
        setattr(job, name, value)
    _check(job)
    changes = dict(values)
    if any(before[name] != values[name] for name in _SHAPES & values.keys()):
        changes |= {"cursor": None, "needs_full": True}
    now = database_now()
    if "schedule" in values:
        changes["next_run_at"] = next_time(job.schedule, now)
    if "reconcile" in values:
        changes["next_reconcile_at"] = next_time(job.reconcile, now)
    job.change(expected=expected, **changes)
    audit.record(actor, "sync.changed", job, **values)
    return job


@transaction.atomic
def pause_sync(job: SyncJob, *, actor: Actor, reason: str) -> SyncJob:
    """Begin no more runs; one that is under way goes on to its end."""
    require(actor, Perm.SYNC_SCHEDULE, job.department_id)
    SYNC_JOB.move(job, "pause", state_reason=reason)
    audit.record(actor, "sync.paused", job, reason=reason)
    return job


@transaction.atomic
def resume_sync(job: SyncJob, *, actor: Actor) -> SyncJob:
    """Run again by the timetable, counted from now."""
    require(actor, Perm.SYNC_SCHEDULE, job.department_id)
    now = database_now()
    SYNC_JOB.move(
        job,
        "resume",
        state_reason="",
        failures=0,
        next_run_at=next_time(job.schedule, now),
        next_reconcile_at=next_time(job.reconcile, now),
    )
    audit.record(actor, "sync.resumed", job)
    return job


@transaction.atomic
def close_sync(job: SyncJob, *, actor: Actor) -> SyncJob:
    """Run no more, for good; a run under way is stopped. What was published stays."""
    require(actor, Perm.SYNC_SCHEDULE, job.department_id)
    SYNC_JOB.move(job, "close", next_run_at=None, next_reconcile_at=None)
    now = database_now()
    for run in SyncRun.objects.select_for_update().filter(job=job, state="queued"):
        SYNC_RUN.move(run, "cancel", finished_at=now, cancel_asked_at=now)
    SyncRun.objects.filter(job=job, state="running").update(cancel_asked_at=now)
    audit.record(actor, "sync.closed", job)
    return job


def _check(job: SyncJob) -> None:
    """Every rule that needs no look at the source."""
    dataset, connector = job.dataset, job.connector
    if connector.department_id != dataset.department_id:
        raise Invalid.field("connector", "must be one of the dataset's department")
    if connector.state != "active":
        raise Invalid.field("connector", "is closed")
    if dataset.state != "open":
        raise SyncImpossible("the dataset is closed")
    check_schedule(job.schedule, "schedule")
    check_schedule(job.reconcile, "reconcile")
    _check_mapping(job)
    _check_mode(job)


def _check_mapping(job: SyncJob) -> None:
    schema = current_schema(job.dataset)
    strange = sorted(set(job.mapping) - set(schema.names))
    if strange:
        raise Invalid.field("mapping", Text("the dataset has no item {name!r}", name=strange[0]))
    unread = {name for name, column in job.mapping.items() if not column}
    needed = [item.name for item in schema.items if item.required and item.name in unread]
    if needed:
        raise Invalid.field(
            "mapping", Text("item {name!r} is required; name its column", name=needed[0])
        )


def _check_mode(job: SyncJob) -> None:
    incremental = job.mode == SyncJob.Mode.INCREMENTAL
    database = job.connector.kind in _DATABASES
    events = job.dataset.kind == Dataset.Kind.EVENTS
    if events and not incremental:
        raise SyncImpossible("events are only appended: choose the mode incremental")
    if events and job.overlap:
        raise Invalid.field("overlap", "events have no key by which repeats could be told")
    if events and job.reconcile:
        raise Invalid.field("reconcile", "events have no key by which rows could be compared")
    if incremental and not database and job.connector.kind not in _FILES:
        raise SyncImpossible("this kind of connector is always read whole: choose the mode full")
    if incremental and database and not job.watermark:
        raise Invalid.field("watermark", "name the column that grows with every change")
    if job.watermark and not (incremental and database):
        raise Invalid.field("watermark", "goes with the mode incremental of a database only")

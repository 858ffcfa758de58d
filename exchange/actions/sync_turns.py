"""The clock's turns at sync runs: read and publish with all bookkeeping at once, or fail."""

import random
import time
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.permissions import Perm, Role
from accounts.policy import require
from exchange import runs
from exchange.actions.batches import Parts, publish_parts
from exchange.actions.sync_runs import AFRESH
from exchange.dataplane.errors import DataplaneError, Refused, Transient
from exchange.dataplane.publication import Kind, Prepared
from exchange.dataplane.reconciling import Compared, compare
from exchange.errors import BaseMoved
from exchange.faults import row_error
from exchange.models import Batch, Dataset, SeenFile, SyncJob, SyncRun
from exchange.runs import LeaseLost, RunCancelled, RunLease
from exchange.states import SYNC_RUN
from exchange.storage import limits, store
from exchange.syncing import Pass, TurnOver, forget_parts
from exchange.tables import current_schema, snapshot_at_head
from kernel.errors import DomainError, Unavailable
from kernel.failpoints import failpoint
from kernel.jobs import wake

log = structlog.get_logger(__name__)

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (gettext_noop("Sync failed"), gettext_noop("Sync reconciled"))

# Below the time limit of a task, with room for publishing what was read.
TURN_SECONDS = 600
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 10, 900
# Faults that a change of the source's columns causes: afterwards everything is read anew.
_DRIFT = ("source-mismatch",)
_LISTED = 20


class JobChanged(Transient):
    """The job or the dataset's schema was changed while the run was under way."""


def run_due(*, actor: Actor) -> int:
    """Work on the runs that are due, for one turn; how many came to an end.

    A worker that dies loses its run when the lease runs out; another goes on behind the last
    chunk. A run that is not done at the end of the turn waits for the next one.
    """
    require(actor, Perm.SYNC_RUN)
    until = time.monotonic() + TURN_SECONDS
    ended = 0
    while time.monotonic() < until:
        lease = runs.claim_run()
        if lease is None:
            return ended
        ended += _serve(lease, actor, until)
    wake("exchange.run_syncs")
    return ended


def _serve(lease: RunLease, actor: Actor, until: float) -> bool:
    """Work on one run; whether it came to its end."""
    run = SyncRun.objects.select_related(
        "job__dataset__schema", "job__dataset__resource", "job__connector"
    ).get(pk=lease.run_id)
    try:
        if run.report.get("lost", 0) >= runs.MOST_LOST:
            fault = DataplaneError("worker-lost", "whoever took this run never came back")
            _end_failed(run, lease, fault, actor, transient=True)
            return True
        with runs.kept(lease):
            _work(Pass(run, lease, until), actor)
    except LeaseLost:
        log.info("lease_lost", run=str(run.pk))
        return False
    except RunCancelled:
        _stop(run, lease, actor)
    except TurnOver:
        runs.give_back(lease, attempts=0)
        return False
    except (DataplaneError, DomainError) as fault:
        return _failed(run, lease, fault, actor)
    except Exception:
        # A bug in one job must not end the turn of the others.
        log.exception("sync_broke", run=str(run.pk), job=str(run.job_id))
        return _failed(run, lease, Transient("internal", "the platform failed; see its log"), actor)
    forget_parts(run)
    return True


def _work(turn: Pass, actor: Actor) -> None:
    if turn.run.cancel_asked_at:
        raise RunCancelled
    turn.begin()
    if turn.run.kind == SyncRun.Kind.RECONCILE:
        turn.feed()
        _reconcile(turn, actor)
    else:
        _publish(turn, actor)


def _publish(turn: Pass, actor: Actor) -> None:
    """Publish what the run reads, which is validated while more is read."""
    kind: Kind = "snapshot" if turn.whole else "changes"
    if turn.dataset.kind == Dataset.Kind.EVENTS:
        kind = "append"
    parts = Parts(
        paths=turn.parts,
        kind=kind,
        feed=turn.feed,
        settle=lambda batch, prepared: _settle(turn, actor, batch, prepared),
        beyond=_beyond(turn, _reached(turn.job)),
        told={"sync_job": str(turn.job.pk), "sync_run": str(turn.run.pk)},
    )
    failpoint("sync.before_publish")
    publish_parts(turn.dataset, actor=actor, parts=parts)
    failpoint("sync.after_publish")


def _settle(turn: Pass, actor: Actor, batch: Batch | None, prepared: Prepared) -> None:
    """In the transaction of the batch: the run's end, the job's cursor, the files read."""
    failpoint("sync.before_settle")
    run, job = turn.run, _locked_job(turn)
    runs.hold(turn.lease)
    report = {
        name: run.report[name] for name in ("unkeyed", "shape", "reached") if name in run.report
    }
    counts = ("received", "accepted", "rejected", "inserted", "updated", "deleted")
    report |= {name: getattr(prepared, name) for name in counts}
    report["errors"] = [row_error(error) for error in prepared.errors[:_LISTED]]
    files, cursor = run.report.get("files", []), run.report.get("cursor")
    report |= {"files": len(files)}
    _move(run, "complete", mode=run.mode, report=report, batch=batch)
    changes: dict[str, Any] = {"failures": 0}
    if job.watermark and cursor is not None:
        changes["cursor"] = cursor
    if turn.whole or not job.watermark:
        changes["needs_full"] = False
    job.change(**changes)
    for path, tag, digest in files:
        SeenFile.objects.update_or_create(
            job=job, path=path, tag=tag, defaults={"digest": digest, "batch": batch}
        )
    audit.record(
        actor,
        "sync.completed",
        run,
        job=str(job.pk),
        mode=run.mode,
        rows=run.rows_read,
        batch=batch.number if batch else None,
    )


def _locked_job(turn: Pass) -> SyncJob:
    """The job as it is now; JobChanged if it wants other rows than those that were read."""
    job = (
        SyncJob.objects.select_for_update(of=("self",))
        .select_related("dataset__schema")
        .get(pk=turn.job.pk)
    )
    now = Pass(SyncRun(job=job), turn.lease, 0)
    if now.shape != turn.run.report.get("shape"):
        raise JobChanged("job-changed", "the job was changed during the run; it reads anew")
    return job


def _move(run: SyncRun, move: str, **changes: Any) -> None:
    SYNC_RUN.move(run, move, lease_until=None, finished_at=Now(), **changes)


def _reconcile(turn: Pass, actor: Actor) -> None:
    """Compare every row; a difference lets the next run read everything, and is told."""
    dataset, run = turn.dataset, turn.run
    snapshot = snapshot_at_head(dataset)
    found = compare(
        turn.parts,
        current_schema(dataset),
        store().path(snapshot.digest) if snapshot else None,
        store=store(),
        limits=limits(),
        beyond=_beyond(turn, turn.job.cursor),
    )
    with transaction.atomic():
        job = _locked_job(turn)
        runs.hold(turn.lease)
        unkeyed = run.report.get("unkeyed", 0)
        agrees = found.agrees and not unkeyed
        _move(run, "complete", report=_report(found) | {"unkeyed": unkeyed, "agrees": agrees})
        job.change(failures=0, needs_full=job.needs_full or not found.agrees)
        counts = {name: getattr(found, name) for name in ("missing", "extra", "different")}
        facts = counts | {"unfit": found.unfit, "unkeyed": unkeyed}
        audit.record(
            actor, "sync.reconciled", run, job=str(job.pk), rows=found.source_rows, **facts
        )
        if not agrees:
            _tell(
                run,
                actor,
                "sync.reconciled",
                gettext_noop("The published data differs from its source."),
                **facts,
            )


def _beyond(turn: Pass, place: Any) -> tuple[str, str] | None:
    """The item that the watermark is read into, with its value at a place of the source."""
    watermark = turn.job.watermark
    items = [name for name, column in turn.columns.items() if column == watermark]
    return (items[0], str(place[0])) if items and place else None


def _reached(job: SyncJob) -> Any:
    """The last place of the source that the run before saw; the cursor may lie before it."""
    done = job.runs.filter(state="done", kind=SyncRun.Kind.PUBLISH).order_by("-number")
    report = done.values_list("report", flat=True).first()
    return report.get("reached") if report else None


def _report(found: Compared) -> dict[str, Any]:
    names = (
        "source_rows",
        "published_rows",
        "missing",
        "extra",
        "different",
        "unfit",
        "pending",
        "keys",
        "ranges",
    )
    return {name: getattr(found, name) for name in names}


def _failed(
    run: SyncRun, lease: RunLease, fault: DataplaneError | DomainError, actor: Actor
) -> bool:
    """Wait and try again where that can help, else end the run; whether it ended."""
    transient = isinstance(fault, Transient | Unavailable | BaseMoved)
    try:
        if transient and run.attempts < MOST_ATTEMPTS:
            wait = min(FIRST_WAIT * 2 ** (run.attempts - 1), LONGEST_WAIT)
            code, detail = _words(fault)
            log.info("sync_waits", run=str(run.pk), code=code, seconds=wait)
            anew = AFRESH if isinstance(fault, JobChanged) else {}
            runs.give_back(
                lease,
                wait * random.uniform(0.8, 1.2),  # noqa: S311
                fault_code=code,
                fault_detail=detail,
                fault_is_transient=True,
                **anew,
            )
            return False
        _end_failed(run, lease, fault, actor, transient=transient)
    except LeaseLost:
        log.info("lease_lost", run=str(run.pk))
        return False
    except RunCancelled:
        _stop(run, lease, actor)
    return True


@transaction.atomic
def _end_failed(
    run: SyncRun,
    lease: RunLease,
    fault: DataplaneError | DomainError,
    actor: Actor,
    *,
    transient: bool,
) -> None:
    """The run has failed; the first failure in a row is told to who runs the job."""
    job = SyncJob.objects.select_for_update(of=("self",)).get(pk=run.job_id)
    runs.hold(lease)
    code, detail = _words(fault)
    run.report = run.report | {"errors": _row_errors(fault)}
    SYNC_RUN.move(
        run,
        "fail",
        lease_until=None,
        finished_at=Now(),
        fault_code=code,
        fault_detail=detail,
        fault_is_transient=transient,
        report=run.report,
    )
    job.change(failures=job.failures + 1, needs_full=job.needs_full or code in _DRIFT)
    audit.record(
        actor, "sync.failed", run, job=str(job.pk), code=code, detail=detail, transient=transient
    )
    if job.failures == 1:
        _tell(
            run,
            actor,
            "sync.failed",
            gettext_noop("A sync job failed and needs somebody to look at it."),
            code=code,
            detail=detail,
        )


def _words(fault: DataplaneError | DomainError) -> tuple[str, str]:
    code = fault.code
    if isinstance(fault, DomainError):
        code = str(fault.facts.get("reason", code))
    return code[:60], (fault.detail or str(fault))[:400]


def _row_errors(fault: DataplaneError | DomainError) -> list[dict[str, Any]]:
    if isinstance(fault, Refused):
        return [row_error(error) for error in fault.errors[:_LISTED]]
    return []


@transaction.atomic
def _stop(run: SyncRun, lease: RunLease, actor: Actor) -> None:
    """What somebody cancelled ends here, with nothing published."""
    try:
        runs.note(lease, lease_until=None)
    except LeaseLost:
        return
    _move(run, "cancel")
    audit.record(actor, "sync.stopped", run, job=str(run.job_id), rows=run.rows_read)


def _tell(run: SyncRun, actor: Actor, verb: str, reason: str, **facts: Any) -> None:
    notify_department(
        run.job,
        actor=actor,
        department_id=run.job.department_id,
        roles=(Role.STEWARD,),
        verb=verb,
        reason=reason,
        job=run.job.name,
        number=run.number,
        **facts,
    )

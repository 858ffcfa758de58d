"""Sync jobs in the portal: what runs when, how far a run has come, and the buttons for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from exchange.actions.sync_runs import cancel_run, retry_run, start_run
from exchange.models import SyncJob, SyncRun
from exchange.portal import words
from exchange.progress import Progress, progress_of, public_report
from exchange.states import RUN_OPEN, SYNC_RUN
from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.pages import page
from kernel.problems import refusal

_PAGE, _RUNS = 50, 20
# While a run is open its page is read anew so often, by htmx or by the browser itself.
REFRESH_SECONDS = 3
_STEPS: dict[str, Callable[..., SyncRun]] = {"cancel": cancel_run, "retry": retry_run}


@dataclass(frozen=True)
class RunLine:
    """A run as a line, with its progress."""

    run: SyncRun
    state: tuple[Any, str]
    kind: Any
    progress: Progress

    @property
    def percent(self) -> int | None:
        """How far it has come."""
        return None if self.progress.part is None else int(self.progress.part * 100)

    @property
    def is_open(self) -> bool:
        """Whether it can still change by itself."""
        return self.run.state in RUN_OPEN


@dataclass(frozen=True)
class JobLine:
    """A job as a line, with its last run."""

    job: SyncJob
    state: tuple[Any, str]
    last: RunLine | None
    can_start: bool


@require_GET
@signed_in
def sync_list(request: HttpRequest) -> HttpResponse:
    """The jobs that the person may see, by name: state, last run, next run."""
    actor = _reader(request)
    rows: Any = SyncJob.objects.visible_to(actor).select_related("department", "connector")
    shown = Paginator(rows.order_by("name", "pk"), _PAGE).get_page(request.GET.get("page"))
    jobs = list(shown)
    last = {
        run.job_id: _line(run)
        for run in SyncRun.objects.filter(job__in=jobs)
        .order_by("job_id", "-number")
        .distinct("job_id")
    }
    context = {
        "lines": [_job_line(actor, job, last.get(job.pk)) for job in jobs],
        "shown": shown,
        "of_all": may_everywhere(actor, Perm.SYNC_VIEW),
        "start": words.START,
    }
    return page(request, "exchange/syncs.html", context)


@require_GET
@signed_in
def sync_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job with its last runs."""
    return _job_shown(request, _job(request, pk))


@require_POST
@signed_in
def sync_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a run now, and show it; a refusal is said on the job's page."""
    job = _job(request, pk)
    try:
        run = start_run(job, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden, Invalid) as refused:
        status = refusal(refused).status
        return _job_shown(request, job, refused.detail or refused.title, status)
    messages.success(request, str(words.STARTED))
    return redirect("sync-run", pk=run.pk)


@require_GET
@signed_in
def run_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One run with its progress; read anew by itself while the run is open."""
    return _run_shown(request, _run(request, pk))


@require_POST
@signed_in
def run_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Cancel the run or try it again; a refusal is said on its page and changes nothing."""
    run, step = _run(request, pk), _STEPS.get(verb)
    if step is None:
        raise NotFound()
    try:
        step(run, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden, Invalid) as refused:
        status = refusal(refused).status
        return _run_shown(request, _run(request, pk), refused.detail or refused.title, status)
    messages.success(request, str(words.RUN_STEPS[verb][1]))
    return redirect("sync-run", pk=pk)


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, Perm.SYNC_VIEW):
        raise Forbidden(permission=Perm.SYNC_VIEW.value)
    return actor


def _job(request: HttpRequest, pk: UUID) -> SyncJob:
    rows = SyncJob.objects.visible_to(_reader(request))
    found = rows.select_related("department", "connector", "dataset__resource")
    job: SyncJob | None = found.filter(pk=pk).first()
    if job is None:
        raise NotFound()
    return job


def _run(request: HttpRequest, pk: UUID) -> SyncRun:
    rows = SyncRun.objects.visible_to(_reader(request)).select_related("job", "batch")
    run: SyncRun | None = rows.filter(pk=pk).first()
    if run is None:
        raise NotFound()
    return run


def _job_shown(
    request: HttpRequest, job: SyncJob, refused: str = "", status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    runs = [_line(run) for run in job.runs.order_by("-number")[:_RUNS]]
    context = {
        "line": _job_line(actor, job, runs[0] if runs else None),
        "job": job,
        "runs": runs,
        "refused": refused,
        "start": words.START,
    }
    return page(request, "exchange/sync.html", context, status=status)


def _run_shown(
    request: HttpRequest, run: SyncRun, refused: str = "", status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    runs_it = may(actor, Perm.SYNC_RUN, run.job.department_id)
    line = _line(run)
    steps = [
        (verb, words.RUN_STEPS[verb][0])
        for verb in _STEPS
        if runs_it
        and SYNC_RUN.allows(run.state, verb)
        and not (verb == "cancel" and run.cancel_asked_at)
    ]
    context = {
        "line": line,
        "run": run,
        "steps": steps,
        "refused": refused,
        "report": sorted(public_report(run).items()),
        "seconds": REFRESH_SECONDS,
    }
    response = page(request, "exchange/sync_run.html", context, status=status)
    if line.is_open and status == 200 and not request.headers.get("HX-Request"):
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _line(run: SyncRun) -> RunLine:
    return RunLine(run, words.RUN_STATES[run.state], words.RUN_KINDS[run.kind], progress_of(run))


def _job_line(actor: Actor, job: SyncJob, last: RunLine | None) -> JobLine:
    can_start = (
        job.state == "active"
        and may(actor, Perm.SYNC_RUN, job.department_id)
        and not (last and last.is_open)
    )
    return JobLine(job, words.JOB_STATES[job.state], last, can_start)

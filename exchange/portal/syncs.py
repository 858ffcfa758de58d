"""Sync jobs in the portal: what runs when, how far a run has come, and the buttons for it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import DepartmentsList, list_view, reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.sync_runs import start_run
from exchange.actions.syncs import change_sync, close_sync, pause_sync, resume_sync
from exchange.models import SyncJob, SyncRun
from exchange.portal import cells as own_cells
from exchange.portal import words
from exchange.portal.datasets import name_of
from exchange.portal.sync_forms import TimetableForm, timetable_word
from exchange.portal.sync_lines import job_line, run_line
from exchange.states import SYNC_JOB
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_RUNS = 20


def _step(deed: Callable[..., Any], form: type[PortalForm], verb: str) -> Step:
    title, done, question = words.JOB_STEPS[verb]
    return Step(deed, form, (Perm.SYNC_SCHEDULE,), title, done, lambda j: j.department_id, question)


def _change(job: SyncJob, *, actor: Actor, expected: int, **values: Any) -> SyncJob:
    return change_sync(job, actor=actor, expected=expected, values=values)


STEPS = {
    "change": _step(_change, TimetableForm, "change"),
    "resume": _step(resume_sync, PlainForm, "resume"),
    "pause": _step(pause_sync, ReasonForm, "pause"),
    "close": _step(close_sync, PlainForm, "close"),
}


class SyncList(DepartmentsList):
    """The jobs that the person may see, by name: state, last run, next run."""

    perm = Perm.SYNC_VIEW
    title = _("Sync jobs")
    lead = _("Each job reads a source by timetable and publishes what has changed.")
    nothing = _("There are no sync jobs here.")
    search = ("name__icontains", "source__icontains")
    search_title = _("Name or source")
    order = ("name", "pk")
    filters = (
        state_filter(words.JOB_STATES),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Job"),
            lambda line: line.job.name,
            own_cells.job,
            ("name",),
            width=36,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.job.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda line: line.state[0], own_cells.job_state),
        Column(
            "last",
            _("Last run"),
            lambda line: line.last.state[0] if line.last else None,
            own_cells.last_run,
        ),
        Column(
            "next",
            _("Next run"),
            lambda line: line.next_at,
            own_cells.next_run,
            ("next_run_at",),
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        return SyncJob.objects.visible_to(self.actor).select_related("department", "connector")

    def lines(self, rows: list[Any]) -> list[Any]:
        """Each with its last run."""
        runs = SyncRun.objects.filter(job__in=rows).order_by("job_id", "-number")
        last = {run.job_id: run_line(run) for run in runs.distinct("job_id")}
        return [job_line(self.actor, job, last.get(job.pk)) for job in rows]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Setting one up."""
        if may(self.actor, Perm.SYNC_SCHEDULE):
            return [(reverse("sync-schedule"), _("Set up a sync job"))]
        return []


sync_list = list_view(SyncList, Perm.SYNC_VIEW)


@require_GET
@signed_in
def sync_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job with its last runs."""
    return _job_shown(request, _job(request, pk))


@require_POST
@signed_in
def sync_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a run now, and show it; a refusal is said on the job's page."""
    return _started(request, pk, SyncRun.Kind.PUBLISH)


@require_POST
@signed_in
def sync_reconcile(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compare the published rows with the source now, and show the run."""
    return _started(request, pk, SyncRun.Kind.RECONCILE)


def _started(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    job = _job(request, pk)
    try:
        run = start_run(job, actor=request.actor, kind=kind)  # type: ignore[attr-defined]
    except (Conflict, Forbidden, Invalid) as refused:
        return _job_shown(request, job, Sent.of(refused))
    messages.success(request, str(words.STARTED))
    return redirect("sync-run", pk=run.pk)


@require_POST
@signed_in
def sync_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Pause, resume or close the job; a refusal is said on the page and changes nothing."""
    return take_step(request, _job(request, pk), verb, STEPS, _job_shown, to="sync", pk=pk)


def _job(request: HttpRequest, pk: UUID) -> SyncJob:
    rows = SyncJob.objects.visible_to(reader(request, Perm.SYNC_VIEW))
    found = rows.select_related("department", "connector", "dataset__resource__published")
    return fetch(found, pk)


def _job_shown(request: HttpRequest, job: SyncJob, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    runs = [run_line(run) for run in job.runs.select_related("batch").order_by("-number")[:_RUNS]]
    line = job_line(actor, job, runs[0] if runs else None)
    context = {
        "line": line,
        "job": job,
        "name": name_of(job.dataset),
        "mode": words.JOB_MODES[job.mode],
        "timetable": timetable_word(job.schedule),
        "comparison": timetable_word(job.reconcile),
        "runs": runs,
        "history": [(one.run.number, one.progress.rows, one.seconds) for one in reversed(runs)],
        "changes": may(actor, Perm.SYNC_SCHEDULE, job.department_id) and job.state != "closed",
        "compares": line.can_start and job.dataset.kind == "table",
        **sent.context(job, actor, STEPS, lambda name: _is_possible(job, name)),
        "verb": sent.verb,
        "start": words.START,
    }
    return page(request, "exchange/sync.html", context, status=sent.status)


def _is_possible(job: SyncJob, verb: str) -> bool:
    return job.state != "closed" if verb == "change" else SYNC_JOB.allows(job.state, verb)

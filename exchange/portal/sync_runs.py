"""One run of a sync job in the portal: how far it has come, what it found, and its buttons."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from exchange.actions.sync_runs import cancel_run, retry_run
from exchange.models import SyncRun
from exchange.portal import words
from exchange.portal.connector_words import MENDS
from exchange.portal.sync_lines import run_line
from exchange.portal.sync_reports import report_of
from exchange.states import SYNC_RUN
from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

# While a run is open its page is read anew so often, by htmx or by the browser itself.
REFRESH_SECONDS = 3
_STEPS: dict[str, Callable[..., SyncRun]] = {"cancel": cancel_run, "retry": retry_run}


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
        return _run_shown(request, _run(request, pk), refusal(refused))
    messages.success(request, str(words.RUN_STEPS[verb][1]))
    return redirect("sync-run", pk=pk)


def _run(request: HttpRequest, pk: UUID) -> SyncRun:
    rows = SyncRun.objects.visible_to(reader(request, Perm.SYNC_VIEW)).select_related(
        "job", "batch"
    )
    return fetch(rows, pk)


def _run_shown(request: HttpRequest, run: SyncRun, refused: Problem | None = None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    runs_it = may(actor, Perm.SYNC_RUN, run.job.department_id)
    line = run_line(run)
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
        "report": report_of(run),
        "mend": MENDS.get(run.fault_code, ""),
        "seconds": REFRESH_SECONDS,
    }
    return page(request, "exchange/sync_run.html", context, refused.status if refused else 200)

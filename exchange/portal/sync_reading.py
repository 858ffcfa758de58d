"""Changing what a sync job reads: another table, other columns, another way of reading."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.form_pages import attempt
from accounts.portal.listing import reader
from exchange.actions.connectors import browse_connector, describe_table
from exchange.actions.syncs import change_sync
from exchange.models import SyncJob
from exchange.portal.connecting import refusal_facts
from exchange.portal.datasets import name_of
from exchange.portal.sync_forms import ReadingForm
from kernel.errors import DomainError
from kernel.pages import page
from kernel.parameters import whole_number
from kernel.problems import Problem, refusal
from kernel.rows import fetch

_MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sync_reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The columns of the job's table, or of the one that the address names; empty: the tables."""
    actor = reader(request, Perm.SYNC_SCHEDULE)
    job = _job(actor, pk)
    source = request.GET.get("source", job.source).strip()[:500]
    if not source:
        return _tables(request, actor, job)
    try:
        described = describe_table(job.connector, actor=actor, table=source)
    except DomainError as wrong:
        problem = refusal(wrong)
        facts = {"source": source, "tables": [], **refusal_facts(problem)}
        asked = request.method == "POST" or "source" in request.GET
        return _shown(request, job, problem.status if asked else 200, **facts)
    data = request.POST if request.method == "POST" else None
    form = ReadingForm.over(job.dataset, described, actor, data)
    form.begin_with(job)
    changed, refused = attempt(form, lambda: _change(request, job, actor, source, form))
    if changed:
        messages.success(request, str(_("What is read is changed; a run now shows that it works.")))
        return redirect("sync", pk=job.pk)
    status = refused.status if refused else 422 if form.is_bound else 200
    facts = {"form": form, "refused": refused, "summary": form.summary if form.is_bound else []}
    return _shown(request, job, status, source=source, **facts)


def _change(
    request: HttpRequest, job: SyncJob, actor: Actor, source: str, form: ReadingForm
) -> SyncJob:
    return change_sync(
        job,
        actor=actor,
        expected=whole_number(request.POST.get("expected", "")) or 0,
        values={"source": source, **form.values},
    )


def _tables(request: HttpRequest, actor: Actor, job: SyncJob) -> HttpResponse:
    refused: Problem | None = None
    tables: list[str] = []
    try:
        tables = browse_connector(job.connector, actor=actor)
    except DomainError as wrong:
        refused = refusal(wrong)
    facts = {"source": job.source, "tables": tables[:_MOST], **refusal_facts(refused)}
    return _shown(request, job, refused.status if refused else 200, **facts)


def _shown(request: HttpRequest, job: SyncJob, status: int, **facts: Any) -> HttpResponse:
    context = {"job": job, "name": name_of(job.dataset), **facts}
    return page(request, "exchange/sync_reading.html", context, status=status)


def _job(actor: Actor, pk: UUID) -> SyncJob:
    rows = SyncJob.objects.visible_to(actor).exclude(state="closed")
    own = rows.filter(department_id=actor.department_id or "")
    related = ("connector", "dataset__resource__published", "dataset__schema")
    return fetch(own.select_related(*related), pk)

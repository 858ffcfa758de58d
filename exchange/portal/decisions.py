"""Answering a request: a consent item by item with masks seen on sample rows, or a refusal."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from exchange.actions.answers import prepare_answer
from exchange.actions.previews import SHOWN_ROWS, Preview, preview_answer
from exchange.answers import ANSWER_CLOCKS, is_unconditional
from exchange.models import Dataset, SharingRequest
from exchange.portal.deadlines import deadlines
from exchange.portal.decision_forms import ConsentForm, RefuseForm
from exchange.portal.request_page import facts_of
from exchange.portal.requests import found_request
from exchange.portal.revealing import reveal_facts
from exchange.states import REQUEST
from kernel.errors import Conflict, Forbidden, Gone, Invalid, Unavailable
from kernel.pages import page
from kernel.problems import Problem, refusal

_REFUSALS = (Conflict, Forbidden, Gone, Unavailable)


@require_http_methods(["GET", "POST"])
@signed_in
def request_decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The answer as it is prepared: ``answer=refuse`` shows the refusal, else the consent."""
    row = found_request(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.REQUEST_PREPARE, row.provider_id)
    if not REQUEST.allows(row.state, "prepare"):
        return redirect("request", pk=pk)
    kind = RefuseForm if request.GET.get("answer") == "refuse" else ConsentForm
    if request.method != "POST":
        return _shown(request, row, kind.blank(row, actor))
    form = kind.filled(row, actor, request)
    if not form.is_valid():
        return _shown(request, row, form, status=422)
    wants_preview = request.POST.get("go") == "preview" and isinstance(form, ConsentForm)
    return (
        _previewed(request, row, form, actor)
        if wants_preview
        else _prepared(request, row, form, actor)
    )


def _previewed(request: HttpRequest, row: SharingRequest, form: Any, actor: Actor) -> HttpResponse:
    try:
        preview = preview_answer(row, actor=actor, **form.terms)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, row, form, status=422)
    except _REFUSALS as refused:
        problem = refusal(refused)
        return _shown(request, row, form, refused=problem, status=problem.status)
    return _shown(request, row, form, preview=preview)


def _prepared(request: HttpRequest, row: SharingRequest, form: Any, actor: Actor) -> HttpResponse:
    try:
        prepare_answer(row, actor=actor, **form.values)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, row, form, status=422)
    except _REFUSALS as refused:
        problem = refusal(refused)
        return _shown(request, row, form, refused=problem, status=problem.status)
    messages.success(request, str(_("Prepared. The head of your department signs it next.")))
    return redirect("request", pk=row.pk)


def _shown(
    request: HttpRequest,
    row: SharingRequest,
    form: Any,
    *,
    preview: Preview | None = None,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    clocks = Obligation.objects.filter(subject_id=row.pk, state="open", kind__in=ANSWER_CLOCKS)
    names = {item.column: item.name for item in row.entry.items.all()}
    context = {
        "row": row,
        "form": form,
        "is_refusal": isinstance(form, RefuseForm),
        "is_unconditional": is_unconditional(row),
        "clocks": deadlines(clocks.order_by("due_on")),
        "facts": list(facts_of(row)),
        "preview": preview,
        "heads": [(name, names.get(name, name)) for name in preview.columns] if preview else [],
        "cells": [_cells(line, preview.columns, names) for line in preview.rows] if preview else [],
        "most": SHOWN_ROWS,
        "summary": form.summary,
        "refused": refused,
        **(_reveal(row, request) if preview and preview.starred else {}),
    }
    return page(request, "exchange/sharing/decision.html", context, status=status)


def _cells(row: dict[str, Any], columns: list[str], names: dict[str, str]) -> list[tuple[str, Any]]:
    return [(names.get(name, name), row[name]) for name in columns]


def _reveal(row: SharingRequest, request: HttpRequest) -> dict[str, Any]:
    dataset = Dataset.objects.get(resource=row.resource_id)
    return reveal_facts(dataset, request.actor)  # type: ignore[attr-defined]

"""Registering and correcting a system, part by part; what is saved is in the register at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.actions.registers import REGISTERED, change_system, register_system
from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.entry import (
    BY_PART,
    PARTS,
    PLACES,
    Clash,
    Part,
    PartForm,
    clash_of,
    form_of,
    lacking,
)
from accounts.portal.listing import reader
from kernel.errors import Conflict, Invalid, NotFound, Stale
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch


@dataclass(frozen=True)
class Place:
    """A part in the list of parts beside the form."""

    title: Any
    address: str
    is_here: bool
    # What the part still lacks before the system can be filed.
    lacks: list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register_page(request: HttpRequest) -> HttpResponse:
    """The first part of a new system; saving it registers the system."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.SYSTEM_REGISTER, actor.department_id)
    part = PARTS[0]
    form_type = form_of(part)
    if request.method != "POST":
        return _shown(request, None, part, form_type.blank(None, actor))
    form = form_type.filled(None, actor, request)
    if not form.is_valid():
        return _shown(request, None, part, form, status=422)
    try:
        row = _register(actor, form)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, None, part, form, status=422)
    except Conflict as refused:
        problem = refusal(refused)
        return _shown(request, None, part, form, refused=problem, status=problem.status)
    messages.success(request, gettext("The system is in the register; go on with its particulars."))
    return _onward(request, row, part)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def part_page(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """One part of a system that is in the register."""
    actor, row, part = *mine(request, pk), BY_PART.get(name)
    if part is None:
        raise NotFound()
    form_type = form_of(part)
    if request.method != "POST":
        return _shown(request, row, part, form_type.blank(row, actor))
    form = form_type.filled(row, actor, request)
    if not form.is_valid():
        return _shown(request, row, part, form, status=422)
    try:
        _change(actor, row, form)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, row, part, form, status=422)
    except Stale as stale:
        return _clashed(request, row, part, form, stale)
    except Conflict as refused:
        problem = refusal(refused)
        return _shown(request, row, part, form, refused=problem, status=problem.status)
    messages.success(request, gettext("Saved."))
    return _onward(request, row, part)


def places(row: InformationSystem | None, here: str) -> list[Place]:
    """All parts of the form, with what each of them lacks."""
    lacks = lacking(row) if row else {}
    return [
        Place(title, _address(row, name), name == here, lacks.get(name, []))
        for name, title in PLACES
    ]


def mine(request: HttpRequest, pk: UUID) -> tuple[Actor, InformationSystem]:
    """Who corrects, and the system; Forbidden for those who only see it."""
    actor = reader(request, Perm.SYSTEM_VIEW)
    rows = InformationSystem.objects.visible_to(actor).select_related("department")
    row: InformationSystem = fetch(rows, pk)
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    return actor, row


def _register(actor: Actor, form: PartForm) -> InformationSystem:
    department = Department.objects.get(pk=actor.department_id or "")
    values = {**form.columns, "state": form.cleaned_data["state"]}
    return register_system(department, actor=actor, change_message=REGISTERED, **values)


def _change(actor: Actor, row: InformationSystem, form: PartForm) -> None:
    said = form.cleaned_data.get("change_message")
    change_system(
        row,
        actor=actor,
        expected=form.cleaned_data["version"],
        values=form.columns,
        change_message=said or gettext("Filled in: %(part)s") % {"part": form.part.title},
    )


def _onward(request: HttpRequest, row: InformationSystem, part: Part) -> HttpResponse:
    """To the next part, or to the system's page for those who go on later."""
    if request.POST.get("then") == "later":
        return redirect("system", pk=row.pk)
    names = [name for name, _ in PLACES]
    return redirect(_address(row, names[names.index(part.name) + 1]))


def _address(row: InformationSystem | None, name: str) -> str:
    if row is None:
        return reverse("system-register") if name == PARTS[0].name else ""
    return reverse("system-part", args=[row.pk, name])


def _clashed(
    request: HttpRequest, row: InformationSystem, part: Part, form: PartForm, stale: Stale
) -> HttpResponse:
    """Say who was quicker; what was typed stays, and saving once more writes it."""
    row.refresh_from_db()
    found = clash_of(form, row)
    newest = found.version.number if found.version else form.cleaned_data["seen"]
    sent = request.POST.copy()
    sent["version"], sent["seen"] = str(row.version), str(newest)
    form.data = sent
    return _shown(request, row, part, form, clash=found, status=refusal(stale).status)


def _shown(
    request: HttpRequest,
    row: InformationSystem | None,
    part: Part,
    form: PartForm,
    *,
    clash: Clash | None = None,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "system": row,
        "part": part,
        "form": form,
        "places": places(row, part.name),
        "clash": clash,
        "summary": form.summary,
        "refused": refused,
    }
    return page(request, "accounts/system_entry.html", context, status=status)

"""The editor of an entry: a new one, or the version in work; nothing typed is ever lost."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from catalog.actions.resources import change_resource, draft_resource
from catalog.gates import filing_faults
from catalog.models import Category, Entry, Resource
from catalog.portal import words
from catalog.portal.entry_form import EntryForm, initial_of
from catalog.portal.item_rows import blank_of, rows_of
from catalog.portal.items_grid import BLANK_ROWS, Grid
from catalog.states import EDITABLE
from catalog.versions import items_of
from kernel.errors import DomainError, Invalid, Stale
from kernel.kept import Kept
from kernel.pages import page
from kernel.parameters import whole_number
from kernel.problems import refusal, told_errors
from kernel.rows import fetch

_CLASSES = 3000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resource_new(request: HttpRequest) -> HttpResponse:
    """Write a new entry of the own department."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.RESOURCE_DRAFT, actor.department_id)
    if request.method != "POST":
        form = EntryForm.blank(None, actor)
        form.initial["name"] = request.GET.get("name", "")[:120]
        form.initial["category"] = _usual_class(actor)
        return _shown(request, None, form, Grid([{} for _ in range(BLANK_ROWS)]))
    return _posted(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resource_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the version in work."""
    row = _found(request, pk)
    if request.method == "POST":
        return _posted(request, row)
    entry = _in_work(row)
    if entry is None:
        messages.info(request, gettext("Begin a new version first; then it can be changed."))
        return redirect("resource", pk=pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = EntryForm.blank(row, actor)
    form.initial.update(initial_of(entry))
    items = list(items_of(entry))
    faults = [_placed(fault, items) for fault in filing_faults(entry)]
    return _shown(request, row, form, Grid.of_items(items), faults=faults)


def _posted(request: HttpRequest, row: Resource | None) -> HttpResponse:
    """What the button asked for: more rows, a row less, a paste, or to save."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form, grid = EntryForm.filled(row, actor, request), Grid.sent(request.POST)
    deed, _, place = request.POST.get("deed", "").partition("-")
    if deed == "add":
        grid.add_rows()
    elif deed == "paste":
        grid.paste(request.POST.get("pasted", ""))
    elif deed in ("remove", "raise") and (number := whole_number(place)) is not None:
        (grid.remove if deed == "remove" else grid.raise_row)(number)
    else:
        return _saved(request, row, form, grid, deed)
    # Not saved: fields are shown as they were typed, their faults wait for saving.
    form.errors.clear()
    return _shown(request, row, form, grid, is_sent=True)


def _saved(
    request: HttpRequest, row: Resource | None, form: EntryForm, grid: Grid, deed: str
) -> HttpResponse:
    items = grid.values()
    if not form.is_valid() or grid.errors:
        return _shown(request, row, form, grid, status=422, is_sent=True)
    try:
        entry = _written(request, row, form, items)
    except Invalid as refused:
        _refuse(form, grid, refused)
        return _shown(request, row, form, grid, status=422, is_sent=True)
    except Stale as stale:
        return _shown(request, row, form, grid, status=412, is_sent=True, stale=stale)
    except DomainError as refused:
        problem = refusal(refused)
        return _shown(request, row, form, grid, problem.status, is_sent=True, refused=problem)
    messages.success(request, gettext("Saved."))
    return redirect("resource-edit" if deed == "keep" else "resource", pk=entry.resource_id)


def _written(request: HttpRequest, row: Resource | None, form: EntryForm, items: Any) -> Entry:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    values = form.values
    category = cast(Category, values.pop("category"))
    if row is None:
        return draft_resource(actor=actor, category=category, metadata=values, items=items)
    told = request.POST.get("version", "")
    return change_resource(
        row,
        actor=actor,
        expected=whole_number(told) or 0,
        values=values,
        items=items,
        category=category,
    )


def _refuse(form: EntryForm, grid: Grid, refused: Invalid) -> None:
    errors = told_errors(refused)
    of_items = [one for one in errors if one["pointer"].startswith("#/items/")]
    rest = grid.refuse(of_items)
    for detail in rest:
        form.add_error(None, detail)
    if len(of_items) < len(errors) or not errors:
        others = [one for one in errors if one not in of_items]
        form.refuse(Invalid(refused.detail, errors=others))


def _found(request: HttpRequest, pk: UUID) -> Resource:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Resource.objects.visible_to(actor).select_related("department", "category")
    found: Resource = fetch(rows, pk)
    require(actor, Perm.RESOURCE_DRAFT, found.department_id)
    return found


def _usual_class(actor: Actor) -> str:
    """The class that the department used last."""
    found = _LAST_CLASS(own=actor.department_id) if actor.department_id else ()
    return found[0].code if found else ""


_LAST_CLASS = Kept(
    lambda own: Category.objects.filter(resources__department_id=own).order_by(
        "-resources__created_at"
    )[:1]
)


def _in_work(row: Resource) -> Entry | None:
    rows = row.entries.filter(state__in=EDITABLE).select_related(
        "resource__category", "source_system"
    )
    return rows.first()


def _placed(fault: Any, items: list[Any]) -> tuple[str, str]:
    """A fault as (id of its field, words)."""
    parts = fault.pointer.removeprefix("#/").split("/")
    if parts[0] == "items":
        target = f"items-{parts[1]}-{parts[2]}" if len(parts) == 3 else "items"
    else:
        target = f"entry_{parts[0]}"
    return target, words.fault_word(fault, items)


def _shown(
    request: HttpRequest,
    row: Resource | None,
    form: EntryForm,
    grid: Grid,
    status: int = 200,
    *,
    is_sent: bool = False,
    **more: Any,
) -> HttpResponse:
    stale = more.pop("stale", None)
    if row is not None and (stale or not is_sent):
        row.refresh_from_db(fields=["version"])
    version = "" if row is None else str(row.version)
    if is_sent and not stale:
        version = request.POST.get("version", version)
    errors = form.summary if form.is_bound and form.errors else []
    context = {
        "resource": row,
        "form": form,
        "grid": grid,
        "rows": rows_of(grid),
        "blank": blank_of(grid),
        "count": len(grid.rows),
        "version": version,
        "stale": stale.facts if stale else None,
        "classes": Category.objects.order_by("code").values_list("code", "name")[:_CLASSES],
        "summary": [*errors, *grid.summary],
        "places": [(f"group-{group.name}", group.title) for group in form.groups],
        "back": reverse("resource", args=[row.pk]) if row else reverse("resources"),
        **more,
    }
    return page(request, "catalog/editor.html", context, status=status)

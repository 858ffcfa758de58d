"""One entry in the portal: what it says, its versions, data, quality, its twin in the API."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.steps import NOTHING_SENT, Sent, take_step
from catalog.gates import filing_faults
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, METADATA_NAMES
from catalog.models import Comment, Entry, Resource
from catalog.portal import words
from catalog.portal.comparing import (
    changes_between,
    place_choices,
    place_word,
    with_comments,
)
from catalog.portal.entry_steps import STEPS
from catalog.portal.panels import panels_of
from catalog.portal.qualities import quality_of
from catalog.states import EDITABLE, ENTRY, IN_PROGRESS
from catalog.versions import entry_values, item_values, items_of
from kernel.errors import NotFound
from kernel.pages import page
from kernel.rows import fetch

_VERSIONS = 20
_ITEMS_SHOWN = ("name", "column", "data_type", "length", "is_key", "is_required", "share_type")
_TABS = {
    "overview": _("Metadata and items"),
    "versions": _("Versions and comments"),
    "data": _("Data and use"),
    "quality": _("Quality"),
    "api": _("API"),
}


@require_GET
@signed_in
def resource_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry: what it says, its items, versions and differences, and its steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def resource_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="resource", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Resource:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = Entry.objects.visible_to(actor)
    rows: Any = Resource.objects.visible_to(actor).filter(pk__in=seen.values("resource_id"))
    return fetch(rows.select_related("department", "category", "published"), pk)


def _shown(
    request: HttpRequest,
    row: Resource,
    sent: Sent = NOTHING_SENT,
    **more: Any,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    versions = list(
        Entry.objects.visible_to(actor).filter(resource=row).order_by("-number")[:_VERSIONS]
    )
    shown = _chosen(versions, request.GET.get("version", ""))
    tab = more.pop("tab", "") or _tab(request)
    items = list(items_of(shown))
    context = {
        "resource": row,
        "entry": shown,
        "state": words.ENTRY_STATES[shown.state],
        "share_type": words.SHARE_TYPES.get(shown.share_type),
        "faults": _faults(shown, items) if _writes(actor, row) else [],
        "edits": _writes(actor, row) and shown.state in EDITABLE,
        "registers": may(actor, Perm.ADJUSTMENT_REGISTER, row.department_id)
        and row.published_id is not None,
        **sent.context(row, actor, STEPS, lambda name: _is_possible(row, versions, shown, name)),
        "tab": tab,
        "tabs": [(f"?tab={name}", title, name == tab) for name, title in _TABS.items()],
        "back": reverse("catalogue"),
        **_of_tab(tab, actor, row, versions, shown, items),
        **more,
    }
    context["about"] = request.GET.get("about", "")
    return page(request, "catalog/resource.html", context, status=sent.status)


def shown_again(request: HttpRequest, pk: UUID, sent: Sent, **more: Any) -> HttpResponse:
    """The entry's page with what was refused."""
    return _shown(request, _found(request, pk), sent, **more)


def _tab(request: HttpRequest) -> str:
    asked = request.GET.get("tab", "versions" if "version" in request.GET else "overview")
    return asked if asked in _TABS else "overview"


def _of_tab(
    tab: str, actor: Actor, row: Resource, versions: list[Entry], shown: Entry, items: list[Any]
) -> dict[str, Any]:
    """What a tab shows."""
    if tab == "versions":
        return _of_versions(actor, row, versions, shown, items)
    if tab == "data":
        return {"panels": panels_of(row, actor)}
    if tab == "quality":
        return {"quality": quality_of(row, shown, items)}
    if tab == "api":
        return {"api": f"{settings.PUBLIC_URL}/api/v1/resources/{row.pk}"}
    return {
        "facts": _facts(shown),
        "item_titles": [words.column_title(ITEM_COLUMNS[name]) for name in _ITEMS_SHOWN],
        "items": [_item_cells(item_values(item)) for item in items],
        "placements": row.placements.select_related("category").order_by("category__code"),
    }


def _of_versions(
    actor: Actor, row: Resource, versions: list[Entry], shown: Entry, items: list[Any]
) -> dict[str, Any]:
    before = _before(versions, shown)
    lines = changes_between(before, shown) if before else []
    told = Comment.objects.visible_to(actor).filter(entry=shown).order_by("created_at", "pk")
    comments = list(told)
    for comment in comments:
        comment.place = place_word(comment.pointer, items)
    speaks = shown.state in IN_PROGRESS and may(actor, Perm.COMMENT_WRITE, row.department_id)
    return {
        "versions": [(one, words.ENTRY_STATES[one.state], one.pk == shown.pk) for one in versions],
        "before": before,
        "others": with_comments(lines, comments),
        "changes": lines,
        "places": place_choices(items) if speaks else [],
        "resolves": may(actor, Perm.COMMENT_RESOLVE, row.department_id),
    }


def _chosen(versions: list[Entry], asked: str) -> Entry:
    """The version asked for; else the one in work, else the one in force, else the last."""
    if asked:
        found = next((one for one in versions if str(one.number) == asked), None)
        if found is None:
            raise NotFound()
        return found
    in_work = next((one for one in versions if one.state in IN_PROGRESS), None)
    return in_work or next((one for one in versions if one.state == "published"), versions[0])


def _before(versions: list[Entry], shown: Entry) -> Entry | None:
    return next((one for one in versions if one.number < shown.number), None)


def _writes(actor: Actor, row: Resource) -> bool:
    return may(actor, Perm.RESOURCE_DRAFT, row.department_id)


def _faults(entry: Entry, items: list[Any]) -> list[str]:
    found = filing_faults(entry) if entry.state in EDITABLE else []
    return [words.fault_word(fault, items) for fault in found]


def _is_possible(row: Resource, versions: list[Entry], shown: Entry, name: str) -> bool:
    in_work = any(one.state in IN_PROGRESS for one in versions)
    if name == "revise":
        return not in_work and bool(row.code)
    if name == "withdraw":
        return any(one.state == "published" for one in versions)
    return ENTRY.allows(shown.state, name)


def _facts(entry: Entry) -> list[tuple[str, str]]:
    """What the version says, in the guide's order; empty ones are left out."""
    values = {**entry_values(entry), "source_system": str(entry.source_system or "")}
    said = [(ENTRY_COLUMNS[name], values[name]) for name in METADATA_NAMES]
    facts = [(words.column_title(c), words.column_label(c, value)) for c, value in said]
    return [(title, text) for title, text in facts if text]


def _item_cells(values: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Each cell as (title, text, whether it is a name of programs)."""
    return [
        (
            words.column_title(column),
            words.column_label(column, values[column.name]),
            column.name == "column",
        )
        for column in (ITEM_COLUMNS[name] for name in _ITEMS_SHOWN)
    ]

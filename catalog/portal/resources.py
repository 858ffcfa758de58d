"""Entries in the portal: the department's own and those to be reviewed, and one with everything."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.steps import Step, shown_steps, take_step
from catalog.actions.resources import revise_resource, submit_resource, withdraw_resource
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.differences import Difference, differences
from catalog.gates import filing_faults
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, METADATA_NAMES
from catalog.models import Entry, Resource
from catalog.portal import words
from catalog.states import EDITABLE, ENTRY, IN_PROGRESS
from catalog.versions import entry_values, item_values, items_of
from kernel.errors import NotFound
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.problems import Problem

_VERSIONS = 20
_ITEMS_SHOWN = ("name", "column", "data_type", "length", "is_key", "is_required", "share_type")


class ReviseForm(PortalForm):
    """Why a new version is begun."""

    change_message = forms.CharField(
        label=_("What will change, and why"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _owner(row: Resource) -> UUID:
    return row.department_id


STEPS = {
    "submit": Step(
        submit_resource,
        PlainForm,
        (Perm.RESOURCE_SUBMIT,),
        _("Submit to the head"),
        _("The head of your department has it now."),
        _owner,
    ),
    "approve": Step(
        approve_resource,
        PlainForm,
        (Perm.RESOURCE_APPROVE,),
        _("Agree and send to the authority"),
        _("The authority has it now; it has two workdays."),
        _owner,
    ),
    "review": Step(
        review_resource,
        PlainForm,
        (Perm.RESOURCE_REVIEW,),
        _("Found in order"),
        _("It can be published now."),
        _owner,
    ),
    "publish": Step(
        publish_resource,
        PlainForm,
        (Perm.RESOURCE_PUBLISH,),
        _("Publish"),
        _("It is in force."),
        _owner,
    ),
    "return": Step(
        return_resource,
        ReasonForm,
        (Perm.RESOURCE_APPROVE, Perm.RESOURCE_REVIEW, Perm.RESOURCE_PUBLISH),
        _("Return"),
        _("It has gone back to its writers."),
        _owner,
    ),
    "revise": Step(
        revise_resource,
        ReviseForm,
        (Perm.RESOURCE_DRAFT,),
        _("Begin a new version"),
        _("A new version is in work; the one in force stays until it is published."),
        _owner,
    ),
    "withdraw": Step(
        withdraw_resource,
        ReasonForm,
        (Perm.RESOURCE_WITHDRAW,),
        _("Withdraw"),
        _("It is no longer in force."),
        _owner,
        _("Take this entry out of force?"),
    ),
}


class ResourceList(DepartmentsList):
    """The department's entries, or those of all for the authority; the latest version of each."""

    perm = Perm.RESOURCE_VIEW
    title = _("Entries")
    lead = _("Every entry that you may see, with the state of its latest version.")
    nothing = _("There is no entry yet.")
    search = ("entries__name__icontains", "code__icontains")
    search_title = _("Name or code")
    order = ("-updated_at", "pk")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [(state, title) for state, (title, _b) in words.ENTRY_STATES.items()],
            apply=lambda rows, state: rows.filter(entries__state=state),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Name"),
            lambda row: row.latest.name if row.latest else "",
            "catalog/cells/name.html",
            width=40,
        ),
        Column("code", _("Code"), lambda row: row.code, sort=("code",), width=26),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "state",
            _("State"),
            lambda row: words.ENTRY_STATES[row.latest.state][0] if row.latest else "",
            "catalog/cells/state.html",
        ),
        Column(
            "number", _("Version"), lambda row: row.latest and row.latest.number, is_number=True
        ),
        Column(
            "is_attached",
            _("Data attached"),
            lambda row: words.YES_NO[row.is_attached],
            is_extra=True,
        ),
        Column(
            "updated_at",
            _("Changed"),
            lambda row: timezone.localtime(row.updated_at),
            "components/moment.html",
            ("updated_at",),
        ),
    )

    def rows(self) -> Any:
        """Each once, with the versions that the actor may see."""
        seen = Entry.objects.visible_to(self.actor).order_by("-number")
        rows: Any = Resource.objects.visible_to(self.actor)
        if not may_everywhere(self.actor, Perm.RESOURCE_VIEW):
            rows = rows.filter(department_id=self.actor.department_id)
        return (
            rows.filter(pk__in=seen.values("resource_id"))
            .select_related("department")
            .prefetch_related(Prefetch("entries", seen, to_attr="seen"))
            .distinct()
        )

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the latest version that the actor may see."""
        for row in rows:
            row.latest = row.seen[0] if row.seen else None
            row.state_word = words.ENTRY_STATES[row.latest.state] if row.latest else ("", "")
        return rows


@require_GET
@signed_in
def resource_list(request: HttpRequest) -> HttpResponseBase:
    """Entries by state, the last changed first."""
    reader(request, Perm.RESOURCE_VIEW)
    return list_page(request, ResourceList)


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
    found: Resource | None = (
        rows.filter(pk=pk).select_related("department", "category", "published").first()
    )
    if found is None:
        raise NotFound()
    return found


def _shown(
    request: HttpRequest,
    row: Resource,
    *,
    verb: str = "",
    form: PortalForm | None = None,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    versions = list(
        Entry.objects.visible_to(actor).filter(resource=row).order_by("-number")[:_VERSIONS]
    )
    shown = _chosen(versions, request.GET.get("version", ""))
    items = list(items_of(shown))
    before = _before(versions, shown)
    context = {
        "resource": row,
        "entry": shown,
        "state": words.ENTRY_STATES[shown.state],
        "share_type": words.SHARE_TYPES.get(shown.share_type),
        "facts": _facts(shown),
        "item_titles": [words.column_title(ITEM_COLUMNS[name]) for name in _ITEMS_SHOWN],
        "items": [_item_cells(item_values(item)) for item in items],
        "versions": [(one, words.ENTRY_STATES[one.state], one.pk == shown.pk) for one in versions],
        "before": before,
        "changes": _changes(before, shown) if before else [],
        "faults": _faults(shown, items) if _writes(actor, row) else [],
        "steps": shown_steps(
            row, actor, STEPS, lambda name: _is_possible(row, versions, shown, name), verb, form
        ),
        "summary": form.summary if form else [],
        "refused": refused,
        "api": f"{settings.PUBLIC_URL}/api/v1/resources/{row.pk}",
        "back": reverse("catalogue"),
    }
    return page(request, "catalog/resource.html", context, status=status)


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


def _item_cells(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (words.column_title(column), words.column_label(column, values[column.name]))
        for column in (ITEM_COLUMNS[name] for name in _ITEMS_SHOWN)
    ]


def _changes(before: Entry, after: Entry) -> list[tuple[str, str, str]]:
    """What differs, as (where, before, after) in words."""
    found = differences(_plain(before), _plain(after))
    lines = [
        (words.column_title(c), words.column_label(c, old), words.column_label(c, new))
        for name, old, new in found.metadata
        for c in [ENTRY_COLUMNS[name]]
    ]
    return lines + _item_changes(found)


def _item_changes(found: Difference) -> list[tuple[str, str, str]]:
    lines = [(item["name"], "", str(_("added"))) for item in found.added]
    lines += [(item["name"], str(_("was there")), str(_("removed"))) for item in found.removed]
    for item in found.changed:
        for name, old, new in item.changes:
            column = ITEM_COLUMNS.get(name)
            if column:
                told = f"{item.name}: {words.column_title(column)}"
                labels = words.column_label(column, old), words.column_label(column, new)
                lines.append((told, *labels))
    return lines


def _plain(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = entry_values(entry)
    values["source_system"] = str(entry.source_system or "")
    values["items"] = [
        {**item_values(item), "source_department": item.source_department}
        for item in items_of(entry)
    ]
    return values

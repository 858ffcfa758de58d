"""Entries in the portal: the department's own, or those of all for the authority."""

from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import DepartmentsList, list_page, reader
from catalog.models import Entry, Resource
from catalog.portal import cells as own_cells
from catalog.portal import words
from catalog.portal.entry_steps import STEPS
from catalog.states import ENTRY
from kernel import cells
from kernel.lists import Column, Filter

_BULK = ("submit", "approve", "review", "publish", "return")
# What a line says of its latest version, of some fifty columns.
_SHOWN = ("resource_id", "number", "name", "state")


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
            own_cells.entry,
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
            cells.worded("state_word"),
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
            cells.moment,
            ("updated_at",),
        ),
    )

    def rows(self) -> Any:
        """Each once, with the versions that the actor may see."""
        seen = Entry.objects.visible_to(self.actor).order_by("-number").only(*_SHOWN)
        rows: Any = Resource.objects.visible_to(self.actor)
        if not may_everywhere(self.actor, Perm.RESOURCE_VIEW):
            rows = rows.filter(department_id=self.actor.department_id)
        return (
            rows.filter(pk__in=seen.values("resource_id"))
            .select_related("department")
            .prefetch_related(Prefetch("entries", seen, to_attr="seen"))
        )

    @cached_property
    def found(self) -> QuerySet[Any]:
        """Each once: where versions are looked into, several of one entry can match."""
        rows = super().found
        return rows.distinct() if self.is_narrowed else rows

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the latest version that the actor may see."""
        for row in rows:
            row.latest = row.seen[0] if row.seen else None
            row.state_word = words.ENTRY_STATES[row.latest.state] if row.latest else ("", "")
        return rows

    bulk = {verb: STEPS[verb] for verb in _BULK}

    def is_possible(self, verb: str, row: Any) -> bool:
        """Whether its latest version can take this step."""
        return bool(row.seen) and ENTRY.allows(row.seen[0].state, verb)

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Writing a new entry, and taking a catalogue in from a file."""
        deeds: list[tuple[str, Any]] = []
        if may(self.actor, Perm.RESOURCE_DRAFT, self.actor.department_id):
            deeds.append((reverse("resource-new"), _("New entry")))
        if may(self.actor, Perm.CATALOG_IMPORT):
            deeds.append((reverse("import-new"), _("Take in a file")))
        return deeds


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resource_list(request: HttpRequest) -> HttpResponseBase:
    """Entries by state, the last changed first; steps with several at once."""
    reader(request, Perm.RESOURCE_VIEW)
    return list_page(request, ResourceList)

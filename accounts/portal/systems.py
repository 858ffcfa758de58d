"""The register in the portal: a department's systems, and everything that is known of one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.filing import must_be_merged
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import cells as own_cells
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.columns import choices_of
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.system_steps import STEPS, is_possible
from accounts.register.columns import BY_NAME
from kernel import cells
from kernel.errors import NotFound
from kernel.lists import Column, Filter

_TABS = (
    ("system", _("Overview")),
    ("system-relations", _("Relations")),
    ("system-facts", _("Signals")),
    ("system-access-page", _("How it may call")),
    ("system-versions", _("Change history")),
)


@dataclass(frozen=True)
class Line:
    """A system as a line of the list."""

    system: InformationSystem
    state: Any
    filing: tuple[Any, str]
    verdict: tuple[Any, str] | None
    must_be_merged: bool


class SystemList(DepartmentsList):
    """The systems that the person may see, by name."""

    perm = Perm.SYSTEM_VIEW
    title = _("Information systems")
    lead = _("What each system does, who answers for it, and whether it is in use.")
    nothing = _("No system is registered yet.")
    search = ("name__icontains", "code__icontains")
    search_title = _("Name or code of the system")
    order = ("name", "pk")
    bulk = {"accept": STEPS["accept"]}
    filters = (
        Filter("state", _("State"), lambda actor: words.SYSTEM_STATES.items(), "state"),
        Filter("filing", _("Filing"), lambda actor: _filings(), "filing_state"),
        Filter("verdict", _("Verdict"), lambda actor: _levels(), "verdict__level"),
        Filter("network", _("Network"), lambda actor: choices_of(BY_NAME["network"]), "network"),
        Filter(
            "merging",
            _("Must be merged"),
            lambda actor: [("yes", _("Yes"))],
            apply=lambda rows, value: rows.filter(owner_level__in=("bureau", "office")).exclude(
                state__in=("being_merged", "retired")
            ),
        ),
        Filter("department", _("Department"), lambda actor: departments(actor), "department_id"),
    )
    columns = (
        Column(
            "name",
            _("System"),
            lambda line: line.system.name,
            own_cells.system,
            ("name",),
            width=36,
        ),
        Column(
            "code",
            _("Code of the system"),
            lambda line: line.system.code,
            sort=("code",),
            is_extra=True,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.system.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda line: line.state, cells.badge, ("state",)),
        Column(
            "verdict",
            _("Verdict"),
            lambda line: line.verdict[0] if line.verdict else None,
            cells.worded("verdict"),
        ),
        Column(
            "filing",
            _("Filing"),
            lambda line: line.filing[0],
            cells.worded("filing"),
            ("filing_state",),
        ),
        Column(
            "started_on",
            _("In use since"),
            lambda line: line.system.started_on,
            sort=("started_on",),
            is_extra=True,
        ),
        Column(
            "maintenance_cost",
            _("Maintenance a year (10,000 yuan)"),
            lambda line: line.system.maintenance_cost,
            sort=("maintenance_cost",),
            is_number=True,
            is_extra=True,
        ),
        Column(
            "user_count",
            _("Registered users"),
            lambda line: line.system.user_count,
            sort=("user_count",),
            is_number=True,
            is_extra=True,
        ),
        Column(
            "updated_at",
            _("Changed"),
            lambda line: timezone.localtime(line.system.updated_at),
            cells.moment,
            ("updated_at",),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        rows: Any = InformationSystem.objects.visible_to(self.actor)
        return rows.select_related("department", "verdict")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the verdict where the actor may see it."""
        return [line_of(self.actor, row) for row in rows]

    def is_possible(self, verb: str, row: Any) -> bool:
        """As on the system's own page."""
        return is_possible(row, verb)

    def _shows(self, name: str) -> bool:
        return super()._shows(name) and (name != "verdict" or may(self.actor, Perm.ZOMBIE_VIEW))

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Registering, taking in a form, and giving the register out."""
        deeds: list[tuple[str, Any]] = []
        if may(self.actor, Perm.SYSTEM_REGISTER, self.actor.department_id):
            deeds.append((reverse("system-register"), _("Register a system")))
        if may(self.actor, Perm.SYSTEM_IMPORT):
            deeds.append((reverse("systems-import"), _("Import from Excel")))
        deeds.append((reverse("systems-export"), _("Export the census form")))
        return deeds


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def system_list(request: HttpRequest) -> HttpResponseBase:
    """The systems that the person may see, by name; found by words and filters."""
    reader(request, Perm.SYSTEM_VIEW)
    return list_page(request, SystemList)


def _filings() -> list[tuple[str, Any]]:
    return [(state, title) for state, (title, _badge) in words.FILING_STATES.items()]


def _levels() -> list[tuple[str, Any]]:
    return [(level, title) for level, (title, _badge) in words.LEVELS.items()]


def found_system(actor: Actor, pk: UUID) -> InformationSystem:
    """A system that the actor may see; unseen and absent look alike."""
    rows = InformationSystem.objects.visible_to(actor).select_related("department", "verdict")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound()
    found: InformationSystem = row
    return found


def head_of(actor: Actor, row: InformationSystem, here: str) -> dict[str, Any]:
    """What the head of each of a system's pages shows; ``here`` names the page."""
    return {
        "system": row,
        "line": line_of(actor, row),
        "tabs": [(reverse(name, args=[row.pk]), title, name == here) for name, title in _TABS],
        "changes_it": may(actor, Perm.SYSTEM_CHANGE, row.department_id),
    }


def line_of(actor: Actor, row: InformationSystem) -> Line:
    """The system with its state, filing and verdict in words."""
    sees = may(actor, Perm.ZOMBIE_VIEW, row.department_id)
    verdict = getattr(row, "verdict", None) if sees else None
    return Line(
        system=row,
        state=words.SYSTEM_STATES[row.state],
        filing=words.FILING_STATES[row.filing_state],
        verdict=words.LEVELS[verdict.level] if verdict else None,
        must_be_merged=must_be_merged(row.owner_level, row.state),
    )

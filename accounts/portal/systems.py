"""The register in the portal: a department's systems, and everything that is known of one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.actions.registers import history_of
from accounts.actions.relations import relations_of
from accounts.actor import Actor
from accounts.downloads import document_answer
from accounts.filing import filing_faults, must_be_merged
from accounts.models import InformationSystem, SystemAttachment, User
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.register.columns import BY_NAME, GROUPS, label_of, members_of
from accounts.register.columns import Column as FormColumn
from accounts.register.versions import Difference, values_of
from kernel.errors import NotFound
from kernel.lists import Column, Filter
from kernel.pages import page

_VERSIONS = 20


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
    nothing = _("No system is registered yet.")
    search = ("name__icontains", "code__icontains")
    search_title = _("Name or code")
    order = ("name", "pk")
    filters = (
        Filter("state", _("State"), lambda actor: words.SYSTEM_STATES.items(), "state"),
        Filter("filing", _("Filing"), lambda actor: _filings(), "filing_state"),
        Filter("verdict", _("Verdict"), lambda actor: _levels(), "verdict__level"),
        Filter("department", _("Department"), lambda actor: departments(actor), "department_id"),
    )
    columns = (
        Column(
            "name",
            _("System"),
            lambda line: line.system.name,
            "accounts/cells/system.html",
            ("name",),
            width=36,
        ),
        Column("code", _("Code"), lambda line: line.system.code, sort=("code",), is_extra=True),
        Column(
            "department",
            _("Department"),
            lambda line: line.system.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda line: line.state, "components/badge.html", ("state",)),
        Column(
            "verdict",
            _("Verdict"),
            lambda line: line.verdict[0] if line.verdict else None,
            "accounts/cells/verdict.html",
        ),
        Column(
            "filing",
            _("Filing"),
            lambda line: line.filing[0],
            "accounts/cells/filing.html",
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
    )

    def rows(self) -> Any:
        """With what their lines show."""
        rows: Any = InformationSystem.objects.visible_to(self.actor)
        return rows.select_related("department", "verdict")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the verdict where the actor may see it."""
        return [_line(self.actor, row) for row in rows]

    def _shows(self, name: str) -> bool:
        return super()._shows(name) and (name != "verdict" or may(self.actor, Perm.ZOMBIE_VIEW))

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Registering, and taking in a form."""
        deeds: list[tuple[str, Any]] = []
        if may(self.actor, Perm.SYSTEM_IMPORT):
            deeds.append((reverse("systems-import"), _("Take in a form")))
        deeds.append((reverse("systems-export"), _("Export")))
        return deeds


@require_GET
@signed_in
def system_list(request: HttpRequest) -> HttpResponseBase:
    """The systems that the person may see, by name; found by words and filters."""
    reader(request, Perm.SYSTEM_VIEW)
    return list_page(request, SystemList)


def _filings() -> list[tuple[str, Any]]:
    return [(state, title) for state, (title, _badge) in words.FILING_STATES.items()]


def _levels() -> list[tuple[str, Any]]:
    return [(level, title) for level, (title, _badge) in words.LEVELS.items()]


@require_GET
@signed_in
def system_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One system: its columns by group, filing, relations, documents and versions."""
    actor = reader(request, Perm.SYSTEM_VIEW)
    row = _found(actor, pk)
    kept = list(row.versions.order_by("-number")[:_VERSIONS])
    people = User.objects.in_bulk([version.changed_by for version in kept])
    values = values_of(row)
    context = {
        "system": row,
        "line": _line(actor, row),
        "groups": [(words.GROUPS[name], _facts(members_of(name), values)) for name in GROUPS],
        "head": _facts([BY_NAME["code"], BY_NAME["function"], BY_NAME["network"]], values),
        "lacks": _lacks(row) if row.filing_state in ("draft", "returned") else [],
        "relations": [(words.RELATIONS[relation.kind], relation) for relation in relations_of(row)],
        "attachments": row.attachments.defer("content").order_by("pk"),
        "versions": [
            (version, people.get(version.changed_by), [_worded(one) for one in changes])
            for version, changes in history_of(row, kept)
        ],
        "shows_cases": may(actor, Perm.ZOMBIE_VIEW),
    }
    return page(request, "accounts/system.html", context)


@require_GET
@signed_in
def system_document(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """A document of the system, as a download."""
    row = _found(reader(request, Perm.SYSTEM_VIEW), pk)
    found = SystemAttachment.objects.filter(system=row, pk=document).first()
    if found is None:
        raise NotFound()
    return document_answer(found)


def _found(actor: Actor, pk: UUID) -> InformationSystem:
    rows = InformationSystem.objects.visible_to(actor).select_related("department", "verdict")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound()
    found: InformationSystem = row
    return found


def _line(actor: Actor, row: InformationSystem) -> Line:
    sees = may(actor, Perm.ZOMBIE_VIEW, row.department_id)
    verdict = getattr(row, "verdict", None) if sees else None
    return Line(
        system=row,
        state=words.SYSTEM_STATES[row.state],
        filing=words.FILING_STATES[row.filing_state],
        verdict=words.LEVELS[verdict.level] if verdict else None,
        must_be_merged=must_be_merged(row.owner_level, row.state),
    )


def _facts(columns: list[FormColumn], values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_title(column), _label(column, values[column.name])) for column in columns]


def _worded(one: Difference) -> tuple[str, str, str]:
    column = BY_NAME[one.name]
    return _title(column), _label(column, one.old), _label(column, one.new)


def _title(column: FormColumn) -> str:
    """The form's header; for readers of English the column's name."""
    return column.title if _is_chinese() else column.name.replace("_", " ").capitalize()


def _label(column: FormColumn, value: Any) -> str:
    if _is_chinese() or column.kind not in ("choice", "flag") or value in ("", None):
        return label_of(column, value)
    return {"True": "Yes", "False": "No"}.get(str(value), str(value).replace("_", " "))


def _lacks(row: InformationSystem) -> list[str]:
    names = [fault.pointer.rpartition("/")[2] for fault in filing_faults(values_of(row))]
    return [_title(BY_NAME[name]) for name in names]


def _is_chinese() -> bool:
    return str(get_language()).startswith("zh")

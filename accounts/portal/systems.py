"""The register in the portal: a department's systems, and everything that is known of one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.actions.registers import history_of
from accounts.actions.relations import relations_of
from accounts.actor import Actor
from accounts.downloads import document_answer
from accounts.filing import filing_faults, must_be_merged
from accounts.models import InformationSystem, SystemAttachment, User
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.register.columns import BY_NAME, GROUPS, Column, label_of, members_of
from accounts.register.versions import Difference, values_of
from accounts.states import SYSTEM
from kernel.errors import Forbidden, NotFound
from kernel.pages import page

_PAGE, _VERSIONS = 50, 20


@dataclass(frozen=True)
class Line:
    """A system as a line of the list."""

    system: InformationSystem
    state: Any
    filing: tuple[Any, str]
    verdict: tuple[Any, str] | None
    must_be_merged: bool


@require_GET
@signed_in
def system_list(request: HttpRequest) -> HttpResponse:
    """The systems that the person may see, by name; found by words and state."""
    actor = _reader(request)
    rows: Any = InformationSystem.objects.visible_to(actor).select_related("department", "verdict")
    asked, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(code__icontains=asked))
    if state in SYSTEM.states:
        rows = rows.filter(state=state)
    shown = Paginator(rows.order_by("name", "pk"), _PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": [_line(actor, row) for row in shown],
        "shown": shown,
        "asked": asked,
        "chosen": state,
        "states": list(words.SYSTEM_STATES.items()),
        "of_all": may_everywhere(actor, Perm.SYSTEM_VIEW),
        "imports": may(actor, Perm.SYSTEM_IMPORT),
        "shows_cases": may(actor, Perm.ZOMBIE_VIEW),
    }
    return page(request, "accounts/systems.html", context)


@require_GET
@signed_in
def system_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One system: its columns by group, filing, relations, documents and versions."""
    actor = _reader(request)
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
    row = _found(_reader(request), pk)
    found = SystemAttachment.objects.filter(system=row, pk=document).first()
    if found is None:
        raise NotFound()
    return document_answer(found)


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, Perm.SYSTEM_VIEW):
        raise Forbidden(permission=Perm.SYSTEM_VIEW.value)
    return actor


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


def _facts(columns: list[Column], values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_title(column), _label(column, values[column.name])) for column in columns]


def _worded(one: Difference) -> tuple[str, str, str]:
    column = BY_NAME[one.name]
    return _title(column), _label(column, one.old), _label(column, one.new)


def _title(column: Column) -> str:
    """The form's header; for readers of English the column's name."""
    return column.title if _is_chinese() else column.name.replace("_", " ").capitalize()


def _label(column: Column, value: Any) -> str:
    if _is_chinese() or column.kind not in ("choice", "flag") or value in ("", None):
        return label_of(column, value)
    return {"True": "Yes", "False": "No"}.get(str(value), str(value).replace("_", " "))


def _lacks(row: InformationSystem) -> list[str]:
    names = [fault.pointer.rpartition("/")[2] for fault in filing_faults(values_of(row))]
    return [_title(BY_NAME[name]) for name in names]


def _is_chinese() -> bool:
    return str(get_language()).startswith("zh")

"""Zombie cases in the portal: what a department has to answer, what the authority has to decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.cases import (
    answer_case,
    complete_case,
    decide_case,
    dismiss_case,
    notify_case,
    reopen_case,
)
from accounts.actor import Actor
from accounts.calendars import calendars_from
from accounts.models import InformationSystem, RuleSet, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import cells as own_cells
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.case_forms import (
    AnswerForm,
    CompleteForm,
    DecideForm,
    DismissForm,
    NotifyForm,
    ReopenForm,
    StepForm,
)
from accounts.portal.case_track import WAITS_FOR, stages_of
from accounts.portal.choices import departments
from accounts.portal.findings import Finding, findings_of, suspicions
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.sparks import sparks_of
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.states import CASE_OPEN, ZOMBIE_CASE
from accounts.workdays import Calendars, workdays_left
from accounts.worklist import shape_of
from kernel import cells
from kernel.kept import KeptCounts
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

# The facts that the criteria rest on most.
_SHOWN_FACTS = ("login", "active_users", "transaction", "deployment", "cpu_percent", "storage_gb")


def _owner(case: ZombieCase) -> UUID:
    return case.department_id


def _step(verb: str, deed: Callable[..., ZombieCase], form: type[StepForm], *perms: Perm) -> Step:
    return Step(deed, form, perms, words.CASE_STEPS[verb], words.CASE_DEEDS[verb], _owner)


STEPS = {
    "notify": _step("notify", notify_case, NotifyForm, Perm.ZOMBIE_DECIDE),
    "answer": _step("answer", answer_case, AnswerForm, Perm.ZOMBIE_ANSWER),
    "decide": _step("decide", decide_case, DecideForm, Perm.ZOMBIE_DECIDE),
    "complete": _step(
        "complete", complete_case, CompleteForm, Perm.ZOMBIE_DECIDE, Perm.ZOMBIE_ANSWER
    ),
    "reopen": _step("reopen", reopen_case, ReopenForm, Perm.ZOMBIE_DECIDE),
    "dismiss": _step("dismiss", dismiss_case, DismissForm, Perm.ZOMBIE_DECIDE),
}


@dataclass(frozen=True)
class Line:
    """A case as a line of the list."""

    case: ZombieCase
    state: Any
    findings: list[Finding]
    due: date | None
    days_left: int | None

    @property
    def suspicions(self) -> list[str]:
        """What the suspected criteria found, in sentences."""
        return suspicions(self.findings)

    @property
    def due_shown(self) -> str:
        """The last day with what is left to it."""
        return own_cells.case_due(self, self.due)

    @property
    def badge(self) -> str:
        """The colour of what is left."""
        if self.days_left is None:
            return ""
        return "bad" if self.case.is_overdue else "warn" if self.days_left <= 3 else "good"


class CaseList(DepartmentsList):
    """The open cases that concern the person, the most urgent first; or the closed ones."""

    perm = Perm.ZOMBIE_VIEW
    title = _("Zombie systems")
    keeps = ("show",)
    nothing = _("There are no cases here.")
    search = ("system__name__icontains", "system__code__icontains")
    search_title = _("Name or code of the system")
    order = ("-is_escalated", "answer_by", "pk")
    bulk = {"notify": STEPS["notify"]}
    filters = (
        Filter("state", _("State"), lambda actor: words.CASE_STATES.items(), "state"),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "system",
            _("System"),
            lambda line: line.case.system.name,
            cells.linked("case", "case.pk"),
            ("system__name",),
            width=36,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.case.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "evidence",
            _("Evidence"),
            lambda line: "；".join(line.suspicions),
            cells.listed("suspicions"),
            width=60,
        ),
        Column("state", _("State"), lambda line: line.state, cells.badge, ("state",)),
        Column("due", _("Due"), lambda line: line.due, own_cells.case_due),
    )

    @property
    def is_closed(self) -> bool:
        """Whether the closed cases are asked for."""
        return self.query.get("show") == "closed"

    def rows(self) -> Any:
        """The open or the closed ones, with what their lines show."""
        rows: Any = ZombieCase.objects.visible_to(self.actor)
        rows = rows.select_related("system", "department")
        if self.is_closed:
            return rows.exclude(state__in=CASE_OPEN)
        return rows.filter(state__in=CASE_OPEN)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the findings and what is left of the term."""
        return _lines(rows)

    def is_possible(self, verb: str, row: Any) -> bool:
        """As on the case's own page."""
        return _is_offered(row, verb)

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Open and closed."""
        here = self.path
        return [
            (here, _("Open"), not self.is_closed),
            (f"{here}?show=closed", _("Closed"), self.is_closed),
        ]


def _overdue(actor: Actor, own: UUID, today: date) -> tuple[Any, dict[str, Any]]:
    rows: Any = ZombieCase.objects.visible_to(actor)
    return rows.overdue(today), {"overdue": Count("pk")}


_OVERDUE = KeptCounts(_overdue)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case_list(request: HttpRequest) -> HttpResponseBase:
    """The cases, and how many are overdue."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    own, today = actor.department_id, timezone.localdate()
    overdue = _OVERDUE(shape_of(actor), actor, own=own, today=today)["overdue"]
    answers = may(actor, Perm.ZOMBIE_ANSWER)
    return list_page(request, CaseList, "accounts/cases.html", overdue=overdue, answers=answers)


@require_GET
@signed_in
def case_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case with its evidence, its history and the steps that the person may take."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def case_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="case", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> ZombieCase:
    actor = request.actor  # type: ignore[attr-defined]
    rows = ZombieCase.objects.visible_to(actor).select_related(
        "system__verdict", "department", "merge_into"
    )
    return fetch(rows, pk)


def _shown(request: HttpRequest, case: ZombieCase, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    verdict = getattr(case.system, "verdict", None)
    replacement, edition = case.evidence.get("replacement"), case.evidence.get("rules")
    context = {
        "case": case,
        "line": _lines([case])[0],
        "system_state": words.SYSTEM_STATES[case.system.state],
        "stages": stages_of(case),
        "waits": WAITS_FOR.get(case.state),
        "today": words.LEVELS[verdict.level] if verdict else None,
        "rules": RuleSet.objects.filter(pk=edition).first() if edition else None,
        "judged_at": parse_datetime(case.evidence.get("judged_at") or ""),
        "sparks": sparks_of(case.system_id, _SHOWN_FACTS),
        **sent.context(case, actor, STEPS, lambda name: _is_offered(case, name)),
        "replacement": InformationSystem.objects.filter(pk=replacement).first()
        if replacement
        else None,
    }
    return page(request, "accounts/case.html", context, status=sent.status)


def _is_offered(case: ZombieCase, verb: str) -> bool:
    waits = verb == "decide" and case.state == "notified" and not case.is_overdue
    return ZOMBIE_CASE.allows(case.state, verb) and not waits


def _lines(rows: list[ZombieCase]) -> list[Line]:
    today = timezone.localdate()
    due = {row.pk: _due(row) for row in rows}
    days = [day for day in due.values() if day is not None]
    first = min([today, *days])
    calendars = calendars_from(first.year, max([today, *days]).year - first.year + 1)
    return [_line(row, due[row.pk], today, calendars) for row in rows]


def _line(row: ZombieCase, due: date | None, today: date, calendars: Calendars) -> Line:
    left = None if due is None else workdays_left(today, due, calendars)
    return Line(
        row, words.CASE_STATES[row.state], findings_of(row.evidence.get("findings", {})), due, left
    )


def _due(row: ZombieCase) -> date | None:
    return {"notified": row.answer_by, "decided": row.due_on}.get(row.state)

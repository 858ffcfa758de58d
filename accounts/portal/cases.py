"""Zombie cases in the portal: what a department has to answer, what the authority has to decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

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
from accounts.models import InformationSystem, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
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
from accounts.states import CASE_OPEN, ZOMBIE_CASE
from accounts.vocabulary import Level
from accounts.workdays import Calendars, workdays_left
from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.pages import page
from kernel.problems import refusal

_PAGE = 50


@dataclass(frozen=True)
class Step:
    """A step of the process: the action, its form, and who sees it."""

    deed: Callable[..., ZombieCase]
    form: type[StepForm]
    perms: tuple[Perm, ...]


STEPS = {
    "notify": Step(notify_case, NotifyForm, (Perm.ZOMBIE_DECIDE,)),
    "answer": Step(answer_case, AnswerForm, (Perm.ZOMBIE_ANSWER,)),
    "decide": Step(decide_case, DecideForm, (Perm.ZOMBIE_DECIDE,)),
    "complete": Step(complete_case, CompleteForm, (Perm.ZOMBIE_DECIDE, Perm.ZOMBIE_ANSWER)),
    "reopen": Step(reopen_case, ReopenForm, (Perm.ZOMBIE_DECIDE,)),
    "dismiss": Step(dismiss_case, DismissForm, (Perm.ZOMBIE_DECIDE,)),
}


@dataclass(frozen=True)
class Finding:
    """What a criterion found, in the reader's language."""

    code: str
    title: Any
    level: str
    level_name: Any
    badge: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """A case as a line of the list."""

    case: ZombieCase
    state: Any
    findings: list[Finding]
    due: date | None
    days_left: int | None

    @property
    def days_over(self) -> int:
        """Workdays since the last day."""
        return -(self.days_left or 0)

    @property
    def badge(self) -> str:
        """The colour of what is left."""
        if self.days_left is None:
            return ""
        return "bad" if self.case.is_overdue else "warn" if self.days_left <= 3 else "good"


@require_GET
@signed_in
def case_list(request: HttpRequest) -> HttpResponse:
    """The open cases that concern the person, the most urgent first; or the closed ones."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, Perm.ZOMBIE_VIEW):
        raise Forbidden(permission=Perm.ZOMBIE_VIEW.value)
    closed = request.GET.get("show") == "closed"
    rows: Any = ZombieCase.objects.visible_to(actor).select_related("system", "department")
    found = rows.exclude(state__in=CASE_OPEN) if closed else rows.filter(state__in=CASE_OPEN)
    order = ("-closed_at", "pk") if closed else ("-is_escalated", "answer_by", "pk")
    shown = Paginator(found.order_by(*order), _PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": _lines(list(shown)),
        "shown": shown,
        "closed": closed,
        "of_all": may_everywhere(actor, Perm.ZOMBIE_VIEW),
        "answers": may(actor, Perm.ZOMBIE_ANSWER),
        "overdue": rows.overdue(timezone.localdate()).count(),
    }
    return page(request, "accounts/cases.html", context)


@require_GET
@signed_in
def case_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case with its evidence, its history and the steps that the person may take."""
    return _shown(request, _found(request, pk))


@require_http_methods(["POST"])
@signed_in
def case_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case, step = _found(request, pk), STEPS.get(verb)
    if step is None:
        raise NotFound()
    form = step.form(case, actor, request.POST)
    if not form.is_valid():
        return _shown(request, case, verb, form, status=422)
    try:
        step.deed(case, actor=actor, **form.values)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, case, verb, form, status=422)
    except (Conflict, Forbidden) as refused:
        now, status = _found(request, pk), refusal(refused).status
        return _shown(request, now, refused=refused.title, status=status)
    messages.success(request, str(words.CASE_DEEDS[verb]))
    return redirect("case", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> ZombieCase:
    actor = request.actor  # type: ignore[attr-defined]
    rows = ZombieCase.objects.visible_to(actor).select_related(
        "system__verdict", "department", "merge_into"
    )
    found: ZombieCase | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _shown(
    request: HttpRequest,
    case: ZombieCase,
    verb: str = "",
    form: StepForm | None = None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    steps = [
        (name, words.CASE_STEPS[name], form if name == verb else step.form(case, actor))
        for name, step in STEPS.items()
        if _is_offered(case, name) and any(may(actor, p, case.department_id) for p in step.perms)
    ]
    answers = dict(words.ANSWERS)
    replacement = case.evidence.get("replacement")
    context = {
        "case": case,
        "line": _lines([case])[0],
        "system_state": words.SYSTEM_STATES[case.system.state],
        "answer": answers.get(case.answer),
        "decision": answers.get(case.decision),
        "steps": steps,
        "opened": verb,
        "refused": refused,
        "replacement": InformationSystem.objects.filter(pk=replacement).first()
        if replacement
        else None,
    }
    return page(request, "accounts/case.html", context, status=status)


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
    return Line(row, words.CASE_STATES[row.state], _findings(row), due, left)


def _due(row: ZombieCase) -> date | None:
    return {"notified": row.answer_by, "decided": row.due_on}.get(row.state)


def _findings(row: ZombieCase) -> list[Finding]:
    """The suspected criteria first, then the others in their order."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    found = row.evidence.get("findings", {})
    listed = [
        Finding(
            code=code,
            title=title,
            level=found[code]["level"],
            level_name=words.LEVELS[found[code]["level"]][0],
            badge=words.LEVELS[found[code]["level"]][1],
            sentence=found[code].get(language, ""),
        )
        for code, title in words.CRITERIA.items()
        if code in found
    ]
    return sorted(listed, key=lambda finding: finding.level != Level.SUSPECTED)

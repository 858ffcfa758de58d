"""Proposals to merge systems: found in the register, decided by the authority, followed up."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.merges import (
    abandon_merge,
    accept_merge,
    complete_merge,
    propose_merges,
    reject_merge,
)
from accounts.actor import Actor
from accounts.models import Department, InformationSystem, MergeProposal
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.columns import label, title_of
from accounts.portal.forms import PortalForm, ReasonForm
from accounts.portal.listing import DepartmentsList, list_page, reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.register.columns import BY_NAME
from accounts.register.versions import values_of
from accounts.states import MERGE
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_OPEN = ("proposed", "accepted")
# What two systems are held against each other by.
_COMPARED = (
    *("function", "state", "network", "business_items", "data_items", "use_scope"),
    *("use_frequency", "user_count", "maintenance_cost", "investment", "started_on", "owner_level"),
)


class AcceptForm(PortalForm):
    """By when the systems are merged."""

    refusals = words.FIELD_ERRORS
    finish_by = forms.DateField(
        label=_("To be finished by"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CompletedForm(PortalForm):
    """What the merge frees."""

    money_freed = forms.DecimalField(
        label=_("Freed a year (10,000 yuan)"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Empty: the maintenance cost of the retired systems in the register."),
    )


def _step(verb: str, deed: Callable[..., Any], form: type[PortalForm], *more: Perm) -> Step:
    title, done = words.MERGE_STEPS[verb]
    return Step(deed, form, (Perm.MERGE_DECIDE, *more), title, done, lambda row: row.department_id)


STEPS = {
    "accept": _step("accept", accept_merge, AcceptForm),
    "reject": _step("reject", reject_merge, ReasonForm),
    "complete": _step("complete", complete_merge, CompletedForm, Perm.MERGE_PROPOSE),
    "abandon": _step("abandon", abandon_merge, ReasonForm),
}


@dataclass(frozen=True)
class Line:
    """A proposal as a line of the list."""

    merge: MergeProposal
    state: tuple[Any, str]
    risk: tuple[Any, str]
    short_risk: Any

    @property
    def shown_risk(self) -> tuple[Any, str]:
        """The risk in a word, in its colour."""
        return self.short_risk, self.risk[1]

    @property
    def names(self) -> list[str]:
        """The systems that would go."""
        return [one["name"] for one in self.merge.reasons["systems"]]

    @property
    def freed(self) -> Decimal:
        """What it would free a year, in 10,000 yuan; once completed, what it freed."""
        freed = self.merge.money_freed
        return Decimal(self.merge.reasons["freed_per_year"]) if freed is None else freed


class MergeList(DepartmentsList):
    """The proposals that concern the person, the newest first; or the closed ones."""

    perm = Perm.ZOMBIE_VIEW
    title = _("Merge proposals")
    nothing = _("No merge is proposed.")
    keeps = ("show",)
    search = ("target__name__icontains",)
    search_title = _("Name of the system that stays")
    order = ("-created_at", "pk")
    filters = (
        state_filter(words.MERGE_STATES),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "target",
            _("Stays"),
            lambda line: line.merge.target.name,
            cells.linked("merge", "merge.pk"),
            ("target__name",),
            width=36,
        ),
        Column(
            "systems",
            _("Would be merged into it"),
            lambda line: "；".join(line.names),
            cells.listed("names"),
            width=48,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.merge.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("freed", _("Freed a year (10,000 yuan)"), lambda line: line.freed, is_number=True),
        Column("risk", _("Risk"), lambda line: line.short_risk, cells.worded("shown_risk")),
        Column("state", _("State"), lambda line: line.state[0], cells.worded("state"), ("state",)),
        Column(
            "finish_by",
            _("To be finished by"),
            lambda line: line.merge.finish_by,
            cells.day,
            ("finish_by",),
        ),
    )

    @property
    def is_closed(self) -> bool:
        """Whether the closed proposals are asked for."""
        return self.query.get("show") == "closed"

    def rows(self) -> Any:
        """The open or the closed ones."""
        rows: Any = MergeProposal.objects.visible_to(self.actor)
        rows = rows.select_related("target", "department")
        return rows.exclude(state__in=_OPEN) if self.is_closed else rows.filter(state__in=_OPEN)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and risk in words."""
        return [_line(row) for row in rows]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Open and closed."""
        here = self.path
        return [
            (here, _("Open"), not self.is_closed),
            (f"{here}?show=closed", _("Closed"), self.is_closed),
        ]


@require_safe
@signed_in
def merge_list(request: HttpRequest) -> HttpResponseBase:
    """The proposals, and the step that looks for more."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    proposes = may(actor, Perm.MERGE_PROPOSE, actor.department_id)
    return list_page(request, MergeList, "accounts/merges.html", proposes=proposes)


@require_POST
@signed_in
def merge_propose(request: HttpRequest) -> HttpResponse:
    """Look through the register: everywhere for the authority, else in one's department."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    own = None
    if not may_everywhere(actor, Perm.MERGE_PROPOSE):
        own = Department.objects.get(pk=actor.department_id or "")
    made = len(propose_merges(actor=actor, department=own))
    told = ngettext("%(n)d merge is proposed now.", "%(n)d merges are proposed now.", made)
    messages.success(request, told % {"n": made})
    return redirect("merges")


@require_safe
@signed_in
def merge_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One proposal: its systems side by side, the reasons, and its steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def merge_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="merge", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> MergeProposal:
    rows: Any = MergeProposal.objects.visible_to(reader(request, Perm.ZOMBIE_VIEW))
    return fetch(rows.select_related("target__department", "department"), pk)


def _shown(request: HttpRequest, row: MergeProposal, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()
    going = list(row.systems.select_related("department").order_by("pk"))
    context = {
        "merge": row,
        "line": _line(row),
        "columns": _compared([row.target, *going]),
        "systems": [
            (one, one.pk == row.target_id, _sees(actor, one)) for one in (row.target, *going)
        ],
        "reasons": [_reason(one) for one in row.reasons["systems"]],
        "is_late": row.state == "accepted" and bool(row.finish_by and row.finish_by < today),
        **sent.context(row, actor, STEPS, lambda name: MERGE.allows(row.state, name)),
    }
    return page(request, "accounts/merge.html", context, status=sent.status)


def _sees(actor: Actor, system: InformationSystem) -> bool:
    """Whether the system's own page is there for the actor."""
    return may(actor, Perm.SYSTEM_VIEW, system.department_id)


def _compared(systems: list[InformationSystem]) -> list[tuple[str, list[str]]]:
    """Column by column, what each system says."""
    values = [values_of(system) for system in systems]
    columns = [BY_NAME[name] for name in _COMPARED]
    return [
        (title_of(column), [label(column, one[column.name]) for one in values])
        for column in columns
    ]


def _reason(told: dict[str, Any]) -> dict[str, Any]:
    """Why a system could go, in words."""
    return {
        **told,
        "grounds": [words.GROUNDS[ground] for ground in told["grounds"]],
        "percent": round(told["overlap"] * 100),
        "risk": words.RISKS[told["dependants"]["risk"]],
    }


def _line(row: MergeProposal) -> Line:
    risk = row.reasons["risk"]
    return Line(row, words.MERGE_STATES[row.state], words.RISKS[risk], words.RISK_LEVELS[risk])

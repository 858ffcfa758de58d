"""What the criteria say of the systems that run: suspicions that are no case yet, and the rest."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.cases import open_case
from accounts.models import RuleSet, Verdict, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import cells as own_cells
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.findings import findings_of, suspicions
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.states import CASE_OPEN
from accounts.vocabulary import Level
from kernel import cells
from kernel.errors import Conflict
from kernel.lists import Column, Filter
from kernel.problems import refusal
from kernel.rows import fetch


@dataclass(frozen=True)
class Line:
    """A verdict as a line of the list."""

    verdict: Verdict
    level: tuple[Any, str]
    evidence: list[str]
    why_none: Any
    can_open: bool

    @property
    def suspicions(self) -> list[str]:
        """The sentences of the suspected criteria."""
        return self.evidence


class VerdictList(DepartmentsList):
    """Suspicions without an open case, or all verdicts."""

    perm = Perm.ZOMBIE_VIEW
    title = _("Verdicts on the systems")
    nothing = _("Every suspicion has its case.")
    keeps = ("show",)
    search = ("system__name__icontains", "system__code__icontains")
    search_title = _("Name or code of the system")
    order = ("-judged_at", "pk")
    filters = (
        Filter("level", _("Verdict"), lambda actor: _levels(), "level"),
        Filter(
            "criterion",
            _("Suspected by"),
            lambda actor: [(code, f"{code} {title}") for code, title in words.CRITERIA.items()],
            apply=lambda rows, code: rows.filter(
                **{f"findings__{code}__level": Level.SUSPECTED.value}
            ),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "system",
            _("System"),
            lambda line: line.verdict.system.name,
            own_cells.judged_system,
            ("system__name",),
            width=36,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.verdict.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "level",
            _("Verdict"),
            lambda line: line.level[0],
            cells.worded("level"),
            ("level",),
        ),
        Column(
            "evidence",
            _("Evidence"),
            lambda line: "；".join(line.evidence),
            cells.listed("suspicions"),
            width=60,
        ),
        Column(
            "judged_at",
            _("Judged"),
            lambda line: timezone.localtime(line.verdict.judged_at),
            cells.moment,
            ("judged_at",),
            is_extra=True,
        ),
        Column(
            "case", _("Case"), lambda line: line.why_none, template="accounts/cells/open_case.html"
        ),
    )

    @property
    def is_whole(self) -> bool:
        """Whether all verdicts are asked for."""
        return self.query.get("show") == "all"

    def rows(self) -> Any:
        """With what their lines show of the cases."""
        rows: Any = Verdict.objects.visible_to(self.actor)
        cases = ZombieCase.objects.filter(system=OuterRef("system"))
        exempting = ZombieCase.objects.exempting(timezone.localdate())
        rows = rows.select_related("system", "department").annotate(
            open_case=Subquery(cases.filter(state__in=CASE_OPEN).values("pk")[:1]),
            is_exempt=Exists(exempting.filter(system=OuterRef("system"))),
        )
        return rows if self.is_whole else rows.filter(level=Level.SUSPECTED, open_case=None)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the evidence, and why there is no case."""
        opens = may(self.actor, Perm.ZOMBIE_SCAN)
        return [_line(row, opens=opens) for row in rows]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Suspicions without a case, and everything."""
        here = self.path
        return [
            (here, _("Suspected, no case yet"), not self.is_whole),
            (f"{here}?show=all", _("All verdicts"), self.is_whole),
        ]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """The rules, the cases."""
        return [(reverse("cases"), _("Cases")), (reverse("rules"), _("Rules"))]


@require_safe
@signed_in
def verdict_list(request: HttpRequest) -> HttpResponseBase:
    """Suspicions that are no case yet, with the step that opens one; or all verdicts."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    edition = RuleSet.objects.order_by("-edition").first()
    return list_page(
        request,
        VerdictList,
        "accounts/verdicts.html",
        edition=edition,
        scans=may(actor, Perm.ZOMBIE_SCAN),
    )


@require_POST
@signed_in
def case_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a case on a verdict, and show it; a refusal is said on the list."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    verdict = fetch(Verdict.objects.visible_to(actor), pk)
    try:
        case = open_case(verdict, actor=actor)
    except Conflict as refused:
        messages.error(request, gettext(refusal(refused).title))
        return redirect("verdicts")
    messages.success(request, gettext("The case is open; tell the department next."))
    return redirect("case", pk=case.pk)


def _line(row: Any, *, opens: bool) -> Line:
    why: Any = ""
    if row.open_case:
        why = _("Has a case")
    elif row.level != Level.SUSPECTED:
        why = _("None is needed")
    elif row.is_exempt:
        why = _("Exempt after an earlier case")
    elif row.system.state in ("being_merged", "retired"):
        why = _("On its way out")
    found = suspicions(findings_of(row.findings))
    return Line(row, words.LEVELS[row.level], found, why, opens and not why)


def _levels() -> list[tuple[str, Any]]:
    return [(level, title) for level, (title, _badge) in words.LEVELS.items()]

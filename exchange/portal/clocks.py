"""The clocks of the law in the portal: what one owes, what one waits for, and their steps."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions.extensions import ask_extension, decline_extension, extend_obligation
from accounts.actions.obligations import explain_obligation
from accounts.actor import Actor
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import ReasonForm
from accounts.portal.listing import list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.portal.words import DUTIES
from accounts.querysets import standing_on
from exchange.portal import cells as own_cells
from exchange.portal.deadlines import Deadline, deadlines
from exchange.portal.request_forms import SharingForm, line, text
from exchange.portal.sides import ALL, SidesList
from exchange.portal.subjects import Subject, subjects_of
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

OURS, AWAITED = "ours", "awaited"


class ExtensionForm(SharingForm):
    """How much more time, and why."""

    def prepare(self) -> None:
        """At most what the law allows for this clock."""
        most = CLOCKS[self.row.kind].extension
        self.fields["workdays"] = forms.IntegerField(
            label=_("Workdays more"), min_value=1, max_value=most or 1, initial=most
        )
        self.order_fields(["workdays", "reason", "document"])


class AskForm(ExtensionForm):
    """A department asks."""

    reason = text(_("The special reason"))


class ExtendForm(ExtensionForm):
    """The authority gives."""

    reason = text(_("Reason"))
    document = line(_("Number of the decision"))


class ExplainForm(SharingForm):
    """Why the limit was missed."""

    just_cause = text(
        _("The just cause"), hint=_("Being late without one can be punished (Art. 39). Said once.")
    )


def _owner(row: Obligation) -> UUID:
    return row.department_id


STEPS = {
    "ask_extension": Step(
        ask_extension,
        AskForm,
        (Perm.OBLIGATION_ASK,),
        _("Ask for more time"),
        _("The authority has been asked."),
        _owner,
    ),
    "extend": Step(
        extend_obligation,
        ExtendForm,
        (Perm.OBLIGATION_EXTEND,),
        _("Give more time"),
        _("The last day has been moved; both sides have been told."),
        _owner,
    ),
    "decline_extension": Step(
        decline_extension,
        ReasonForm,
        (Perm.OBLIGATION_EXTEND,),
        _("Leave the last day as it is"),
        _("The department has been told."),
        _owner,
    ),
    "explain": Step(
        explain_obligation,
        ExplainForm,
        (Perm.OBLIGATION_EXPLAIN,),
        _("State the just cause"),
        _("The cause has been recorded."),
        _owner,
    ),
}


@dataclass(frozen=True)
class ClockLine:
    """A clock as a line of the list."""

    deadline: Deadline
    subject: Subject | None

    @property
    def row(self) -> Obligation:
        """The clock itself."""
        return self.deadline.obligation


class ClockList(SidesList):
    """Clocks by tab, the most urgent first; the open ones if no standing is asked for."""

    title = _("Deadlines")
    lead = _("What the law gives days for: what your department owes, and what it waits for.")
    nothing = _("No clock runs here.")
    order = ("due_on", "pk")
    perm = Perm.OBLIGATION_VIEW
    columns_of = {OURS: "department_id"}
    titles_of = {ALL: _("All departments"), OURS: _("We owe"), AWAITED: _("We wait for")}
    same = {OURS: "department", AWAITED: "counterpart"}
    filters = (
        Filter("standing", _("How it stands"), lambda actor: _standings(), "standing"),
        Filter("kind", _("Duty"), lambda actor: [(kind, DUTIES[kind]) for kind in CLOCKS], "kind"),
        Filter("department", _("Who owes it"), departments, "department_id"),
    )
    columns = (
        Column(
            "duty",
            _("Duty"),
            lambda line: line.deadline.duty,
            cells.linked("clock", "row.pk"),
            ("kind",),
            width=36,
        ),
        Column(
            "article",
            _("Order 809"),
            lambda line: line.deadline.article,
            own_cells.article,
        ),
        Column(
            "subject",
            _("What it concerns"),
            lambda line: line.subject.title if line.subject else "",
            own_cells.subject,
            width=36,
        ),
        Column(
            "department",
            _("Who owes it"),
            lambda line: line.row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "counterpart",
            _("To whom"),
            lambda line: line.row.counterpart.name if line.row.counterpart else "",
            sort=("counterpart__name",),
            width=28,
        ),
        Column(
            "standing",
            _("How it stands"),
            lambda line: line.deadline.left,
            own_cells.standing,
            ("due_on",),
        ),
        Column(
            "started",
            _("Begun"),
            lambda line: timezone.localtime(line.row.started_at).date(),
            cells.day,
            ("started_at",),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """The clocks of the tab with their standing today."""
        rows: Any = Obligation.objects.visible_to(self.actor)
        rows = self.of_side(rows)
        if self.show == AWAITED:
            rows = Obligation.objects.awaited_by(self.actor)
        if not self.query.get("standing"):
            rows = rows.filter(state="open").exclude(kind__in=KEEPING)
        rows = rows.select_related("department", "counterpart")
        return rows.annotate(standing=standing_on(timezone.localdate()))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With what is left of them and what they are about."""
        about = subjects_of(rows)
        return [
            ClockLine(found, about.get(found.obligation.subject_id)) for found in deadlines(rows)
        ]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """The lists, the board and the statistics."""
        return [*super().tabs(), *((reverse(name), title, False) for name, title in BOARDS)]


BOARDS = (("clock-board", _("Board")), ("clock-rates", _("On time")))


clock_list = list_view(ClockList, Perm.OBLIGATION_VIEW)


@require_GET
@signed_in
def clock_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One clock: how it was counted, what was asked and given, and what this person can do."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def clock_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="clock", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Obligation:
    rows = Obligation.objects.watched_by(reader(request, Perm.OBLIGATION_VIEW))
    return fetch(rows.select_related("department", "counterpart"), pk)


def _shown(request: HttpRequest, row: Obligation, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "row": row,
        "deadline": deadlines([row])[0],
        "subject": subjects_of([row]).get(row.subject_id),
        **sent.context(row, actor, STEPS, lambda name: _is_offered(row, name)),
        "calendars": sorted(row.calendars.items()),
    }
    return page(request, "exchange/sharing/clock.html", context, status=sent.status)


def _is_offered(row: Obligation, verb: str) -> bool:
    if verb == "explain":
        return _is_missed(row) and not row.just_cause
    can_grow = row.state == "open" and CLOCKS[row.kind].extension and not row.extended_workdays
    if verb == "decline_extension":
        return bool(can_grow) and row.asked_at is not None
    return bool(can_grow) and not (verb == "ask_extension" and row.asked_at)


def _is_missed(row: Obligation) -> bool:
    ended: date = timezone.localdate(row.met_at) if row.met_at else timezone.localdate()
    return row.state != "cancelled" and row.kind not in KEEPING and ended > row.due_on


def _standings() -> list[tuple[str, Any]]:
    return [
        ("running", _("in time")),
        ("warning", _("due soon")),
        ("overdue", _("overdue")),
        ("met", _("met in time")),
        ("met_late", _("met late")),
        ("retained", _("to be kept")),
    ]

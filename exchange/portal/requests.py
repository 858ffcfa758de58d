"""Sharing requests in the portal: those made, those that arrived, and one with its whole story."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_page, reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, take_step
from exchange.answers import ANSWER_CLOCKS
from exchange.models import SharingRequest
from exchange.portal import cells as own_cells
from exchange.portal import sharing_words as words
from exchange.portal.deadlines import Deadline, nearest, open_by_subject
from exchange.portal.request_page import request_context
from exchange.portal.request_steps import STEPS, is_offered, next_step
from exchange.portal.sides import ALL, MADE, RECEIVED, STATE, SidesList
from exchange.states import REQUEST_OPEN, REQUEST_PENDING
from kernel import cells
from kernel.lists import Column, DayFilter, Filter
from kernel.pages import page
from kernel.rows import fetch

PATTERNS = "patterns"


@dataclass(frozen=True)
class RequestLine:
    """A request as a line of the list, with what this person can do next."""

    request: SharingRequest
    state: tuple[Any, str]
    deadline: Deadline | None
    next: Any

    @property
    def left(self) -> int | None:
        """Workdays left for the answer."""
        return self.deadline.left if self.deadline else None


class RequestList(SidesList):
    """Requests by tab: made by the department, arrived at it, all, and patterns; urgent first."""

    title = _("Sharing requests")
    search = ("entry__name__icontains", "basis__icontains", "scenario__icontains")
    search_title = _("Data, basis or scenario")
    order = ("due_on", "-created_at", "pk")
    bulk = {verb: STEPS[verb] for verb in ("agree", "receive")}
    perm = Perm.REQUEST_VIEW
    columns_of = {
        MADE: "department_id",
        RECEIVED: "provider_id",
        PATTERNS: "department_id",
    }
    titles_of = {
        ALL: _("All departments"),
        MADE: _("Made by us"),
        RECEIVED: _("Arrived here"),
        PATTERNS: _("Patterns"),
    }
    same = {MADE: "department", RECEIVED: "provider", PATTERNS: "department"}
    filters = (
        state_filter(words.REQUEST_STATES),
        Filter(
            "open", _("Only"), lambda actor: _narrow(), apply=lambda rows, value: _only(rows, value)
        ),
        Filter("department", _("Requester"), departments, "department_id"),
        Filter("provider", _("Provider"), departments, "provider_id"),
        DayFilter("since", _("Since"), "created_at__date__gte"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.request.entry.name,
            own_cells.request,
            ("entry__name",),
            width=36,
        ),
        Column(
            "department",
            _("Requester"),
            lambda line: line.request.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "provider",
            _("Provider"),
            lambda line: line.request.provider.name,
            sort=("provider__name",),
            width=28,
        ),
        Column(
            "system", _("System"), lambda line: line.request.system.name, is_extra=True, width=28
        ),
        STATE,
        Column(
            "left",
            _("Workdays left"),
            lambda line: line.left,
            own_cells.left,
            ("due_on",),
        ),
        Column(
            "next",
            _("What you can do"),
            lambda line: line.next,
            own_cells.next_of_request,
        ),
        Column(
            "submitted",
            _("Submitted"),
            lambda line: timezone.localtime(line.request.created_at).date(),
            cells.day,
            ("created_at",),
        ),
        Column("basis", _("Basis"), lambda line: line.request.basis, is_extra=True, width=48),
        Column(
            "scenario", _("Scenario"), lambda line: line.request.scenario, is_extra=True, width=48
        ),
    )

    def rows(self) -> Any:
        """The requests of the tab, each with the last day of its answer."""
        rows: Any = SharingRequest.objects.visible_to(self.actor)
        rows = rows.select_related("entry", "department", "provider", "system")
        rows = self.of_side(rows)
        if self.show == RECEIVED:
            rows = rows.filter(agreed_at__isnull=False)
        elif self.show == PATTERNS:
            rows = rows.exclude(template_name="")
        return rows.annotate(due_on=nearest(ANSWER_CLOCKS))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With states, what is left, and the next step."""
        clocks = open_by_subject([row.pk for row in rows], ANSWER_CLOCKS)
        return [
            RequestLine(
                row,
                words.REQUEST_STATES[row.state],
                clocks.get(row.pk),
                next_step(row, self.actor),
            )
            for row in rows
        ]

    def is_possible(self, verb: str, row: SharingRequest) -> bool:
        """As on its page."""
        return is_offered(row, self.actor, verb)

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """A new request, for who may submit one."""
        if not may(self.actor, Perm.REQUEST_SUBMIT):
            return []
        return [(reverse("request-new"), _("Ask for data"))]

    @property
    def nothing(self) -> Any:
        """Why there is nothing, by tab."""
        return _EMPTY[self.show]

    def _there(self) -> list[str]:
        asks = may(self.actor, Perm.REQUEST_SUBMIT)
        return [name for name in super()._there() if name != PATTERNS or asks]


_EMPTY = {
    MADE: _("Your department has asked for nothing yet. Find the data in the catalogue, then ask."),
    RECEIVED: _("No request has arrived at your department."),
    PATTERNS: _("No request is kept as a pattern. Open one and give it a name."),
    ALL: _("Nobody has asked for anything yet."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def request_list(request: HttpRequest) -> HttpResponseBase:
    """The requests, and how many wait for this department's answer."""
    actor = reader(request, Perm.REQUEST_VIEW)
    rows: Any = SharingRequest.objects.visible_to(actor)
    waiting = rows.filter(provider_id=actor.department_id, state__in=REQUEST_PENDING).count()
    return list_page(request, RequestList, "exchange/sharing/requests.html", waiting=waiting)


@require_GET
@signed_in
def request_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: what is asked for, its clocks, its story, and what this person can do."""
    return _shown(request, found_request(request, pk))


@require_POST
@signed_in
def request_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, found_request(request, pk), verb, STEPS, _shown, to="request", pk=pk)


def found_request(request: HttpRequest, pk: UUID) -> SharingRequest:
    """The request if this person may see it; NotFound else."""
    rows = SharingRequest.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    related = ("entry", "resource", "department", "provider", "system", "amends", "edition__grant")
    return fetch(rows.select_related(*related), pk)


def _shown(request: HttpRequest, row: SharingRequest, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = request_context(row, actor, sent)
    return page(request, "exchange/sharing/request.html", context, status=sent.status)


def _narrow() -> list[tuple[str, Any]]:
    return [("open", _("open ones")), ("overdue", _("overdue ones"))]


def _only(rows: Any, value: str) -> Any:
    if value == "open":
        return rows.filter(state__in=REQUEST_OPEN)
    return rows.filter(due_on__lt=timezone.localdate())

"""Grants in the portal: what one holds and what one gave, and one with everything about it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_page, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, take_step
from exchange.models import Grant
from exchange.portal import cells as own_cells
from exchange.portal import sharing_words as words
from exchange.portal.deadlines import Deadline, nearest, open_by_subject
from exchange.portal.grant_page import grant_context
from exchange.portal.grant_steps import STEPS, is_offered
from exchange.portal.sides import ALL, STATE, SidesList
from kernel import cells
from kernel.errors import Forbidden, NotFound
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

HELD, GIVEN = "held", "given"
UNUSED_DAYS = 90
CLOCKS = ("C5", "N5", "N6")
# Whoever sees grants at all: the sides and the supervision, or who may end them anywhere.
_READS = (Perm.REQUEST_VIEW, Perm.GRANT_REVOKE)


@dataclass(frozen=True)
class GrantLine:
    """A grant as a line of the list."""

    grant: Grant
    state: tuple[Any, str]
    deadline: Deadline | None

    @property
    def left(self) -> int | None:
        """Workdays left of the nearest duty about it."""
        return self.deadline.left if self.deadline else None


class GrantList(SidesList):
    """Grants by side, those with something owed first."""

    title = _("Grants")
    lead = _("Rights to data of another department: on which terms, until when, and what is owed.")
    nothing = _("There are no grants here. A grant begins with a request that is consented to.")
    search = ("request__entry__name__icontains", "system__name__icontains")
    search_title = _("Data or system")
    order = ("due_on", "ends_on", "pk")
    bulk = {"certify": STEPS["certify"]}
    perm = Perm.REQUEST_VIEW
    columns_of = {HELD: "department_id", GIVEN: "provider_id"}
    titles_of = {ALL: _("All departments"), HELD: _("Held by us"), GIVEN: _("Given by us")}
    same = {HELD: "department", GIVEN: "provider"}
    filters = (
        state_filter(words.GRANT_STATES),
        Filter(
            "use",
            _("Whether it is used"),
            lambda actor: _uses(),
            apply=lambda rows, value: _unused(rows),
        ),
        Filter("department", _("Requester"), departments, "department_id"),
        Filter("provider", _("Provider"), departments, "provider_id"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.grant.request.entry.name,
            cells.linked("grant", "grant.pk"),
            ("request__entry__name",),
            width=36,
        ),
        Column(
            "department",
            _("Requester"),
            lambda line: line.grant.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "provider",
            _("Provider"),
            lambda line: line.grant.provider.name,
            sort=("provider__name",),
            width=28,
        ),
        Column("system", _("System"), lambda line: line.grant.system.name, width=28),
        STATE,
        Column("ends", _("Until"), lambda line: line.grant.ends_on, cells.day, ("ends_on",)),
        Column(
            "certify",
            _("To be certified by"),
            lambda line: line.grant.certify_by,
            cells.day,
            ("certify_by",),
            is_extra=True,
        ),
        Column(
            "owed",
            _("Owed"),
            lambda line: line.left,
            own_cells.owed,
            ("due_on",),
        ),
        Column(
            "items", _("Items"), lambda line: len(line.grant.items), is_number=True, is_extra=True
        ),
    )

    def rows(self) -> Any:
        """The grants of the tab, each with the last day of what is owed."""
        rows: Any = Grant.objects.visible_to(self.actor)
        rows = rows.select_related("request__entry", "department", "provider", "system")
        return self.of_side(rows).annotate(due_on=nearest(CLOCKS))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With states and what is owed."""
        clocks = open_by_subject([row.pk for row in rows], CLOCKS)
        return [GrantLine(row, words.GRANT_STATES[row.state], clocks.get(row.pk)) for row in rows]

    def is_possible(self, verb: str, row: Grant) -> bool:
        """As on its page."""
        return is_offered(row, self.actor, verb)

    def _there(self) -> list[str]:
        everywhere = any(may_everywhere(self.actor, perm) for perm in _READS)
        return [ALL, HELD, GIVEN] if everywhere else [HELD, GIVEN]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def grant_list(request: HttpRequest) -> HttpResponseBase:
    """The grants."""
    _reader(request)
    return list_page(request, GrantList)


@require_GET
@signed_in
def grant_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One grant: terms, editions, use, subscriptions, duties, and what this person can do."""
    return _shown(request, found_grant(request, pk))


@require_POST
@signed_in
def grant_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, found_grant(request, pk), verb, STEPS, _shown, to="grant", pk=pk)


@require_GET
@signed_in
def grant_certificate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificate of disposal, to be printed."""
    grant = found_grant(request, pk)
    if grant.state != "disposed":
        raise NotFound()
    return page(request, "exchange/sharing/certificate.html", {"grant": grant})


def found_grant(request: HttpRequest, pk: UUID) -> Grant:
    """The grant if this person may see it; NotFound else."""
    rows = Grant.objects.visible_to(_reader(request))
    related = ("request__entry", "department", "provider", "system", "resource")
    return fetch(rows.select_related(*related), pk)


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not any(may(actor, perm) for perm in _READS):
        raise Forbidden(permission=Perm.REQUEST_VIEW.value)
    return actor


def _shown(request: HttpRequest, row: Grant, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = grant_context(row, actor, sent)
    return page(request, "exchange/sharing/grant.html", context, status=sent.status)


def _uses() -> list[tuple[str, Any]]:
    return [("unused", _("nothing read for 90 days"))]


def _unused(rows: Any) -> Any:
    since: date = timezone.localdate() - timedelta(days=UNUSED_DAYS)
    return rows.unused(since)

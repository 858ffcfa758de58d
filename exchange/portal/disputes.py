"""Disputes in the portal: the two departments, then the authority, then the government."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_view, state_filter
from exchange.actions.disputes import (
    open_dispute,
)
from exchange.models import Dispute, Grant, Objection, SharingRequest
from exchange.portal import sharing_words as words
from exchange.portal.beginnings import Beginning, begin
from exchange.portal.deadlines import Deadline, nearest, open_by_subject
from exchange.portal.request_forms import SharingForm, text
from exchange.portal.sides import ALL, LEFT, MADE, RECEIVED, STATE, SidesList
from kernel import cells
from kernel.errors import NotFound
from kernel.lists import Column, Filter
from kernel.rows import fetch

CLOCKS = ("N2", "N3")
RELATED = (
    "department",
    "respondent",
    "request__entry",
    "grant__request__entry",
    "objection__resource__published",
)


class ClaimForm(SharingForm):
    """What is disputed."""

    claim = text(_("What you dispute, and what you want"), 1000, rows=5)


@dataclass(frozen=True)
class DisputeLine:
    """A dispute as a line of the list."""

    dispute: Dispute
    state: tuple[Any, str]
    name: str
    about: Any
    deadline: Deadline | None


class DisputeList(SidesList):
    """Disputes by side, the most urgent first."""

    perm = Perm.REQUEST_VIEW
    columns_of = {MADE: "department_id", RECEIVED: "respondent_id"}
    titles_of = {ALL: _("All departments"), MADE: _("Opened by us"), RECEIVED: _("Against us")}
    same = {MADE: "department", RECEIVED: "respondent"}
    title = _("Disputes")
    lead = _("First the two negotiate, then the authority decides, then the government (Art. 28).")
    nothing = _(
        "There is no dispute. One is opened from the page of a request, grant or objection."
    )
    search = ("claim__icontains", "request__entry__name__icontains")
    search_title = _("Data or claim")
    order = ("due_on", "-created_at", "pk")
    filters = (
        state_filter(words.DISPUTE_STATES),
        Filter("department", _("Who disputes"), departments, "department_id"),
        Filter("respondent", _("Whom it is against"), departments, "respondent_id"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.name,
            cells.linked("dispute", "dispute.pk"),
            width=36,
        ),
        Column("about", _("What it concerns"), lambda line: line.about),
        Column(
            "department",
            _("Who disputes"),
            lambda line: line.dispute.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "respondent",
            _("Whom it is against"),
            lambda line: line.dispute.respondent.name,
            sort=("respondent__name",),
            width=28,
        ),
        STATE,
        LEFT,
        Column(
            "opened",
            _("Opened on"),
            lambda line: timezone.localtime(line.dispute.created_at).date(),
            cells.day,
            ("created_at",),
        ),
    )

    def rows(self) -> Any:
        """The disputes of the tab, each with the last day of what is owed."""
        rows: Any = Dispute.objects.visible_to(self.actor)
        return self.of_side(rows.select_related(*RELATED)).annotate(due_on=nearest(CLOCKS))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With states, what they are about, and what is left."""
        clocks = open_by_subject([row.pk for row in rows], CLOCKS)
        return [
            DisputeLine(
                row, words.DISPUTE_STATES[row.state], *subject_of(row)[:2], clocks.get(row.pk)
            )
            for row in rows
        ]


dispute_list = list_view(DisputeList, Perm.REQUEST_VIEW)


_SUBJECTS: dict[str, Any] = {"request": SharingRequest, "grant": Grant, "objection": Objection}


@require_http_methods(["GET", "POST"])
@signed_in
def dispute_new(request: HttpRequest) -> HttpResponse:
    """Dispute the request, the grant or the objection that the address names."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.DISPUTE_OPEN)
    kind = next((name for name in _SUBJECTS if name in request.GET), "")
    if not kind:
        raise NotFound()
    subject = fetch(_SUBJECTS[kind].objects.visible_to(actor), request.GET[kind])
    name, about, address = subject_of(Dispute(**{kind: subject}))
    return begin(
        request,
        Beginning(
            title=_("Open a dispute"),
            lead=_("Both departments negotiate first; either may then take it to the authority."),
            button=_("Open the dispute"),
            done=_("The other side has been told; it has ten workdays to negotiate."),
            form=ClaimForm,
            row=subject,
            make=partial(open_dispute, subject),
            to="dispute",
            back=(address, about),
            about=name,
        ),
    )


def subject_of(row: Dispute) -> tuple[str, Any, str]:
    """What a dispute is about: the name of the data, the kind of thing, its address."""
    if row.request:
        return (
            row.request.entry.name,
            _("Sharing request"),
            reverse("request", args=[row.request.pk]),
        )
    if row.grant:
        return row.grant.request.entry.name, _("Grant"), reverse("grant", args=[row.grant.pk])
    assert row.objection is not None  # noqa: S101 - the table holds exactly one of the three
    published = row.objection.resource.published
    name = published.name if published else str(row.objection.resource)
    return name, _("Objection"), reverse("objection", args=[row.objection.pk])

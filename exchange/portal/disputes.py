"""Disputes in the portal: the two departments, then the authority, then the government."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm, PortalForm
from accounts.portal.listing import list_page, reader
from accounts.portal.steps import Step, shown_steps, take_step
from exchange.actions.disputes import (
    decide_dispute,
    elevate_dispute,
    open_dispute,
    refer_dispute,
    respond_dispute,
    settle_dispute,
    withdraw_dispute,
)
from exchange.models import Dispute, Grant, Objection, SharingRequest
from exchange.portal import sharing_words as words
from exchange.portal.beginnings import Beginning, begin
from exchange.portal.deadlines import Deadline, deadlines, nearest, open_by_subject
from exchange.portal.request_forms import SharingForm, line, text
from exchange.portal.sides import ALL, MADE, RECEIVED, SidesList
from exchange.portal.stories import Told, story
from exchange.states import DISPUTE, DISPUTE_OPEN
from kernel.errors import NotFound
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.problems import Problem

CLOCKS = ("N2", "N3")
_RELATED = (
    "department",
    "respondent",
    "request__entry",
    "grant__request__entry",
    "objection__resource__published",
)


class ClaimForm(SharingForm):
    """What is disputed."""

    claim = text(_("What you dispute, and what you want"), 1000, rows=5)


class RespondForm(SharingForm):
    """The view of the other side."""

    response = text(_("The view of your department"), 1000, hint=_("Stated once."), rows=5)


class ElevateForm(SharingForm):
    """By which document the government was told."""

    document = line(_("Number of the report"))


class SettleForm(SharingForm):
    """What was agreed."""

    decision = text(_("What was agreed"), 1000)


class DecideForm(SharingForm):
    """What was decided."""

    outcome = forms.ChoiceField(
        label=_("Whose view it takes"),
        choices=[("", _("Choose")), *words.DISPUTE_OUTCOMES.items()],
    )
    decision = text(
        _("Decision"),
        1000,
        hint=_("Where a refused request is upheld, the provider answers it anew."),
    )
    document = line(_("Number of the decision"))


def _claimant(row: Dispute) -> UUID:
    return row.department_id


def _respondent(row: Dispute) -> UUID:
    return row.respondent_id


STEPS = {
    "respond": Step(
        respond_dispute,
        RespondForm,
        (Perm.DISPUTE_OPEN,),
        _("State your view"),
        _("The other side has your view."),
        _respondent,
    ),
    "settle": Step(
        settle_dispute,
        SettleForm,
        (Perm.DISPUTE_OPEN, Perm.DISPUTE_DECIDE),
        _("Record what was agreed"),
        _("What was agreed is recorded; the dispute is over."),
        _claimant,
    ),
    "refer": Step(
        refer_dispute,
        PlainForm,
        (Perm.DISPUTE_OPEN,),
        _("Take it to the authority"),
        _("The authority has it now."),
    ),
    "decide": Step(
        decide_dispute,
        DecideForm,
        (Perm.DISPUTE_DECIDE,),
        _("Enter the decision"),
        _("The decision has been entered; both sides have been told."),
    ),
    "elevate": Step(
        elevate_dispute,
        ElevateForm,
        (Perm.DISPUTE_DECIDE,),
        _("Report it to the government"),
        _("It is with the government now."),
    ),
    "withdraw": Step(
        withdraw_dispute,
        PlainForm,
        (Perm.DISPUTE_OPEN,),
        _("Take the dispute back"),
        _("The dispute has been taken back."),
        _claimant,
        _("Take this dispute back?"),
    ),
}


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
        Filter("state", _("State"), lambda actor: _states(), "state"),
        Filter("department", _("Who disputes"), departments, "department_id"),
        Filter("respondent", _("Whom it is against"), departments, "respondent_id"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.name,
            "exchange/sharing/cells/dispute.html",
            width=36,
        ),
        Column("about", _("What it is about"), lambda line: line.about),
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
        Column(
            "state",
            _("State"),
            lambda line: line.state[0],
            "exchange/sharing/cells/state.html",
            ("state",),
        ),
        Column(
            "left",
            _("Workdays left"),
            lambda line: line.deadline.left if line.deadline else None,
            "exchange/sharing/cells/left.html",
            ("due_on",),
        ),
        Column(
            "opened",
            _("Opened"),
            lambda line: timezone.localtime(line.dispute.created_at).date(),
            "components/day.html",
            ("created_at",),
        ),
    )

    def rows(self) -> Any:
        """The disputes of the tab, each with the last day of what is owed."""
        rows: Any = Dispute.objects.visible_to(self.actor)
        return self.of_side(rows.select_related(*_RELATED)).annotate(due_on=nearest(CLOCKS))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With states, what they are about, and what is left."""
        clocks = open_by_subject([row.pk for row in rows], CLOCKS)
        return [
            DisputeLine(
                row, words.DISPUTE_STATES[row.state], *subject_of(row)[:2], clocks.get(row.pk)
            )
            for row in rows
        ]


@require_GET
@signed_in
def dispute_list(request: HttpRequest) -> HttpResponseBase:
    """The disputes."""
    reader(request, Perm.REQUEST_VIEW)
    return list_page(request, DisputeList)


@require_GET
@signed_in
def dispute_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One dispute with both views, its story, and what this person can do."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def dispute_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="dispute", pk=pk)


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
    try:
        pk = UUID(request.GET[kind])
    except ValueError:
        raise NotFound() from None
    subject = get_object_or_404(_SUBJECTS[kind].objects.visible_to(actor), pk=pk)
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


def _found(request: HttpRequest, pk: UUID) -> Dispute:
    rows = Dispute.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    found: Dispute | None = rows.select_related(*_RELATED).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _shown(
    request: HttpRequest,
    row: Dispute,
    *,
    verb: str = "",
    form: PortalForm | None = None,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    clocks = Obligation.objects.filter(subject_id=row.pk).exclude(state="cancelled")
    name, about, address = subject_of(row)
    context = {
        "row": row,
        "name": name,
        "about": about,
        "address": address,
        "state": words.DISPUTE_STATES[row.state],
        "outcome": words.DISPUTE_OUTCOMES.get(row.outcome),
        "steps": shown_steps(row, actor, STEPS, lambda v: _is_offered(row, actor, v), verb, form),
        "summary": form.summary if form else [],
        "clocks": deadlines(clocks.order_by("started_at")),
        "events": story(_told(row), actor),
        "refused": refused,
    }
    return page(request, "exchange/sharing/dispute.html", context, status=status)


def _is_offered(row: Dispute, actor: Actor, verb: str) -> bool:
    """Whether the step can be taken in this state by this side."""
    if verb == "respond":
        return row.state in DISPUTE_OPEN and not row.response
    if not DISPUTE.allows(row.state, verb):
        return False
    is_party = actor.department_id in (row.department_id, row.respondent_id)
    if verb == "refer":
        return is_party
    if verb == "decide":
        return row.state == "with_government" or not is_party
    if verb == "settle":
        mediates = row.state != DISPUTE.start and may(actor, Perm.DISPUTE_DECIDE)
        return mediates or may(actor, Perm.DISPUTE_OPEN, row.department_id)
    return True


def _told(row: Dispute) -> list[Told]:
    told = [
        Told(row.created_at, _("Opened"), row.department, row.opened_by, row.claim),
        Told(row.referred_at, _("Taken to the authority")),
        Told(row.elevated_at, _("Reported to the government")),
    ]
    if row.state in ("settled", "decided"):
        title, _badge = words.DISPUTE_STATES[row.state]
        told.append(Told(row.ended_at, title, None, row.decided_by, row.decision, "good"))
    if row.state == "withdrawn":
        told.append(Told(row.ended_at, _("Taken back"), row.department))
    return told


def _states() -> list[tuple[str, Any]]:
    return [(state, title) for state, (title, _badge) in words.DISPUTE_STATES.items()]

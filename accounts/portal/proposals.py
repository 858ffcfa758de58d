"""Deeds for two people: what waits, what is proposed, and the answer of the second person."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.proposals import (
    confirm_proposal,
    propose,
    refuse_proposal,
    withdraw_proposal,
)
from accounts.actor import Actor
from accounts.models import Proposal
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import list_page, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.states import PROPOSAL
from accounts.twopersons import Deed, deed_named
from kernel import cells
from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.lists import Column, Filter, List
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch


def _deed_title(row: Proposal) -> Any:
    deed = deed_named(row.deed)
    return deed.title if deed else row.deed


class ProposalList(List):
    """The newest first."""

    title = _("Deeds for two people")
    lead = _(
        "What is dangerous is done only after a second person has confirmed it. "
        "It is proposed on the page of what it concerns."
    )
    nothing = _("Nothing dangerous is proposed.")
    order = ("-created_at", "pk")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [(state, word[0]) for state, word in words.PROPOSAL_STATES.items()],
            "state",
        ),
    )
    columns = (
        Column("deed", _("Deed"), _deed_title, cells.linked("proposal", "pk"), width=28),
        Column("subject", _("To what"), lambda row: row.subject_name, width=32),
        Column("by", _("Proposed by"), lambda row: row.proposed_by.name),
        Column("at", _("When"), lambda row: timezone.localtime(row.created_at), cells.moment),
        Column("state", _("State"), lambda row: words.PROPOSAL_STATES[row.state][0], cells.badge),
    )

    def rows(self) -> Any:
        """Those that concern the person."""
        rows: Any = Proposal.objects.visible_to(self.actor)
        return rows.select_related("proposed_by")


class Answer(Step):
    """A step whose rule is the proposal's own: the deed says who may confirm."""

    def is_for(self, actor: Actor, row: Any) -> bool:
        """Everybody who sees the proposal; is_possible says the rest."""
        return True


STEPS = {
    "confirm": Answer(
        confirm_proposal,
        PlainForm,
        (),
        *words.PROPOSAL_STEPS["confirm"],
        None,
        _("Confirm this? It is done at once."),
    ),
    "refuse": Answer(refuse_proposal, ReasonForm, (), *words.PROPOSAL_STEPS["refuse"]),
    "withdraw": Answer(withdraw_proposal, PlainForm, (), *words.PROPOSAL_STEPS["withdraw"]),
}


class ProposeForm(PortalForm):
    """Why it has to be done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("The second person reads it, and the trail keeps it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_safe
@signed_in
def proposal_list(request: HttpRequest) -> HttpResponseBase:
    """What waits, and what was done."""
    reader(request, Perm.PROPOSAL_VIEW)
    return list_page(request, ProposalList)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def proposal_new(request: HttpRequest, deed: str, subject: UUID) -> HttpResponse:
    """Propose a deed about this subject."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = deed_named(deed)
    if wanted is None or not may(actor, wanted.perm):
        raise NotFound()
    row = wanted.find(actor, subject)
    if row is None:
        raise NotFound()
    form = ProposeForm.of(row, actor, request)
    if request.method != "POST":
        return _form(request, wanted, row, form)
    if not form.is_valid():
        return _form(request, wanted, row, form, status=422)
    try:
        made = propose(actor=actor, deed=deed, subject=row.pk, **form.values)
    except (Invalid, Conflict, Forbidden) as refused:
        problem = refusal(refused)
        return _form(request, wanted, row, form, refused=problem, status=problem.status)
    messages.success(request, gettext("It is proposed; another person confirms or refuses it."))
    return redirect("proposal", pk=made.pk)


@require_safe
@signed_in
def proposal_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One proposal with what can be done."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def proposal_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Confirm, refuse or withdraw."""
    row = _found(request, pk)
    return take_step(request, row, verb, STEPS, _shown, to="proposal", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Proposal:
    rows: Any = Proposal.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return fetch(rows.select_related("proposed_by", "decided_by"), pk)


def _is_possible(actor: Actor, row: Proposal, verb: str) -> bool:
    if not PROPOSAL.allows(row.state, verb) or row.expires_at <= timezone.now():
        return False
    if verb == "withdraw":
        return row.proposed_by_id == actor.id
    deed = deed_named(row.deed)
    return (
        deed is not None
        and row.proposed_by_id != actor.id
        and may(actor, deed.confirms, row.department_id)
    )


def _form(
    request: HttpRequest,
    deed: Deed,
    row: Any,
    form: ProposeForm,
    *,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "deed": deed,
        "subject": deed.named(row),
        "form": form,
        "summary": form.summary if status == 422 else [],
        "refused": refused,
        "hours": int(deed.lasts.total_seconds() // 3600),
    }
    return page(request, "accounts/proposal_new.html", context, status=status)


def _shown(request: HttpRequest, row: Proposal, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "proposal": row,
        "title": _deed_title(row),
        "state": words.PROPOSAL_STATES[row.state],
        "is_mine": row.proposed_by_id == actor.id,
        **sent.context(row, actor, STEPS, lambda name: _is_possible(actor, row, name)),
    }
    return page(request, "accounts/proposal.html", context, status=sent.status)


def proposing(actor: Actor, deed: str, subject: UUID) -> str:
    """The address at which this actor proposes the deed; nothing if they may not."""
    wanted = deed_named(deed)
    if wanted is None or not may(actor, wanted.perm):
        return ""
    return reverse("proposal-new", args=[deed, subject])

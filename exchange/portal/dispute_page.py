"""One dispute in the portal: both views, its story, and the steps of each side."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm
from accounts.portal.listing import reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.disputes import (
    decide_dispute,
    elevate_dispute,
    refer_dispute,
    respond_dispute,
    settle_dispute,
    withdraw_dispute,
)
from exchange.models import Dispute
from exchange.portal import sharing_words as words
from exchange.portal.deadlines import deadlines
from exchange.portal.disputes import RELATED, subject_of
from exchange.portal.request_forms import SharingForm, line, text
from exchange.portal.stories import Told, story
from exchange.states import DISPUTE, DISPUTE_OPEN
from kernel.pages import page
from kernel.rows import fetch


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


def _found(request: HttpRequest, pk: UUID) -> Dispute:
    rows = Dispute.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    return fetch(rows.select_related(*RELATED), pk)


def _shown(request: HttpRequest, row: Dispute, sent: Sent = NOTHING_SENT) -> HttpResponse:
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
        **sent.context(row, actor, STEPS, lambda v: _is_offered(row, actor, v)),
        "clocks": deadlines(clocks.order_by("started_at")),
        "events": story(_told(row), actor),
    }
    return page(request, "exchange/sharing/dispute.html", context, status=sent.status)


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
        Told(row.created_at, _("Dispute opened"), row.department, row.opened_by),
        Told(row.referred_at, _("Taken to the authority")),
        Told(row.elevated_at, _("Reported to the government")),
    ]
    if row.state in ("settled", "decided"):
        title, _badge = words.DISPUTE_STATES[row.state]
        told.append(Told(row.ended_at, title, None, row.decided_by, row.decision, "good"))
    if row.state == "withdrawn":
        told.append(Told(row.ended_at, _("Taken back"), row.department))
    return told

"""Disputes between departments in three stages: the two, the authority, the government (Art. 28).

Either side may take it further; the authority never decides one to which its own department is a
party. What the government decides, the authority enters with the number of the document.
"""

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_authority, notify_department
from accounts.actions.obligations import cancel_obligation, meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.models import Member
from accounts.permissions import Perm, Role
from accounts.policy import may, require, require_another
from exchange.actions.answers import reopen_request
from exchange.actions.tellings import OFFICE
from exchange.models import Dispute, Grant, Objection, SharingRequest
from exchange.states import DISPUTE, DISPUTE_OPEN
from exchange.vocabulary import DisputeOutcome
from kernel.errors import Conflict, Forbidden
from kernel.texts import Text

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Dispute decided"),
    gettext_noop("Dispute elevated"),
    gettext_noop("Dispute opened"),
    gettext_noop("Dispute referred"),
    gettext_noop("Dispute responded"),
    gettext_noop("Dispute settled"),
    gettext_noop("Dispute withdrawn"),
)

Subject = SharingRequest | Grant | Objection
# What was never let out, was taken back or is long disposed of gives nothing to quarrel about.
_SETTLED = {
    SharingRequest: ("submitted", "declined", "withdrawn"),
    Grant: ("disposed",),
    Objection: ("withdrawn", "closed"),
}


@transaction.atomic
def open_dispute(subject: Subject, *, actor: Actor, claim: str) -> Dispute:
    """The head of one side disputes a request, a grant or an objection; both negotiate (N2).

    One dispute about a thing runs at a time.
    """
    sides = _sides(subject)
    side = _own_side(actor, sides)
    # Locked, so that of two who dispute the same thing the second one sees the first.
    kind = type(subject)
    locked = kind._base_manager.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
    if locked.state in _SETTLED[kind]:
        raise Conflict(
            Text("it is {state}; there is nothing to dispute", state=locked.state),
            state=locked.state,
        )
    named: dict[str, Any] = {_COLUMNS[kind]: subject}
    if Dispute.objects.filter(state__in=DISPUTE_OPEN, **named).exists():
        raise Conflict("a dispute about it is running already")
    dispute = Dispute.objects.create(
        department_id=side,
        respondent_id=sides[1] if side == sides[0] else sides[0],
        claim=claim,
        opened_by=cast(UUID, actor.id),
        **named,
    )
    clock = open_obligation(
        "N2",
        dispute,
        actor=actor,
        department_id=dispute.respondent_id,
        counterpart_id=dispute.department_id,
    )
    audit.record(actor, "dispute.opened", dispute, **{_COLUMNS[kind]: str(subject.pk)})
    _tell(
        dispute,
        dispute.respondent_id,
        actor,
        "dispute.opened",
        gettext_noop("Another department disputes what your department did; negotiate with it."),
        due_on=clock.due_on.isoformat(),
    )
    return dispute


@transaction.atomic
def respond_dispute(dispute: Dispute, *, actor: Actor, response: str) -> Dispute:
    """The other side states its view, once."""
    require(actor, Perm.DISPUTE_OPEN, dispute.respondent_id)
    locked = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if locked.state not in DISPUTE_OPEN:
        raise Conflict(Text("it is {state}", state=locked.state), state=locked.state)
    if locked.response:
        raise Conflict("your department has stated its view already")
    dispute.change(response=response)
    audit.record(actor, "dispute.responded", dispute)
    _tell(
        dispute,
        dispute.department_id,
        actor,
        "dispute.responded",
        gettext_noop("The other side has stated its view of your department's dispute."),
    )
    return dispute


@transaction.atomic
def refer_dispute(dispute: Dispute, *, actor: Actor) -> Dispute:
    """The two cannot agree: either side's head takes it to the authority, which owes a decision."""
    _own_side(actor, (dispute.department_id, dispute.respondent_id))
    DISPUTE.move(dispute, "refer", referred_at=timezone.now())
    meet_obligation("N2", dispute, actor=actor)
    authority = _authority()
    clock = open_obligation(
        "N3",
        dispute,
        actor=actor,
        department_id=authority,
        counterpart_id=dispute.department_id,
        started_at=dispute.referred_at,
    )
    audit.record(actor, "dispute.referred", dispute)
    notify_authority(
        dispute,
        actor=actor,
        verb="dispute.referred",
        reason=gettext_noop(
            "Two departments could not agree; the authority decides their dispute."
        ),
        resource=_named(dispute),
        due_on=clock.due_on.isoformat(),
    )
    _tell_sides(
        dispute,
        actor,
        "dispute.referred",
        gettext_noop("A dispute of your department went further."),
    )
    return dispute


@transaction.atomic
def elevate_dispute(dispute: Dispute, *, actor: Actor, document: str) -> Dispute:
    """The authority reports it to the government, by a document; its own duty is done."""
    require(actor, Perm.DISPUTE_DECIDE)
    DISPUTE.move(dispute, "elevate", elevated_at=timezone.now(), document=document)
    meet_obligation("N3", dispute, actor=actor)
    audit.record(actor, "dispute.elevated", dispute, document=document)
    _tell_sides(
        dispute,
        actor,
        "dispute.elevated",
        gettext_noop("A dispute of your department went further."),
    )
    return dispute


@transaction.atomic
def settle_dispute(dispute: Dispute, *, actor: Actor, decision: str) -> Dispute:
    """What was agreed: stated by the side that disputes, or by the authority that mediated."""
    if not (dispute.state != DISPUTE.start and may(actor, Perm.DISPUTE_DECIDE)):
        require(actor, Perm.DISPUTE_OPEN, dispute.department_id)
    DISPUTE.move(dispute, "settle", ended_at=timezone.now(), decided_by=actor.id, decision=decision)
    _stop_clocks(dispute, actor)
    audit.record(actor, "dispute.settled", dispute)
    _tell_sides(
        dispute, actor, "dispute.settled", gettext_noop("A dispute of your department has ended.")
    )
    return dispute


@transaction.atomic
def decide_dispute(
    dispute: Dispute, *, actor: Actor, outcome: str, decision: str, document: str
) -> Dispute:
    """Enter the authority's decision, or the government's, by the number of its document.

    Where a refused request is upheld, in whole or in part, the refusal falls and the provider
    answers anew (C4). Forbidden to whoever is a party: that one goes to the government.
    """
    require(actor, Perm.DISPUTE_DECIDE)
    for earlier in (dispute.opened_by, dispute.request.answered_by if dispute.request else None):
        require_another(actor, earlier)
    parties = (dispute.department_id, dispute.respondent_id)
    if dispute.state != "with_government" and actor.department_id in parties:
        raise Forbidden("your department is a party to it; elevate it to the government")
    DISPUTE.move(
        dispute,
        "decide",
        ended_at=timezone.now(),
        decided_by=actor.id,
        outcome=outcome,
        decision=decision,
        document=document,
    )
    _stop_clocks(dispute, actor)
    audit.record(actor, "dispute.decided", dispute, outcome=outcome, document=document)
    _tell_sides(
        dispute,
        actor,
        "dispute.decided",
        gettext_noop("A dispute of your department has been decided."),
        outcome=outcome,
        document=document,
    )
    _set_aside(dispute, actor)
    return dispute


@transaction.atomic
def withdraw_dispute(dispute: Dispute, *, actor: Actor) -> Dispute:
    """The side that disputes takes it back."""
    require(actor, Perm.DISPUTE_OPEN, dispute.department_id)
    DISPUTE.move(dispute, "withdraw", ended_at=timezone.now())
    for kind in ("N2", "N3"):
        cancel_obligation(kind, dispute, actor=actor)
    audit.record(actor, "dispute.withdrawn", dispute)
    _tell_sides(
        dispute, actor, "dispute.withdrawn", gettext_noop("A dispute of your department has ended.")
    )
    return dispute


_COLUMNS: dict[type[Subject], str] = {
    SharingRequest: "request",
    Grant: "grant",
    Objection: "objection",
}


def _sides(subject: Subject) -> tuple[UUID, UUID]:
    other = subject.respondent_id if isinstance(subject, Objection) else subject.provider_id
    return subject.department_id, other


def _own_side(actor: Actor, sides: tuple[UUID, UUID]) -> UUID:
    """The side for which the actor speaks; Forbidden for everybody else."""
    require(actor, Perm.DISPUTE_OPEN)
    own = next((side for side in sides if may(actor, Perm.DISPUTE_OPEN, side)), None)
    if own is None:
        raise Forbidden("only the two sides may do this", permission=Perm.DISPUTE_OPEN.value)
    return own


def _set_aside(dispute: Dispute, actor: Actor) -> None:
    request = dispute.request
    if request is None or dispute.outcome == DisputeOutcome.DISMISSED:
        return
    request.refresh_from_db()
    # It may have been asked and answered anew while the two quarrelled.
    if request.state == "refused":
        reopen_request(request, actor=actor, document=dispute.document)


def _authority() -> UUID:
    """The department of the authority: of whoever has held the role longest."""
    held = Member.objects.filter(roles__contains=[Role.AUTHORITY.value], is_active=True)
    found = held.order_by("created_at").values_list("department_id", flat=True).first()
    if found is None:
        raise Conflict("nobody here is the sharing authority, so it cannot be referred to it")
    return found


def _stop_clocks(dispute: Dispute, actor: Actor) -> None:
    for kind in ("N2", "N3"):
        meet_obligation(kind, dispute, actor=actor, at=dispute.ended_at)


def _named(dispute: Dispute) -> str:
    """The name of the resource, as the version said on which the two first met."""
    if dispute.objection is not None:
        return str(dispute.objection.resource)
    request = dispute.request or cast(Grant, dispute.grant).request
    return request.entry.name


def _tell(
    dispute: Dispute, department_id: UUID, actor: Actor, verb: str, reason: str, **facts: Any
) -> None:
    notify_department(
        dispute,
        actor=actor,
        department_id=department_id,
        roles=OFFICE,
        verb=verb,
        reason=reason,
        resource=_named(dispute),
        **facts,
    )


def _tell_sides(dispute: Dispute, actor: Actor, verb: str, reason: str, **facts: Any) -> None:
    for side in (dispute.department_id, dispute.respondent_id):
        _tell(dispute, side, actor, verb, reason, **facts)

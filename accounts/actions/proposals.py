"""Deeds for two people: proposed by one, confirmed by another, then done."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.models import Proposal
from accounts.permissions import Perm
from accounts.policy import require, require_another
from accounts.signin_errors import AlreadyProposed, SecondPersonNeeded
from accounts.states import PROPOSAL, PROPOSAL_OPEN
from accounts.twopersons import Deed, deed_named
from kernel.errors import Forbidden, Gone, Invalid


@transaction.atomic
def propose(*, actor: Actor, deed: str, subject: UUID, reason: str) -> Proposal:
    """Propose a dangerous deed; nothing is done before another person confirms it."""
    wanted = deed_named(deed)
    if wanted is None:
        raise Invalid.field("deed", "there is no such deed for two people", "not-found")
    if not actor.is_person:
        raise Forbidden("people propose such deeds, not information systems")
    require(actor, wanted.perm)
    row = wanted.find(actor, subject)
    if row is None:
        raise Invalid.field("subject", "there is no such thing", "not-found")
    owner = wanted.owner(row)
    require(actor, wanted.perm, owner)
    _expire(Proposal.objects.filter(deed=deed, subject_id=row.pk, proposed_by_id=actor.id))
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                deed=deed,
                subject_type=str(row._meta.model_name),
                subject_id=row.pk,
                subject_name=wanted.named(row)[:200],
                department_id=owner,
                reason=reason,
                proposed_by_id=actor.id,  # type: ignore[misc]
                expires_at=timezone.now() + wanted.lasts,
            )
    except IntegrityError as twice:
        raise AlreadyProposed() from twice
    told = {"deed": deed, "of": str(row.pk), "reason": reason}
    audit.record(actor, "proposal.made", made, **told)
    return made


@transaction.atomic
def confirm_proposal(row: Proposal, *, actor: Actor) -> Proposal:
    """As another person agree to the deed; it is done now, or may be done by the proposer."""
    deed = _deed(row)
    require(actor, deed.confirms, row.department_id)
    require_another(actor, row.proposed_by_id)
    if not actor.is_person:
        raise Forbidden("people confirm such deeds, not information systems")
    subject = deed.find(actor, row.subject_id)
    _require_time(row)
    PROPOSAL.move(row, "confirm", decided_by_id=actor.id, decided_at=timezone.now())
    audit.record(actor, "proposal.confirmed", row, deed=row.deed, of=str(row.subject_id))
    if deed.carry_out is None:
        return row
    if subject is None:
        raise Gone("what was proposed for is not there any more")
    outcome = deed.carry_out(subject, actor=actor, reason=row.reason)
    return _done(row, actor, outcome)


@transaction.atomic
def refuse_proposal(row: Proposal, *, actor: Actor, reason: str) -> Proposal:
    """As another person refuse the deed."""
    require(actor, _deed(row).confirms, row.department_id)
    require_another(actor, row.proposed_by_id)
    now = timezone.now()
    PROPOSAL.move(row, "refuse", decided_by_id=actor.id, decided_at=now, answer=reason)
    audit.record(actor, "proposal.refused", row, deed=row.deed, reason=reason)
    return row


@transaction.atomic
def withdraw_proposal(row: Proposal, *, actor: Actor) -> Proposal:
    """Give one's own proposal up before the deed is done."""
    if row.proposed_by_id != actor.id:
        raise Forbidden("a proposal is withdrawn by whoever made it")
    PROPOSAL.move(row, "withdraw")
    audit.record(actor, "proposal.withdrawn", row, deed=row.deed)
    return row


@transaction.atomic
def spend(deed: str, subject: models.Model, *, actor: Actor, **outcome: Any) -> Proposal:
    """Use up the actor's confirmed proposal for this deed, in the deed's own transaction.

    SecondPersonNeeded unless there is one whose time has not run out; it serves once.
    """
    rows = Proposal.objects.select_for_update().filter(
        deed=deed,
        subject_type=str(subject._meta.model_name),
        subject_id=subject.pk,
        proposed_by_id=actor.id,
        state="confirmed",
        expires_at__gt=timezone.now(),
    )
    row = rows.first()
    if row is None:
        raise SecondPersonNeeded(deed=deed, subject=str(subject.pk))
    return _done(row, actor, outcome)


def expire_proposals(*, actor: Actor) -> int:
    """Close the proposals whose time has run out; how many."""
    require(actor, Perm.MEMBER_DEACTIVATE)
    closed = 0
    for row in Proposal.objects.filter(state__in=PROPOSAL_OPEN, expires_at__lte=timezone.now()):
        with transaction.atomic():
            PROPOSAL.move(row, "expire")
            audit.record(actor, "proposal.expired", row, deed=row.deed)
        closed += 1
    return closed


def _deed(row: Proposal) -> Deed:
    found = deed_named(row.deed)
    if found is None:
        raise Gone("this platform knows the proposed deed no more")
    return found


def _done(row: Proposal, actor: Actor, outcome: dict[str, Any]) -> Proposal:
    PROPOSAL.move(row, "carry_out", outcome=outcome)
    audit.record(actor, "proposal.carried_out", row, deed=row.deed, outcome=outcome)
    return row


def _require_time(row: Proposal) -> None:
    if row.expires_at <= timezone.now():
        raise Gone("the time to confirm this has run out; it has to be proposed anew")


def _expire(rows: Any) -> None:
    over = rows.filter(state__in=PROPOSAL_OPEN, expires_at__lte=timezone.now())
    over.update(state="expired")

"""What the provider does with a request: receive, ask once, prepare, sign (Order 809 Art. 20-21).

Two people answer: a steward prepares, then the head signs what was prepared. Nothing that stands
in the answer is written by the one who signs.
"""

from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.obligations import meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.evidence import require_stored
from accounts.permissions import Perm
from accounts.policy import require, require_another
from exchange.actions.holds import settle_hold
from exchange.actions.subscriptions import restart_lanes
from exchange.actions.tellings import HEAD, STEWARD, tell_provider, tell_requester
from exchange.answers import (
    ANSWER_CLOCKS,
    certify_until,
    check_left_out,
    check_refusal,
    check_terms,
    read_written,
    written,
)
from exchange.errors import AlreadyAsked, GrantEnded
from exchange.models import Grant, GrantEdition, SharingRequest
from exchange.models.terms import terms_of
from exchange.states import GRANT_RUNNING, REQUEST
from kernel.errors import Conflict
from kernel.sealing import seal
from kernel.texts import Text


@transaction.atomic
def receive_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The provider's steward takes it on (受理); the clock has been running since it arrived."""
    require(actor, Perm.REQUEST_PREPARE, request.provider_id)
    REQUEST.move(request, "receive", received_by=actor.id, received_at=timezone.now())
    audit.record(actor, "request.received", request)
    tell_requester(
        request,
        actor=actor,
        verb="request.received",
        reason=gettext_noop("The provider has taken on your department's request."),
        roles=STEWARD,
    )
    return request


@transaction.atomic
def ask_request(request: SharingRequest, *, actor: Actor, missing: str) -> SharingRequest:
    """Ask once for everything that is missing (一次性告知); the clock goes on meanwhile.

    AlreadyAsked the second time. That something is missing is no ground to refuse.
    """
    require(actor, Perm.REQUEST_PREPARE, request.provider_id)
    found = _locked(request)
    if found.asked_at:
        raise AlreadyAsked(asked_at=found.asked_at.isoformat())
    REQUEST.move(request, "ask", asked_by=actor.id, asked_at=timezone.now(), asked_for=missing)
    audit.record(actor, "request.asked", request, missing=missing)
    tell_requester(
        request,
        actor=actor,
        verb="request.asked",
        reason=gettext_noop(
            "The provider asks your department for what is missing in its request."
        ),
    )
    return request


@transaction.atomic
def prepare_answer(
    request: SharingRequest, *, actor: Actor, consent: bool, **content: Any
) -> SharingRequest:
    """The provider's steward writes the answer that the head will sign.

    A consent's content are columns of Terms (as asked for where not named) and ``left_out``, a
    reason for each item that is asked for and not granted. A refusal's are ``ground``, ``reason``
    and ``basis``: RefusalUnfounded without one of them.
    """
    require(actor, Perm.REQUEST_PREPARE, request.provider_id)
    require_another(actor, request.submitted_by)
    REQUEST.check(request, "prepare")
    answer = _consent(request, content) if consent else _refusal(request, content)
    REQUEST.move(
        request, "prepare", answer=answer, prepared_by=actor.id, prepared_at=timezone.now()
    )
    audit.record(actor, "request.prepared", request, consent=consent)
    tell_provider(
        request,
        actor=actor,
        verb="request.prepared",
        reason=gettext_noop("A prepared answer waits for the signature of your department's head."),
        roles=HEAD,
    )
    return request


@transaction.atomic
def return_answer(request: SharingRequest, *, actor: Actor, reason: str) -> SharingRequest:
    """The provider's head does not sign it; the steward prepares another."""
    require(actor, Perm.REQUEST_ANSWER, request.provider_id)
    REQUEST.move(request, "return", prepared_by=None, prepared_at=None)
    audit.record(actor, "request.returned", request, reason=reason)
    tell_provider(
        request,
        actor=actor,
        verb="request.returned",
        reason=gettext_noop("Your department's head wants another answer to this request."),
        roles=STEWARD,
        why=reason,
    )
    return request


@transaction.atomic
def consent_request(request: SharingRequest, *, actor: Actor) -> Grant:
    """The provider's head signs the prepared consent; delivery is owed from now (C5).

    The terms are checked again as the catalogue is now. An amendment writes the next edition of
    its grant, whose lanes start anew; anything else makes a grant. EvidenceNotStored while no
    evidence of it would leave the database.
    """
    _require_signature(request, actor)
    require_stored()
    # The grant first, as its end locks it before it takes back what would amend it.
    amended = _amended(request)
    now = timezone.now()
    REQUEST.check(request, "consent")
    terms = check_terms(request, read_written(_prepared(request, consent=True)["terms"]))
    _move_prepared(request, "consent", answered_by=actor.id, answered_at=now)
    grant = _amend(amended, request, terms) if amended else _make(request, terms)
    GrantEdition.objects.create(
        grant=grant, number=grant.edition, request=request, **terms_of(grant)
    )
    _stop_clocks(request, actor)
    open_obligation(
        "C5",
        grant,
        actor=actor,
        department_id=request.provider_id,
        counterpart_id=request.department_id,
        started_at=now,
    )
    audit.record(
        actor,
        "request.consented",
        request,
        grant=str(grant.pk),
        edition=grant.edition,
        items=grant.items,
    )
    if amended:
        restart_lanes(grant, actor=actor)
    settle_hold(grant.resource_id, actor=actor)
    tell_requester(
        request,
        actor=actor,
        verb="request.consented",
        reason=gettext_noop("The provider has answered your department's request."),
        edition=grant.edition,
    )
    return grant


@transaction.atomic
def refuse_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The provider's head signs the prepared refusal, with its ground, reason and law (Art. 21)."""
    _require_signature(request, actor)
    REQUEST.check(request, "refuse")
    answer = check_refusal(request, **_prepared(request, consent=False)["refusal"])
    _move_prepared(
        request,
        "refuse",
        answered_by=actor.id,
        answered_at=timezone.now(),
        answer_ground=answer["ground"],
        answer_reason=answer["reason"],
        answer_basis=answer["basis"],
    )
    _stop_clocks(request, actor)
    audit.record(actor, "request.refused", request, **answer)
    tell_requester(
        request,
        actor=actor,
        verb="request.refused",
        reason=gettext_noop("The provider has answered your department's request."),
    )
    return request


@transaction.atomic
def reopen_request(request: SharingRequest, *, actor: Actor, document: str) -> SharingRequest:
    """A dispute's decision, by its number, sets a refusal aside: the provider answers anew (C4)."""
    require(actor, Perm.DISPUTE_DECIDE, request.provider_id)
    REQUEST.move(
        request,
        "reopen",
        answer={},
        prepared_by=None,
        prepared_at=None,
        answered_by=None,
        answered_at=None,
        answer_ground="",
        answer_reason="",
        answer_basis="",
    )
    clock = open_obligation(
        "C4",
        request,
        actor=actor,
        department_id=request.provider_id,
        counterpart_id=request.department_id,
    )
    audit.record(actor, "request.reopened", request, document=document)
    for tell in (tell_provider, tell_requester):
        tell(
            request,
            actor=actor,
            verb="request.reopened",
            reason=gettext_noop(
                "The authority's decision sets the refusal aside; the provider answers anew."
            ),
            document=document,
            due_on=clock.due_on.isoformat(),
        )
    return request


def _consent(request: SharingRequest, content: dict[str, Any]) -> dict[str, Any]:
    left_out = content.pop("left_out", {})
    terms = check_terms(request, content)
    return {
        "consent": True,
        "terms": written(terms),
        "left_out": check_left_out(request, terms, left_out),
    }


def _refusal(request: SharingRequest, content: dict[str, Any]) -> dict[str, Any]:
    said = {name: content.get(name, "") for name in ("ground", "reason", "basis")}
    return {"consent": False, "refusal": check_refusal(request, **said)}


def _require_signature(request: SharingRequest, actor: Actor) -> None:
    require(actor, Perm.REQUEST_ANSWER, request.provider_id)
    # One person may hold offices in both departments, and two in one.
    for earlier in (request.submitted_by, request.agreed_by, request.prepared_by):
        require_another(actor, earlier)


def _prepared(request: SharingRequest, *, consent: bool) -> dict[str, Any]:
    answer: dict[str, Any] = request.answer
    if answer.get("consent") is not consent:
        other = "a refusal" if consent else "a consent"
        raise Conflict(Text("the prepared answer is {other}; return it, or sign that", other=other))
    return answer


def _move_prepared(request: SharingRequest, move: str, **columns: Any) -> None:
    """Sign the answer that was read, and no other that was prepared since."""
    found = _locked(request)
    if found.state == request.state and found.prepared_at != request.prepared_at:
        raise Conflict("another answer has been prepared since you read it")
    REQUEST.move(request, move, **columns)


def _locked(request: SharingRequest) -> SharingRequest:
    return SharingRequest.objects.select_for_update().get(pk=request.pk)


def _amended(request: SharingRequest) -> Grant | None:
    if request.amends_id is None:
        return None
    grant = Grant.objects.select_for_update().get(pk=request.amends_id)
    if grant.state not in GRANT_RUNNING:
        raise GrantEnded("it cannot be amended any more", grant=str(grant.pk))
    return grant


def _make(request: SharingRequest, terms: dict[str, Any]) -> Grant:
    return Grant.objects.create(
        request=request,
        resource_id=request.resource_id,
        department_id=request.department_id,
        provider_id=request.provider_id,
        system_id=request.system_id,
        sealed_salt=seal(token_hex(32)),
        certify_by=certify_until(terms["ends_on"]),
        **terms,
    )


def _amend(grant: Grant, request: SharingRequest, terms: dict[str, Any]) -> Grant:
    grant.change(edition=grant.edition + 1, certify_by=certify_until(terms["ends_on"]), **terms)
    return grant


def _stop_clocks(request: SharingRequest, actor: Actor) -> None:
    for kind in ANSWER_CLOCKS:
        meet_obligation(kind, request, actor=actor, at=request.answered_at)

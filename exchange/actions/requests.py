"""Everything that can happen to a sharing request (Order 809 Art. 20-21)."""

from datetime import date
from secrets import token_hex
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.obligations import cancel_obligation, meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require, require_another
from accounts.states import RUNNING
from catalog.errors import NotInForce
from catalog.models import Entry, Resource
from catalog.vocabulary import ShareType
from exchange.actions.holds import settle_hold
from exchange.errors import GrantTooWide, NotShared, NotYourSystem
from exchange.models import Grant, GrantEdition, SharingRequest
from exchange.models.terms import TERMS, terms_of
from exchange.secrets import seal
from exchange.states import REQUEST
from kernel.errors import Invalid


@transaction.atomic
def submit_request(
    resource: Resource,
    *,
    actor: Actor,
    system: InformationSystem,
    items: list[str],
    modes: list[str],
    basis: str,
    scenario: str,
    scope: str,
    ends_on: date,
) -> SharingRequest:
    """Ask for named items of a resource, with the five statements that Art. 20 wants."""
    require(actor, Perm.REQUEST_SUBMIT)
    entry = resource.published
    if entry is None:
        raise NotInForce()
    if entry.share_type == ShareType.NOT_SHARED:
        raise NotShared(entry.refusal_reason, legal_basis=entry.legal_basis)
    if resource.department_id == actor.department_id:
        raise Invalid.field("resource", "is your own department's", "own-resource")
    _check_system(system, actor)
    _check_items(entry, items)
    _check_modes(entry, modes)
    if ends_on <= timezone.localdate():
        raise Invalid.field("ends_on", "must be a day to come")
    request = SharingRequest.objects.create(
        resource=resource,
        entry=entry,
        department_id=system.department_id,
        provider_id=resource.department_id,
        system=system,
        items=items,
        modes=modes,
        basis=basis,
        scenario=scenario,
        scope=scope,
        ends_on=ends_on,
        submitted_by=cast(UUID, actor.id),
    )
    audit.record(actor, "request.submitted", request, resource=str(resource.pk), items=items)
    return request


@transaction.atomic
def agree_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The requester's head agrees; the provider receives it and its clock starts (C3 or C4)."""
    require(actor, Perm.REQUEST_AGREE, request.department_id)
    require_another(actor, request.submitted_by)
    now = timezone.now()
    REQUEST.move(request, "agree", agreed_by=actor.id, agreed_at=now)
    open_obligation(
        answer_clock(request),
        request,
        actor=actor,
        department_id=request.provider_id,
        started_at=now,
    )
    audit.record(actor, "request.agreed", request)
    return request


@transaction.atomic
def decline_request(request: SharingRequest, *, actor: Actor, reason: str) -> SharingRequest:
    """The requester's own head does not let it out."""
    require(actor, Perm.REQUEST_AGREE, request.department_id)
    REQUEST.move(request, "decline", answered_by=actor.id, answer_reason=reason)
    audit.record(actor, "request.declined", request, reason=reason)
    return request


@transaction.atomic
def consent_request(
    request: SharingRequest, *, actor: Actor, items: list[str], **terms: Any
) -> Grant:
    """The provider's head consents to all or some of the items; delivery is owed from now (C5).

    ``terms`` are further columns of Terms; what is not named there is as it was asked for.
    """
    require(actor, Perm.REQUEST_ANSWER, request.provider_id)
    # One person may hold offices in both departments.
    require_another(actor, request.submitted_by)
    require_another(actor, request.agreed_by)
    _check_grant(request, items)
    now = timezone.now()
    REQUEST.move(request, "consent", answered_by=actor.id, answered_at=now)
    grant = Grant.objects.create(
        request=request,
        resource_id=request.resource_id,
        department_id=request.department_id,
        provider_id=request.provider_id,
        system_id=request.system_id,
        sealed_salt=seal(token_hex(32)),
        **(terms_asked(request) | terms | {"items": items}),
    )
    GrantEdition.objects.create(
        grant=grant, number=grant.edition, request=request, **terms_of(grant)
    )
    meet_obligation(answer_clock(request), request, actor=actor, at=now)
    open_obligation("C5", grant, actor=actor, department_id=request.provider_id, started_at=now)
    audit.record(actor, "request.consented", request, grant=str(grant.pk), items=items)
    settle_hold(grant.resource_id, actor=actor)
    return grant


@transaction.atomic
def refuse_request(request: SharingRequest, *, actor: Actor, reason: str) -> SharingRequest:
    """The provider's head refuses, and says why (Art. 21)."""
    require(actor, Perm.REQUEST_ANSWER, request.provider_id)
    now = timezone.now()
    REQUEST.move(request, "refuse", answered_by=actor.id, answered_at=now, answer_reason=reason)
    meet_obligation(answer_clock(request), request, actor=actor, at=now)
    audit.record(actor, "request.refused", request, reason=reason)
    return request


@transaction.atomic
def withdraw_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The requester takes it back before an answer."""
    require(actor, Perm.REQUEST_SUBMIT, request.department_id)
    REQUEST.move(request, "withdraw")
    cancel_obligation(answer_clock(request), request, actor=actor)
    audit.record(actor, "request.withdrawn", request)
    return request


def terms_asked(request: SharingRequest) -> dict[str, Any]:
    """The terms of a grant, by column, that a consent in full would set."""
    same = set(TERMS) - {"masks", "condition"}
    return {name: getattr(request, name) for name in TERMS if name in same}


def answer_clock(request: SharingRequest) -> str:
    """C3 for unconditionally shared data, C4 for conditionally shared (Art. 21)."""
    unconditional = request.entry.share_type == ShareType.UNCONDITIONAL
    return "C3" if unconditional else "C4"


def _check_system(system: InformationSystem, actor: Actor) -> None:
    if system.department_id != actor.department_id or system.state not in RUNNING:
        raise NotYourSystem.field("system", "must be a running system of your department")


def _check_items(entry: Entry, items: list[str]) -> None:
    shared = {item.column for item in entry.items.all() if item.share_type != ShareType.NOT_SHARED}
    strange = sorted(set(items) - shared)
    if strange:
        raise Invalid.field("items", f"{strange[0]!r} is not a shared item", "unknown-item")
    _check_key(entry, items)


def _check_key(entry: Entry, items: list[str]) -> None:
    """Changes name their rows by the key, so that no request or grant can be without it."""
    keys = {item.column for item in entry.items.all() if item.is_key}
    missing = sorted(keys - set(items))
    if missing:
        raise GrantTooWide.field(
            "items", f"the key item {missing[0]!r} must be among them", "key-missing"
        )


def _check_modes(entry: Entry, modes: list[str]) -> None:
    strange = sorted(set(modes) - set(entry.share_modes))
    if strange:
        known = ", ".join(entry.share_modes)
        raise Invalid.field("modes", f"the catalogue offers: {known}", "mode-not-offered")


def _check_grant(request: SharingRequest, items: list[str]) -> None:
    wider = sorted(set(items) - set(request.items))
    if wider:
        raise GrantTooWide.field("items", f"{wider[0]!r} was not requested", "not-requested")
    if request.resource.published is None:
        raise NotInForce()
    _check_key(request.resource.published, items)

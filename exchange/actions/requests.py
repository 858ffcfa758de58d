"""What the requester does with a sharing request, until its own head has let it out (Art. 20)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.obligations import cancel_obligation, open_obligation
from accounts.actor import CLOCK, Actor
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require, require_another
from catalog.items import entry_in_force
from catalog.models import Resource
from exchange.actions.answers import prepare_answer, receive_request
from exchange.actions.tellings import HEAD, STEWARD, tell_provider, tell_requester
from exchange.answers import ANSWER_CLOCKS, answer_clock, check_terms, is_unconditional
from exchange.asking import check_amended, check_asked, statements_of
from exchange.models import Grant, SharingRequest
from exchange.states import REQUEST
from kernel.errors import Conflict, DomainError, Invalid
from kernel.models import uuid7


@transaction.atomic
def submit_request(
    resource: Resource,
    *,
    actor: Actor,
    system: InformationSystem,
    items: Sequence[str],
    modes: Sequence[str],
    basis: str,
    scenario: str,
    scope: str,
    ends_on: date,
    purposes: Sequence[str],
    amends: Grant | None = None,
    **further: Any,
) -> SharingRequest:
    """Ask for named items of a resource, with the five statements that Art. 20 wants.

    ``further`` are other columns of exchange.asking.STATEMENTS, and ``application``. ``amends``
    is a running grant of this system whose terms are to change; until consent they hold.
    """
    require(actor, Perm.REQUEST_SUBMIT)
    entry = entry_in_force(resource)
    asked = {
        "items": list(items),
        "modes": list(modes),
        "purposes": list(purposes),
        "basis": basis,
        "scenario": scenario,
        "scope": scope,
        "ends_on": ends_on,
        **further,
    }
    if amends is not None:
        check_amended(amends, resource, system)
    request = SharingRequest.objects.create(
        resource=resource,
        entry=entry,
        department_id=system.department_id,
        provider_id=resource.department_id,
        system=system,
        amends=amends,
        submitted_by=cast(UUID, actor.id),
        **check_asked(resource, entry, system, actor, asked),
    )
    facts = {"amends": str(amends.pk)} if amends else {}
    audit.record(
        actor, "request.submitted", request, resource=str(resource.pk), items=request.items, **facts
    )
    tell_requester(
        request,
        actor=actor,
        verb="request.submitted",
        reason=gettext_noop("A request of your department waits for its head's agreement."),
        roles=HEAD,
    )
    return request


@transaction.atomic
def submit_application(
    parts: Sequence[dict[str, Any]], *, actor: Actor, system: InformationSystem, **statements: Any
) -> list[SharingRequest]:
    """Ask for items of several resources at once: one request for each part, or none at all.

    A part names its ``resource`` and what of it differs from the common statements. Each provider
    answers for its own part; a refusal names the part in its pointers.
    """
    require(actor, Perm.REQUEST_SUBMIT)
    application, made = uuid7(), []
    for place, part in enumerate(parts):
        said = {**statements, **part, "application": application}
        try:
            made.append(submit_request(said.pop("resource"), actor=actor, system=system, **said))
        except DomainError as refused:
            raise _of_part(refused, place) from refused
    return made


@transaction.atomic
def repeat_request(
    like: SharingRequest,
    *,
    actor: Actor,
    resource: Resource,
    system: InformationSystem,
    **changes: Any,
) -> SharingRequest:
    """Ask again as an earlier request of the department did, but for the changes."""
    require(actor, Perm.REQUEST_SUBMIT, like.department_id)
    said = statements_of(like) | changes
    return submit_request(resource, actor=actor, system=system, **said)


@transaction.atomic
def name_template(request: SharingRequest, *, actor: Actor, name: str) -> SharingRequest:
    """Keep a request as a pattern of the department under this name; an empty name drops it."""
    require(actor, Perm.REQUEST_SUBMIT, request.department_id)
    try:
        with transaction.atomic():
            request.change(template_name=name)
    except IntegrityError as taken:
        raise Conflict("another request is kept under this name") from taken
    audit.record(actor, "request.template_named", request, name=name)
    return request


@transaction.atomic
def agree_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The requester's head agrees; the provider receives it and its clock starts (C3 or C4).

    What is shared unconditionally is received and prepared by the clock, in full: the provider's
    head needs but to sign. Return flow runs under the platform's own clock besides (N4).
    """
    require(actor, Perm.REQUEST_AGREE, request.department_id)
    require_another(actor, request.submitted_by)
    now = timezone.now()
    REQUEST.move(request, "agree", agreed_by=actor.id, agreed_at=now)
    kinds = [answer_clock(request), *(["N4"] if request.is_return_flow else [])]
    clocks = [
        open_obligation(
            kind,
            request,
            actor=actor,
            department_id=request.provider_id,
            counterpart_id=request.department_id,
            started_at=now,
        )
        for kind in kinds
    ]
    audit.record(actor, "request.agreed", request)
    tell_provider(
        request,
        actor=actor,
        verb="request.agreed",
        reason=gettext_noop("Your department owes an answer to this request."),
        due_on=clocks[0].due_on.isoformat(),
    )
    _prepare_unconditional(request)
    return request


@transaction.atomic
def decline_request(request: SharingRequest, *, actor: Actor, reason: str) -> SharingRequest:
    """The requester's own head does not let it out."""
    require(actor, Perm.REQUEST_AGREE, request.department_id)
    REQUEST.move(request, "decline", answered_by=actor.id, answer_reason=reason)
    audit.record(actor, "request.declined", request, reason=reason)
    tell_requester(
        request,
        actor=actor,
        verb="request.declined",
        reason=gettext_noop("Your department's head did not agree to this request."),
        roles=STEWARD,
    )
    return request


@transaction.atomic
def supplement_request(request: SharingRequest, *, actor: Actor, supplement: str) -> SharingRequest:
    """The requester gives what the provider asked for."""
    require(actor, Perm.REQUEST_SUBMIT, request.department_id)
    now = timezone.now()
    REQUEST.move(request, "supplement", supplement=supplement, supplemented_at=now)
    audit.record(actor, "request.supplemented", request)
    tell_provider(
        request,
        actor=actor,
        verb="request.supplemented",
        reason=gettext_noop("What your department asked for has come; its answer is still owed."),
    )
    return request


@transaction.atomic
def withdraw_request(request: SharingRequest, *, actor: Actor) -> SharingRequest:
    """The requester takes it back before an answer."""
    require(actor, Perm.REQUEST_SUBMIT, request.department_id)
    REQUEST.move(request, "withdraw")
    for kind in ANSWER_CLOCKS:
        cancel_obligation(kind, request, actor=actor)
    audit.record(actor, "request.withdrawn", request)
    if request.agreed_at:
        tell_provider(
            request,
            actor=actor,
            verb="request.withdrawn",
            reason=gettext_noop("Your department owes no answer to this request any more."),
        )
    return request


def _prepare_unconditional(request: SharingRequest) -> None:
    """The clock takes the provider's first steps where the answer follows from the catalogue."""
    if not is_unconditional(request):
        return
    try:
        check_terms(request, {})
    except DomainError:
        # The catalogue has moved since it was asked: people must look at it.
        return
    receive_request(request, actor=CLOCK)
    prepare_answer(request, actor=CLOCK, consent=True)


def _of_part(refused: DomainError, place: int) -> DomainError:
    errors = refused.facts.get("errors")
    if isinstance(refused, Invalid) and isinstance(errors, list):
        moved = [
            {**error, "pointer": f"#/parts/{place}/{error['pointer'].removeprefix('#/')}"}
            for error in errors
        ]
        return type(refused)(refused.detail, **{**refused.facts, "errors": moved})
    return type(refused)(refused.detail, **{**refused.facts, "part": place})

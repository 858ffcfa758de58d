"""Stopping or changing a service: announced to those served, agreed or filed, done (Art. 27)."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.tellings import OFFICE
from exchange.models import Dataset, ServiceChange, ServiceReply
from exchange.services import CHANGE_OPEN, Service, require_change_cleared, served_departments
from exchange.states import SERVICE_CHANGE
from exchange.vocabulary import ChangeKind
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.texts import Text

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Service announced"),
    gettext_noop("Service completed"),
    gettext_noop("Service filed"),
    gettext_noop("Service replied"),
    gettext_noop("Service withdrawn"),
)


@transaction.atomic
def announce_change(
    service: Service,
    *,
    actor: Actor,
    kind: str,
    reason: str,
    effective_on: date,
    replacement: str = "",
) -> ServiceChange:
    """The provider's head says that the service will stop or change, and what stands in for it.

    Everybody who holds a running grant is told. One announcement of a kind runs at a time.
    """
    require(actor, Perm.SERVICE_ANNOUNCE, service.department_id)
    if effective_on < timezone.localdate():
        raise Invalid.field("effective_on", "must not be over")
    if service.state == "closed":
        raise Conflict("it is closed; there is no service to change")
    of = "dataset" if isinstance(service, Dataset) else "interface"
    try:
        with transaction.atomic():
            change = ServiceChange.objects.create(
                **{of: service},
                department_id=service.department_id,
                kind=kind,
                reason=reason,
                replacement=replacement,
                effective_on=effective_on,
                announced_by=cast(UUID, actor.id),
            )
    except IntegrityError as running:
        raise Conflict("such a change is announced already") from running
    audit.record(
        actor,
        "service.announced",
        change,
        **{of: str(service.pk)},
        kind=kind,
        on=str(effective_on),
    )
    _tell_served(
        change,
        actor,
        "service.announced",
        gettext_noop(
            "A service on which your department relies will stop or change; agree or object."
        ),
    )
    return change


@transaction.atomic
def reply_change(
    change: ServiceChange, *, actor: Actor, agrees: bool, note: str = ""
) -> ServiceReply:
    """The head of a department served agrees, or does not; the last word counts until it is done.

    Forbidden to departments that hold no running grant.
    """
    require(actor, Perm.SERVICE_REPLY)
    locked = _locked(change)
    if actor.department_id not in served_departments(locked.service):
        raise Forbidden("your department holds no running grant of this service")
    _require_open(locked)
    said: dict[str, Any] = {"agrees": agrees, "note": note, "replied_by": actor.id}
    reply, made = ServiceReply.objects.get_or_create(
        announcement=locked, department_id=actor.department_id, defaults=said
    )
    if not made:
        reply.change(**said)
    audit.record(actor, "service.replied", change, agrees=agrees)
    _tell(
        change,
        change.department_id,
        actor,
        "service.replied",
        gettext_noop("A department that you serve has answered your announcement."),
        agrees=agrees,
    )
    return reply


@transaction.atomic
def file_change(change: ServiceChange, *, actor: Actor, number: str) -> ServiceChange:
    """The authority files it (备案): it may be carried out although not everybody agrees."""
    require(actor, Perm.SERVICE_FILE)
    SERVICE_CHANGE.move(change, "file", filing_number=number, filed_at=timezone.now())
    audit.record(actor, "service.filed", change, number=number)
    reason = gettext_noop("The authority has filed the announced stop or change of a service.")
    _tell(change, change.department_id, actor, "service.filed", reason, number=number)
    _tell_served(change, actor, "service.filed", reason, number=number)
    return change


@transaction.atomic
def complete_change(change: ServiceChange, *, actor: Actor) -> ServiceChange:
    """The provider's head states that it is done; ChangeNotCleared while it may not be.

    A service that stops is done with when its dataset or interface is closed.
    """
    require(actor, Perm.SERVICE_ANNOUNCE, change.department_id)
    locked = _locked(change)
    _require_open(locked)
    require_change_cleared(locked)
    if change.kind == ChangeKind.STOP and locked.service.state != "closed":
        raise Conflict("close the dataset first" if locked.dataset else "close the interface first")
    SERVICE_CHANGE.move(change, "complete", completed_at=timezone.now())
    audit.record(actor, "service.completed", change)
    _tell_served(
        change,
        actor,
        "service.completed",
        gettext_noop("The announced stop or change of a service has taken place."),
    )
    return change


@transaction.atomic
def withdraw_change(change: ServiceChange, *, actor: Actor) -> ServiceChange:
    """The service goes on as it is."""
    require(actor, Perm.SERVICE_ANNOUNCE, change.department_id)
    SERVICE_CHANGE.move(change, "withdraw")
    audit.record(actor, "service.withdrawn", change)
    _tell_served(
        change,
        actor,
        "service.withdrawn",
        gettext_noop("The announced stop or change of a service will not take place."),
    )
    return change


def _locked(change: ServiceChange) -> ServiceChange:
    rows = ServiceChange.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("dataset__resource", "interface__resource").get(pk=change.pk)


def _require_open(change: ServiceChange) -> None:
    if change.state not in CHANGE_OPEN:
        raise Conflict(Text("it is {state}", state=change.state), state=change.state)


def _tell_served(change: ServiceChange, actor: Actor, verb: str, reason: str, **facts: Any) -> None:
    for department in served_departments(change.service):
        _tell(change, department, actor, verb, reason, **facts)


def _tell(
    change: ServiceChange, department_id: UUID, actor: Actor, verb: str, reason: str, **facts: Any
) -> None:
    notify_department(
        change,
        actor=actor,
        department_id=department_id,
        roles=OFFICE,
        verb=verb,
        reason=reason,
        resource=str(change.service.resource),
        kind=change.kind,
        effective_on=str(change.effective_on),
        **facts,
    )

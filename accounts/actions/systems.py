"""The register of information systems and their life from planning to retirement."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.holds import require_unheld
from accounts.actor import Actor
from accounts.errors import DepartmentClosed, SystemNameTaken
from accounts.models import Credential, Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import REGISTRABLE, SYSTEM
from kernel.errors import Invalid


@transaction.atomic
def register_system(
    department: Department,
    *,
    actor: Actor,
    name: str,
    function: str,
    network: str,
    state: str = SYSTEM.start,
) -> InformationSystem:
    """Register a system in the state it really has, from planned to in operation."""
    require(actor, Perm.SYSTEM_REGISTER, department.pk)
    if not department.is_active:
        raise DepartmentClosed()
    if state not in REGISTRABLE:
        raise Invalid.field("state", f"must be one of: {', '.join(REGISTRABLE)}", "invalid-choice")
    row = InformationSystem(
        department=department, name=name, function=function, network=network, state=state
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:
        raise SystemNameTaken() from twice
    audit.record(actor, "system.registered", row, name=name, state=state)
    return row


@transaction.atomic
def change_system(
    row: InformationSystem, *, actor: Actor, expected: int | None, values: dict[str, Any]
) -> InformationSystem:
    """Correct what the register says; ``expected`` is the version that the caller read."""
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    try:
        with transaction.atomic():
            row.change(expected, **values)
    except IntegrityError as twice:
        raise SystemNameTaken() from twice
    audit.record(actor, "system.changed", row, fields=sorted(values))
    return row


def construct_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """Building begins."""
    return _move(row, "construct", "system.constructed", actor)


def try_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """The trial run begins; from now on the system may call."""
    return _move(row, "try", "system.tried", actor)


def commission_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """Regular operation begins."""
    return _move(row, "commission", "system.commissioned", actor)


def suspend_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """The system stands still; its keys open nothing until it resumes."""
    return _move(row, "suspend", "system.suspended", actor)


def resume_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """Operation goes on."""
    return _move(row, "resume", "system.resumed", actor)


@transaction.atomic
def retire_system(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """Take the system out of service for good; all its keys are revoked at once.

    SystemHeld while something that others rely on hangs on it.
    """
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    SYSTEM.move(row, "retire")
    # After the move, which holds the row: a hold placed at the same time waits for it.
    require_unheld(row)
    revoked = Credential.objects.filter(system=row, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    audit.record(actor, "system.retired", row, credentials_revoked=revoked)
    return row


@transaction.atomic
def _move(row: InformationSystem, name: str, verb: str, actor: Actor) -> InformationSystem:
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    SYSTEM.move(row, name)
    audit.record(actor, verb, row)
    return row

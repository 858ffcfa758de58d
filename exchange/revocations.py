"""All rights of a system or a department ended at once: the deed that two people take."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.twopersons import Deed
from exchange.actions.revocations import revoke_grants


def _system(actor: Actor, key: UUID) -> InformationSystem | None:
    """Any system: who may end rights everywhere need not see the register."""
    return InformationSystem.objects.filter(pk=key).first()


def _department(actor: Actor, key: UUID) -> Department | None:
    return Department.objects.filter(pk=key).first()


def _of_system(subject: InformationSystem, *, actor: Actor, reason: str) -> dict[str, Any]:
    return {"grants": revoke_grants(actor=actor, reason=reason, system=subject)}


def _of_department(subject: Department, *, actor: Actor, reason: str) -> dict[str, Any]:
    return {"grants": revoke_grants(actor=actor, reason=reason, department=subject)}


REVOKE_SYSTEM = Deed(
    name="grant.revoke_all_of_system",
    title=_("End all rights of a system"),
    perm=Perm.GRANT_REVOKE_ALL,
    confirms=Perm.GRANT_REVOKE_ALL,
    find=_system,
    carry_out=_of_system,
)
REVOKE_DEPARTMENT = Deed(
    name="grant.revoke_all_of_department",
    title=_("End all rights of a department"),
    perm=Perm.GRANT_REVOKE_ALL,
    confirms=Perm.GRANT_REVOKE_ALL,
    find=_department,
    carry_out=_of_department,
)

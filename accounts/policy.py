"""The one gate: may this actor do this to that?"""

from uuid import UUID

from accounts.actor import Actor
from accounts.errors import SamePerson
from accounts.permissions import ROLES, Perm
from kernel.errors import Forbidden
from kernel.texts import Text


def may(actor: Actor, perm: Perm, owner_id: UUID | None = None) -> bool:
    """True if a role of the actor grants it, for the owning department where one is given.

    The clock carries out what the law and the timetable order, and needs no role.
    """
    if actor.kind == "clock":
        return True
    if actor.only is not None and perm not in actor.only:
        return False
    for role in actor.roles:
        holding = ROLES[role]
        if perm in holding.perms and (
            holding.everywhere or owner_id is None or owner_id == actor.department_id
        ):
            return True
    return False


def may_everywhere(actor: Actor, perm: Perm) -> bool:
    """True if a role of the actor grants it for every department."""
    return actor.kind == "clock" or any(
        perm in ROLES[role].perms and ROLES[role].everywhere for role in actor.roles
    )


def require(actor: Actor, perm: Perm, owner_id: UUID | None = None) -> None:
    """Forbidden unless the actor may."""
    if not may(actor, perm, owner_id):
        raise Forbidden(
            Text("this needs the permission {permission}", permission=perm.value),
            permission=perm.value,
        )


def require_another(actor: Actor, first_id: UUID | None) -> None:
    """SamePerson if the actor also took the earlier step of a two-person flow."""
    if first_id is not None and actor.id == first_id:
        raise SamePerson()

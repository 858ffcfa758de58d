"""People in departments and the roles they hold there."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.passwords import check_password
from accounts.actor import Actor
from accounts.errors import (
    AdministratorsApart,
    AlreadyMember,
    DepartmentClosed,
    RoleNotGrantable,
    UsernameTaken,
)
from accounts.models import Department, Member, SessionToken, User
from accounts.permissions import ADMINISTRATORS, ROLES, Perm, Role
from accounts.policy import may_everywhere, require, require_another
from accounts.signin_errors import IdentityTaken
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text


@transaction.atomic
def add_member(
    department: Department,
    *,
    actor: Actor,
    username: str,
    name: str = "",
    password: str | None = None,
    roles: Iterable[str] = (),
) -> Member:
    """Add a new person with a password, or without one a person of another department.

    Only those who may add people everywhere may bring a person in from another department.
    """
    require(actor, Perm.MEMBER_ADD, department.pk)
    if not department.is_active:
        raise DepartmentClosed()
    user = _person(username, name, password, actor)
    if Member.objects.filter(user=user, department=department).exists():
        raise AlreadyMember()
    held = sorted({Role(role).value for role in roles})
    _require_grantable(held, actor)
    _require_apart(user, held)
    member = Member.objects.create(user=user, department=department, roles=held)
    audit.record(actor, "member.added", member, username=username, roles=held)
    return member


@transaction.atomic
def grant_role(member: Member, *, actor: Actor, role: str) -> Member:
    """Give a role of the department; nobody gives one to themselves."""
    require(actor, Perm.ROLE_GRANT, member.department_id)
    require_another(actor, member.user_id)
    if not (member.is_active and member.department.is_active):
        raise DepartmentClosed("this membership has ended")
    _require_grantable([role], actor)
    _lock(member.user)
    _require_apart(member.user, [role])
    member.refresh_from_db()
    member.change(roles=sorted({*member.roles, Role(role).value}))
    audit.record(actor, "role.granted", member, role=role)
    return member


@transaction.atomic
def revoke_role(member: Member, *, actor: Actor, role: str) -> Member:
    """Take a role away, with effect on the next call; a role that is not held changes nothing."""
    require(actor, Perm.ROLE_REVOKE, member.department_id)
    _require_grantable([role], actor)
    _lock(member.user)
    member.refresh_from_db()
    if role in member.roles:
        member.change(roles=[held for held in member.roles if held != role])
        audit.record(actor, "role.revoked", member, role=role)
    return member


@transaction.atomic
def deactivate_member(member: Member, *, actor: Actor) -> Member:
    """End a membership; the person's sign-ins end with the last one."""
    require(actor, Perm.MEMBER_DEACTIVATE, member.department_id)
    _require_grantable(member.roles, actor)
    _lock(member.user)
    member.refresh_from_db()
    if not member.is_active:
        return member
    member.change(is_active=False)
    if not Member.objects.active().filter(user=member.user).exists():
        SessionToken.objects.filter(user=member.user, revoked_at__isnull=True).update(
            revoked_at=timezone.now()
        )
    audit.record(actor, "member.deactivated", member)
    return member


@transaction.atomic
def link_identity(member: Member, *, actor: Actor, identity: str) -> Member:
    """Say who a person is at the identity provider; without an identity the link ends."""
    require(actor, Perm.IDENTITY_LINK)
    require_another(actor, member.user_id)
    locked = User.objects.select_for_update().get(pk=member.user_id)
    try:
        with transaction.atomic():
            locked.change(identity=identity or None)
    except IntegrityError as twice:
        raise IdentityTaken() from twice
    verb = "identity.linked" if identity else "identity.unlinked"
    audit.record(actor, verb, locked)
    member.refresh_from_db()
    return member


def _person(username: str, name: str, password: str | None, actor: Actor) -> User:
    known = User.objects.select_for_update().filter(username=username).first()
    if known is not None:
        if password is not None:
            raise UsernameTaken()
        if not may_everywhere(actor, Perm.MEMBER_ADD):
            raise Forbidden("only the operator brings in a person of another department")
        return known
    if not name or password is None:
        missing = "name" if not name else "password"
        raise Invalid.field(missing, "a new person needs a name and a password", "required")
    # Whom a person registers chooses a password of their own before anything else.
    user = User(username=username, name=name, must_change_password=actor.is_person)
    check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as twice:
        raise UsernameTaken() from twice
    return user


def _require_grantable(roles: Iterable[str], actor: Actor) -> None:
    for role in map(Role, roles):
        if role is Role.SYSTEM:
            raise RoleNotGrantable("this role is for information systems, not for people")
        if ROLES[role].everywhere and not may_everywhere(actor, Perm.ROLE_GRANT):
            raise RoleNotGrantable(
                Text("{role} is a platform role; the operator grants it", role=role.value)
            )


def _require_apart(user: User, more: Iterable[str]) -> None:
    """Across all departments together a person is at most one of the three administrators."""
    held = set(more)
    for roles in Member.objects.active().filter(user=user).values_list("roles", flat=True):
        held |= set(roles)
    if len(held & {role.value for role in ADMINISTRATORS}) > 1:
        raise AdministratorsApart()


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)

"""Passwords of people: what they must be like, and who sets one."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.sessions import end_sign_ins
from accounts.actor import Actor
from accounts.models import Member, PastPassword, SessionToken, User
from accounts.permissions import ROLES, Perm, Role
from accounts.policy import may_everywhere, require, require_another
from kernel.errors import Forbidden, Invalid


@transaction.atomic
def change_password(
    user: User,
    *,
    actor: Actor,
    password: str,
    new_password: str,
    keep: SessionToken | None = None,
) -> User:
    """Set one's own new password, knowing the old one; all sign-ins but ``keep`` end."""
    if not actor.is_person or actor.id != user.pk:
        raise Forbidden("people change their own passwords alone")
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.check_password(password):
        raise Invalid.field("password", "is not your password", "wrong-password")
    check_password(new_password, locked, "new_password")
    _set(locked, new_password, must_change=False)
    ended = end_sign_ins(locked, actor=actor, keep=keep)
    audit.record(actor, "password.changed", locked, sign_ins_ended=ended)
    return locked


@transaction.atomic
def reset_password(member: Member, *, actor: Actor, password: str) -> Member:
    """Give somebody who forgot theirs a first password again; all sign-ins end, and the person
    chooses one of their own before anything else.

    A department administrator does it for people without a role on the platform alone.
    """
    require(actor, Perm.PASSWORD_RESET, member.department_id)
    require_another(actor, member.user_id)
    locked = User.objects.select_for_update().get(pk=member.user_id)
    _require_ordinary(locked, actor)
    check_password(password, locked)
    _set(locked, password, must_change=True)
    SessionToken.objects.filter(user=locked, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(actor, "password.reset", locked)
    return member


def check_password(password: str, user: User, name: str = "password") -> None:
    """Invalid, naming the field, unless the password is strong enough for this person."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        errors = [
            {"pointer": f"#/{name}", "code": "weak-password", "detail": str(message)}
            for message in weak.messages
        ]
        raise Invalid(errors=errors) from weak


def _set(user: User, password: str, *, must_change: bool) -> None:
    PastPassword.objects.create(user=user, hash=user.password)
    user.set_password(password)
    user.must_change_password, user.password_set_at = must_change, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])


def _require_ordinary(user: User, actor: Actor) -> None:
    """Who resets a password for a department must not thereby become somebody of the platform."""
    if may_everywhere(actor, Perm.PASSWORD_RESET):
        return
    rows = Member.objects.active().filter(user=user)
    held = {role for roles in rows.values_list("roles", flat=True) for role in roles}
    elsewhere = rows.exclude(department_id=actor.department_id).exists()
    if elsewhere or any(ROLES[Role(role)].everywhere for role in held):
        raise Forbidden("the operator resets the password of this person")

"""Passwords of people: what they must be like, and how a person changes the own one."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.models import SessionToken, User
from kernel.errors import Forbidden, Invalid


@transaction.atomic
def change_password(user: User, *, actor: Actor, password: str, new_password: str) -> User:
    """Set one's own new password, knowing the old one; all sign-ins over the API end."""
    if not actor.is_person or actor.id != user.pk:
        raise Forbidden("people change their own passwords alone")
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.check_password(password):
        raise Invalid.field("password", "is not your password", "wrong-password")
    check_password(new_password, locked, "new_password")
    locked.set_password(new_password)
    locked.save(update_fields=["password"])
    live = SessionToken.objects.filter(user=locked, revoked_at__isnull=True)
    ended = live.update(revoked_at=timezone.now())
    audit.record(actor, "password.changed", locked, sign_ins_ended=ended)
    return locked


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

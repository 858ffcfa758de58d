"""Signing in and out: by password with a lock after repeated failures."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, keys
from accounts.actor import NOBODY, Actor
from accounts.errors import LockedOut, WrongPassword
from accounts.lockout import lockout_seconds
from accounts.models import Member, SessionToken, User
from accounts.permissions import Perm
from accounts.policy import require


def sign_in(username: str, password: str, *, request: HttpRequest) -> User:
    """The person with this name and password; a failure leaves its trace and counts."""
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User) and Member.objects.active().filter(user=user).exists():
        audit.record(_person(user, request), "session.opened", user)
        return user
    known = User.objects.filter(username=username).first()
    if known is not None:
        audit.record(replace(NOBODY, address=_address(request)), "session.refused", known)
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(retry_after=lockout_seconds())
    raise WrongPassword()


@transaction.atomic
def open_token(user: User) -> tuple[SessionToken, str]:
    """A session token for the API and its secret, which is shown this once."""
    secret = keys.new_session()
    lasts = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    token = SessionToken.objects.create(
        user=user, digest=keys.digest(secret), expires_at=timezone.now() + lasts
    )
    return token, secret


@transaction.atomic
def sign_out(token: SessionToken | None, user: User, *, actor: Actor) -> None:
    """End the sign-in: the token at once; the portal's session is the portal's to flush."""
    if token is not None:
        token.change(revoked_at=timezone.now())
    audit.record(actor, "session.closed", user)


def expire_sessions(*, actor: Actor) -> int:
    """Remove the tokens that ended SESSION_RETENTION_DAYS ago; how many. The trail keeps who
    signed in when."""
    require(actor, Perm.MEMBER_DEACTIVATE)
    before = timezone.now() - timedelta(days=settings.SESSION_RETENTION_DAYS)
    ended = Q(expires_at__lt=before) | Q(revoked_at__lt=before)
    return SessionToken.objects.filter(ended).delete()[0]


def _person(user: User, request: HttpRequest) -> Actor:
    return Actor(kind="person", id=user.pk, name=user.name, address=_address(request))


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")

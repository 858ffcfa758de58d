"""Signing in and out: a password, a second factor where there is one, and as many sign-ins at
once as are allowed."""

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
from accounts.signin_errors import PasswordsOff
from accounts.signins import living


def sign_in(username: str, password: str, *, request: HttpRequest) -> User:
    """The person with this name and password; a failure leaves its trace and counts.

    It is the first step: who has a second factor shows it before a sign-in is opened.
    """
    if not settings.PASSWORD_SIGN_IN:
        raise PasswordsOff()
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User) and Member.objects.active().filter(user=user).exists():
        return user
    known = User.objects.filter(username=username).first()
    if known is not None:
        audit.record(replace(NOBODY, address=_address(request)), "session.refused", known)
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(retry_after=lockout_seconds())
    raise WrongPassword()


@transaction.atomic
def open_token(
    user: User,
    *,
    request: HttpRequest,
    kind: str = SessionToken.Kind.API,
    method: str = "password",
    factor: str = "",
) -> tuple[SessionToken, str]:
    """A sign-in and its secret, which is shown this once; the oldest ends that are too many."""
    secret, now = keys.new_session(), timezone.now()
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.is_active:
        raise WrongPassword()
    locked.change(last_login=now, dormant_told_at=None)
    actor = _person(locked, request)
    older = SessionToken.objects.filter(living(user.pk)).order_by("-created_at", "-pk")
    ended = _end(older.values_list("pk", flat=True)[max(0, settings.SESSIONS_AT_ONCE - 1) :])
    token = SessionToken.objects.create(
        user=locked,
        kind=kind,
        method=method,
        factor=factor,
        address=_address(request),
        agent=request.META.get("HTTP_USER_AGENT", "")[:200],
        digest=keys.digest(secret),
        expires_at=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    detail = {"kind": str(kind), "method": method, "factor": factor} | (
        {"displaced": ended} if ended else {}
    )
    audit.record(actor, "session.opened", locked, **detail)
    return token, secret


@transaction.atomic
def sign_out(token: SessionToken | None, user: User, *, actor: Actor) -> None:
    """End the sign-in: the token at once; the portal's session is the portal's to flush."""
    if token is not None:
        token.change(revoked_at=timezone.now())
    audit.record(actor, "session.closed", user)


@transaction.atomic
def end_sign_in(token: SessionToken, *, actor: Actor) -> SessionToken:
    """End one of one's own sign-ins, or as the security administrator anybody's, at once."""
    if token.user_id != actor.id:
        require(actor, Perm.SIGN_IN_END)
    if _end([token.pk]):
        audit.record(actor, "session.ended", token.user, count=1)
    token.refresh_from_db()
    return token


@transaction.atomic
def end_sign_ins(user: User, *, actor: Actor, keep: SessionToken | None = None) -> int:
    """End all sign-ins of a person but one; how many. Others' are the security administrator's."""
    if user.pk != actor.id:
        require(actor, Perm.SIGN_IN_END)
    rows = SessionToken.objects.filter(living(user.pk))
    if keep is not None:
        rows = rows.exclude(pk=keep.pk)
    ended = _end(rows.values_list("pk", flat=True))
    if ended:
        audit.record(actor, "session.ended", user, count=ended)
    return ended


def expire_sessions(*, actor: Actor) -> int:
    """Remove the tokens that ended SESSION_RETENTION_DAYS ago; how many. The trail keeps who
    signed in when."""
    require(actor, Perm.MEMBER_DEACTIVATE)
    before = timezone.now() - timedelta(days=settings.SESSION_RETENTION_DAYS)
    ended = Q(expires_at__lt=before) | Q(revoked_at__lt=before)
    return SessionToken.objects.filter(ended).delete()[0]


def _end(tokens: object) -> int:
    rows = SessionToken.objects.filter(pk__in=list(tokens), revoked_at=None)  # type: ignore[call-overload]
    return rows.update(revoked_at=timezone.now())


def _person(user: User, request: HttpRequest) -> Actor:
    return Actor(kind="person", id=user.pk, name=user.name, address=_address(request))


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")

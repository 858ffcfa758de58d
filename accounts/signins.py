"""Whether a person's sign-in still holds, and what the person owes before anything else."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import secondfactors
from accounts.models import SessionToken, User
from accounts.permissions import Role
from accounts.signin_errors import PasswordChangeNeeded, SecondFactorMissing
from kernel.errors import Forbidden

# Where a browser's session names its row.
SIGN_IN = "sign_in"
# How one signed in where it was not with a password, and the factor that such a provider asked for.
OIDC = "oidc"
_NOTED_EVERY = timedelta(minutes=1)


def idle_limit() -> timedelta:
    """How long a sign-in may lie idle before it ends."""
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)


def living(user_id: object) -> Q:
    """The condition of a person's sign-ins that still hold."""
    now = timezone.now()
    return Q(user_id=user_id, revoked_at=None, expires_at__gt=now, used_at__gt=now - idle_limit())


def of_browser(request: HttpRequest, user: User) -> SessionToken | None:
    """The living sign-in that the browser's session names; None if it has ended."""
    told = request.session.get(SIGN_IN)
    if not told:
        return None
    rows = SessionToken.objects.filter(living(user.pk), pk=told, kind=SessionToken.Kind.PORTAL)
    found = rows.first()
    if found is not None:
        found.user = user
        note_use(found)
    return found


def is_idle(token: SessionToken) -> bool:
    """Whether it was not used for too long."""
    return token.used_at + idle_limit() <= timezone.now()


def note_use(token: SessionToken) -> None:
    """Remember that it was used, once a minute."""
    now = timezone.now()
    if now - token.used_at >= _NOTED_EVERY:
        SessionToken.objects.filter(pk=token.pk, used_at__lt=now).update(used_at=now)
        token.used_at = now


def owed(token: SessionToken, roles: Iterable[Role | str]) -> Forbidden | None:
    """What comes before everything else: a password of one's own, a second factor."""
    user = token.user
    days = settings.PASSWORD_MAX_DAYS
    is_old = days and user.password_set_at + timedelta(days=days) <= timezone.now()
    if token.method != OIDC and (user.must_change_password or is_old):
        return PasswordChangeNeeded()
    if not token.factor and secondfactors.is_required(roles):
        return SecondFactorMissing()
    return None

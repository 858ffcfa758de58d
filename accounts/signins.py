"""Whether a person's sign-in still holds, and what the person owes before anything else."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import secondfactors
from accounts.models import SessionToken, User
from accounts.permissions import Role
from accounts.signin_errors import PasswordChangeNeeded, SecondFactorMissing
from kernel.errors import Forbidden
from kernel.kept import Kept

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
    return _living(user_id, now, now - idle_limit())


def _living(user_id: object, now: datetime, since: datetime) -> Q:
    return Q(user_id=user_id, revoked_at=None, expires_at__gt=now, used_at__gt=since)


_OF_BROWSER = Kept(
    lambda user, told, now, since: SessionToken.objects.filter(
        _living(user, now, since), pk=told, kind=SessionToken.Kind.PORTAL
    )
)


def of_browser(request: HttpRequest, user: User) -> SessionToken | None:
    """The living sign-in that the browser's session names; None if it has ended."""
    told = request.session.get(SIGN_IN)
    if not told:
        return None
    now = timezone.now()
    rows = _OF_BROWSER(user=user.pk, told=UUID(told), now=now, since=now - idle_limit())
    found: SessionToken | None = rows[0] if rows else None
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

"""Failed sign-ins: how they are counted, so that guessing is slow and nobody locks out another.

Failures count by name and address together. A browser in which the person signed in before is
counted apart, so that guesses of others from the same address do not lock it. A name that is tried
from many addresses is braked: strange addresses then get one guess each instead of five, and the
browsers of the person all of theirs.
"""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

GUESSES, GUESSES_BRAKED = 5, 1
# Failures of one name from all addresses within the time of the lock.
BRAKE_AT = 20
DEVICE_COOKIE = "device"
_SALT = "accounts.device"
_DEVICE_DAYS = 180


def lockout_seconds() -> int:
    """Seconds until the lock opens, counted from the last failure."""
    return int(float(settings.AXES_COOLOFF_TIME) * 3600)


def counted_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str | None:
    """Under which name failures count: the person's, or that of a browser they are known in."""
    told = (credentials or {}).get("username")
    if told is None or request is None:
        return told
    device = known_device(request, told)
    return f"{told} {device}" if device else str(told)


def failure_limit(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """How many failures lock: fewer for strangers while the name is tried from many addresses."""
    told = (credentials or {}).get("username")
    if not told or known_device(request, told):
        return GUESSES
    since = timezone.now() - timedelta(seconds=lockout_seconds())
    rows = AccessAttempt.objects.filter(username=told, attempt_time__gt=since)
    elsewhere = rows.exclude(ip_address=request.META.get("REMOTE_ADDR") or None)
    failures = elsewhere.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    return GUESSES_BRAKED if failures >= BRAKE_AT else GUESSES


def remember_device(response: HttpResponse, user: User) -> None:
    """Let this browser be known as one in which the person signed in."""
    told = signing.dumps([str(user.pk), signing.b62_encode(_stamp())], salt=_SALT)
    response.set_cookie(
        DEVICE_COOKIE,
        told,
        max_age=_DEVICE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request: HttpRequest, username: str) -> str:
    """The mark of this browser if the person signed in here before; otherwise nothing."""
    told = request.COOKIES.get(DEVICE_COOKIE)
    if not told:
        return ""
    try:
        person, mark = signing.loads(told, salt=_SALT, max_age=_DEVICE_DAYS * 24 * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    is_theirs = User.objects.filter(pk=person, username=username).exists()
    return str(mark) if is_theirs else ""


def _stamp() -> int:
    return int(timezone.now().timestamp() * 1_000_000)

"""People who come from the identity provider: known here, or nobody."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest

from accounts import audit
from accounts.actor import NOBODY
from accounts.models import Member, User
from accounts.signin_errors import IdentityRefused
from accounts.signins import OIDC


def sign_in_with(identity: str, *, request: HttpRequest) -> tuple[User, str]:
    """The person whom an operator linked to this identity, and the second factor that the provider
    asked for, if it does; nobody is ever made by signing in."""
    user = User.objects.filter(identity=identity, is_active=True).first()
    if user is None:
        raise IdentityRefused()
    if not Member.objects.active().filter(user=user).exists():
        address = str(request.META.get("REMOTE_ADDR") or "")
        audit.record(replace(NOBODY, address=address), "session.refused", user, step="identity")
        raise IdentityRefused()
    return user, OIDC if settings.OIDC_STRONG else ""

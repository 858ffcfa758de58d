"""Sessions, their people and their messages: for whoever comes without a bearer token.

A call of the API with one is nobody's session, whatever cookies it carries.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import middleware as users
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest


def has_token(request: HttpRequest) -> bool:
    """Whether this is a call of the API that names a bearer token or is signed."""
    told = request.META
    named = told.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
    return (named or "HTTP_SIGNATURE_INPUT" in told) and request.path_info.startswith("/api/v1/")


class _Portal:
    get_response: Callable[[HttpRequest], Any]

    def __call__(self, request: HttpRequest) -> Any:
        if has_token(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(_Portal, sessions.SessionMiddleware):
    """Django's, but for calls with a token."""


class AuthenticationMiddleware(_Portal, users.AuthenticationMiddleware):
    """Django's, but for calls with a token."""


class MessageMiddleware(_Portal, messages.MessageMiddleware):
    """Django's, but for calls with a token."""

"""Doors of OAuth 2.0 for information systems: tokens, what they are, and their end."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import oauth
from accounts.api import examples
from accounts.api.serializers.oauth import (
    IntrospectionOut,
    OAuthRefusedOut,
    TokenIn,
    TokenNamedIn,
    TokenOut,
)
from accounts.models import AccessToken
from kernel.api import ApiView
from kernel.problems import Problem

_REFUSED = {400: OAuthRefusedOut, 401: OAuthRefusedOut}
_CODES = {400: "malformed", 401: "unauthenticated"}


class OAuthView(ApiView):
    """For clients that show their id and secret, by Basic or in the form."""

    model = AccessToken
    authentication_classes = ()
    permission_classes = ()
    own_idempotency = True
    deed = ""

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """What oauthlib answers to the client."""
        client = oauth.client_of(request)
        if client is None:
            return _refused(request, 401, "invalid_client", "the client id or secret is not right")
        told, status = getattr(client, self.deed)()
        if status >= 400:
            detail = told.get("error_description", "")
            return _refused(request, status, told["error"], detail)
        return Response(told, status=status, headers={"Cache-Control": "no-store"})


class TokenView(OAuthView):
    """Tokens of short life with which a system calls (RFC 6749, client credentials)."""

    deed = "token"
    bodies = {"create": {oauth.FORM: TokenIn}}
    examples = {"create": examples.TOKEN}
    answers = {"create": {200: TokenOut, **_REFUSED}}

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Get a token, for fewer scopes than the client has if ``scope`` names them."""
        return super().create(request, **kwargs)


class IntrospectionView(OAuthView):
    """What a token of the client's own system is (RFC 7662)."""

    deed = "introspect"
    bodies = {"create": {oauth.FORM: TokenNamedIn}}
    examples = {"create": examples.TOKEN_NAMED}
    answers = {"create": {200: IntrospectionOut, **_REFUSED}}

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Ask whether a token opens anything now, and what; every other one is not active."""
        return super().create(request, **kwargs)


class RevocationView(OAuthView):
    """The end of a token (RFC 7009)."""

    deed = "revoke"
    bodies = {"create": {oauth.FORM: TokenNamedIn}}
    examples = {"create": examples.TOKEN_NAMED}
    answers = {"create": {200: OpenApiTypes.OBJECT, **_REFUSED}}

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """End a token that this client got; one that nobody has is ended already."""
        return super().create(request, **kwargs)


def metadata(request: HttpRequest) -> JsonResponse:
    """The endpoints for client libraries (RFC 8414)."""
    return JsonResponse(oauth.metadata(), headers={"Cache-Control": "public, max-age=300"})


def _refused(request: Request, status: int, error: str, detail: str) -> JsonResponse:
    """A problem that is an error of OAuth 2.0 as well (RFC 6749, 5.2), in its media type."""
    problem = Problem(status, _CODES[status], error, detail)
    told = {**problem.body(request._request), "error": error, "error_description": detail}
    headers = {"WWW-Authenticate": "Basic"} if status == 401 else {}
    return JsonResponse(told, status=status, headers=headers)

"""OAuth 2.0 for information systems: client credentials for opaque tokens of short life (RFC 6749
4.4), what a token is (RFC 7662), and its end (RFC 7009). The protocol is oauthlib's."""

import base64
import json
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.utils import timezone
from oauthlib.oauth2 import BackendApplicationServer, OAuth2Error, RequestValidator
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import keys
from accounts.actions.tokens import issue_token, revoke_token
from accounts.actor import Actor
from accounts.admission import admitted, require_usable, system_actor
from accounts.callers import Caller, caller_of_key, caller_of_token
from accounts.models import Credential
from accounts.models.credential import every_scope

FORM = "application/x-www-form-urlencoded"
# The members of the answer, and its status.
Answer = tuple[dict[str, Any], int]


class Client:
    """The caller of one request by its client id and secret, and oauthlib's server for it."""

    def __init__(self, caller: Caller, actor: Actor, form: str) -> None:
        self.caller, self.actor, self.form = caller, actor, form

    @cached_property
    def server(self) -> BackendApplicationServer:
        """oauthlib's endpoints, with what this client may ask of them."""
        return BackendApplicationServer(
            _Validator(self),
            token_generator=lambda request: keys.new_token(),
            token_expires_in=settings.TOKEN_SECONDS,
        )

    def token(self) -> Answer:
        """A new token for the scopes asked, or all of the client's; OAuth2Error."""
        return self._ask(self.server.create_token_response)

    def introspect(self) -> Answer:
        """What a token of the same system is, or that it opens nothing; OAuth2Error."""
        return self._ask(self.server.create_introspect_response)

    def revoke(self) -> Answer:
        """The end of a token of this client; OAuth2Error."""
        return self._ask(self.server.create_revocation_response)

    def _ask(self, endpoint: Any) -> Answer:
        try:
            _headers, body, status = endpoint("/", "POST", self.form, {})
        except OAuth2Error as refused:
            body, status = refused.json, refused.status_code
        return json.loads(body) if body else {}, status


def client_of(request: Request) -> Client | None:
    """Whoever calls with a client id and its secret, by Basic or in the form; None if nobody.

    Forbidden where the system may not call so from there.
    """
    form = request._request.POST if request.content_type == FORM else {}
    name, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    caller = caller_of_key(name[:12]) if name.isalnum() else None
    if caller is None or caller.credential.kind != Credential.Kind.CLIENT:
        return None
    if not keys.is_same(secret, caller.credential.digest):
        return None
    try:
        actor = admitted(caller, request)
    except AuthenticationFailed:
        return None
    return Client(caller, actor, request._request.POST.urlencode())


def metadata() -> dict[str, Any]:
    """What a client library reads to know the endpoints (RFC 8414)."""
    base = f"{settings.PUBLIC_URL}/api/v1/oauth"
    ways = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": settings.PUBLIC_URL,
        "token_endpoint": f"{base}/token",
        "introspection_endpoint": f"{base}/introspect",
        "revocation_endpoint": f"{base}/revoke",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": every_scope(),
        "token_endpoint_auth_methods_supported": ways,
        "introspection_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_methods_supported": ways,
        "service_documentation": f"{settings.PUBLIC_URL}/api/docs/",
    }


class _Validator(RequestValidator):
    """What oauthlib asks of the platform."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.credential = client.caller.credential
        # oauthlib reads it from the client.
        self.client_id = self.credential.prefix

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """It is authenticated before oauthlib is asked."""
        request.client = self
        request.client_id = self.client_id
        return True

    def validate_grant_type(self, *args: Any, **kwargs: Any) -> bool:
        """The one grant that the server knows."""
        return True

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        """All that the client may have."""
        return list(self.credential.scopes)

    def validate_scopes(self, client_id: str, scopes: list[str], *args: Any, **kw: Any) -> bool:
        """A token has no scope that its client has not."""
        return set(scopes) <= set(self.credential.scopes)

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep its hash."""
        ends = timezone.now() + timedelta(seconds=token["expires_in"])
        issue_token(
            self.credential,
            token["access_token"],
            actor=self.client.actor,
            scopes=list(request.scopes),
            expires_at=ends,
        )

    def introspect_token(self, token: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """What a living token of the same system is; None for every other."""
        found = caller_of_token(token)
        if found is None or found.token is None:
            return None
        if found.credential.system_id != self.credential.system_id:
            return None
        try:
            require_usable("token", found.token)
            require_usable("credential", found.credential)
            system_actor(found.credential.system, "")
        except AuthenticationFailed:
            return None
        return {
            "scope": " ".join(found.token.scopes),
            "client_id": found.credential.prefix,
            "token_type": "Bearer",
            "exp": int(found.token.expires_at.timestamp()),
            "sub": str(found.credential.system_id),
            "iss": settings.PUBLIC_URL,
        }

    def revoke_token(self, token: str, *args: Any, **kwargs: Any) -> None:
        """End a token of this client; another's is left alone."""
        found = caller_of_token(token)
        if found is not None and found.token and found.credential.pk == self.credential.pk:
            revoke_token(found.token, actor=self.client.actor)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(name), unquote(secret)

"""Signing in at the government's identity provider: OpenID Connect, code flow with PKCE.

Off without OIDC_ISSUER. The provider is asked through a door that an upper app gives, because what
goes out goes through its guard.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.utils.crypto import constant_time_compare
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts.signin_errors import IdentityRefused

log = structlog.get_logger(__name__)
# Never "none", and nothing symmetric: the key of those would be our own secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "EdDSA")
_LEEWAY = 60  # seconds between the provider's clock and ours
# Asks an address and gives the JSON object that it answers; raises what the house raises when a
# peer fails. (method, address, form, headers, basic authentication)
Ask = Callable[..., dict[str, Any]]
_ask: list[Ask] = []


def ask_through(ask: Ask) -> None:
    """Let the provider be asked so."""
    _ask[:] = [ask]


def is_on() -> bool:
    """Whether people may sign in at an identity provider."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID and _ask)


def begin(return_to: str) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and what the session keeps until it comes back."""
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": return_to,
        "scope": " ".join(settings.OIDC_SCOPES),
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    address = _provider()["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", kept


def finish(told: dict[str, str], kept: dict[str, str], return_to: str) -> str:
    """Who came back: the value of OIDC_CLAIM; IdentityRefused unless everything fits together."""
    if not kept or not constant_time_compare(told.get("state", ""), kept["state"]):
        raise _refused("the answer belongs to no sign-in of this browser")
    provider = _provider()
    if "iss" in told and told["iss"] != settings.OIDC_ISSUER:
        raise _refused("the answer is another provider's")
    if told.get("error") or not told.get("code"):
        raise _refused("the provider refused: " + told.get("error", "no code")[:60])
    form = {
        "grant_type": "authorization_code",
        "code": told["code"],
        "redirect_uri": return_to,
        "code_verifier": kept["verifier"],
    }
    login = (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    tokens = _ask[0]("POST", provider["token_endpoint"], form=form, login=login)
    claims = _claims(str(tokens.get("id_token", "")), provider, kept["nonce"])
    value = claims.get(settings.OIDC_CLAIM)
    if value is None and provider.get("userinfo_endpoint"):
        value = _more(provider, tokens, claims).get(settings.OIDC_CLAIM)
    if not isinstance(value, str) or not value:
        raise _refused(f"the claim {settings.OIDC_CLAIM} is missing")
    return value


def _provider() -> dict[str, Any]:
    """What the provider says of itself."""
    found = _ask[0]("GET", f"{settings.OIDC_ISSUER}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
        raise _refused("the provider calls itself by another name")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(name), str):
            raise _refused(f"the provider does not say its {name}")
    return found


def _claims(token: str, provider: dict[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of the token, checked as OpenID Connect Core 3.1.3.7 says."""
    rules = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        keys = KeySet.import_key_set(_ask[0]("GET", provider["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as unsound:
        raise _refused(f"the token is not sound: {type(unsound).__name__}") from unsound
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise _refused("the token was made for another client")
    return claims


def _more(
    provider: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """What the provider tells beside the token, if it is of the same person."""
    headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
    told = _ask[0]("GET", provider["userinfo_endpoint"], headers=headers)
    if told.get("sub") != claims["sub"]:
        raise _refused("what the provider tells beside the token is another person's")
    return told


def _refused(why: str) -> IdentityRefused:
    """The reason goes to the log: whoever tries learns nothing from it."""
    log.warning("identity_refused", reason=why)
    return IdentityRefused()

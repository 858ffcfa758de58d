"""How the API document names our ways to authenticate."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.authentication import DEPARTMENT_HEADER
from accounts.permissions import Scope
from accounts.signing import PROFILE


class SignatureScheme(OpenApiAuthenticationExtension):
    """Signed calls, for which OpenAPI has no word of its own."""

    target_class = "accounts.signatures.SignatureAuthentication"
    name = "signature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme in OpenAPI."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Signature-Input",
            "description": (
                "HTTP Message Signatures (RFC 9421) with a signing key `sqh_...`, by `hmac-sha256`"
                f" or `hmac-sm3`, beside the field `Signature`: `{PROFILE}`."
            ),
        }


class BearerScheme(OpenApiAuthenticationExtension):
    """Bearer tokens, and how systems get those of short life."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = ["bearer", "oauth2"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        """Either of them."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """The schemes in OpenAPI."""
        bearer = {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`sqk_...`: the credential of an information system. `sqs_...`: a person's session"
                " token from `POST /api/v1/sign-in`; a person of several departments also sends"
                f" `{DEPARTMENT_HEADER}` with the id of one."
            ),
        }
        flow = {
            "tokenUrl": "/api/v1/oauth/token",
            "scopes": {scope.value: f"To {scope.value}." for scope in Scope},
        }
        told = "Tokens `sqt_...` of short life for a client secret `sqc_...`."
        oauth = {"type": "oauth2", "description": told, "flows": {"clientCredentials": flow}}
        return [bearer, oauth]


class SessionScheme(OpenApiAuthenticationExtension):
    """The portal's session."""

    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme in OpenAPI."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The portal's session cookie; changes also need its CSRF token.",
        }

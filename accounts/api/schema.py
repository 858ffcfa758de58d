"""How the API document names our two ways to authenticate."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.authentication import DEPARTMENT_HEADER


class BearerScheme(OpenApiAuthenticationExtension):
    """Bearer tokens."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme in OpenAPI."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`sqk_...`: the credential of an information system. `sqs_...`: a person's session"
                " token from `POST /api/v1/sign-in`; a person of several departments also sends"
                f" `{DEPARTMENT_HEADER}` with the id of one."
            ),
        }


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

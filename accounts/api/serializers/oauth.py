"""Shapes of OAuth 2.0, as its standards name them."""

from typing import Any

from rest_framework import serializers


class _ClientIn(serializers.Serializer[Any]):
    """Who asks, unless it is shown by Basic."""

    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


class TokenIn(_ClientIn):
    """A request for a token."""

    grant_type = serializers.ChoiceField(choices=["client_credentials"])
    scope = serializers.CharField(required=False, help_text="Of: read publish signals.")


class TokenNamedIn(_ClientIn):
    """The token that is asked about, or ended."""

    token = serializers.CharField()
    token_type_hint = serializers.CharField(required=False)


class TokenOut(serializers.Serializer[Any]):
    """A token, shown this once."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    scope = serializers.CharField()


class IntrospectionOut(serializers.Serializer[Any]):
    """What a token is; of one that opens nothing, only that."""

    active = serializers.BooleanField()
    scope = serializers.CharField(required=False)
    client_id = serializers.CharField(required=False)
    token_type = serializers.CharField(required=False)
    exp = serializers.IntegerField(required=False)
    sub = serializers.UUIDField(required=False)
    iss = serializers.CharField(required=False)


class OAuthRefusedOut(serializers.Serializer[Any]):
    """A refusal as OAuth 2.0 has it, which is a problem of the platform as well."""

    error = serializers.CharField()
    error_description = serializers.CharField()
    code = serializers.CharField()
    status = serializers.IntegerField()

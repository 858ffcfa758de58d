from typing import Any

from rest_framework import serializers

from accounts.permissions import Perm
from accounts.policy import may
from exchange.interface_terms import KINDS
from exchange.models import GatewayKey, ServiceInterface
from kernel.api import In


class ParameterIn(In):
    """One thing that a caller may say."""

    name = serializers.CharField(max_length=63)
    place = serializers.ChoiceField(choices=["query", "body"], default="query")
    required = serializers.BooleanField(default=False)
    title = serializers.CharField(max_length=120, required=False)
    item = serializers.CharField(
        max_length=63, required=False, help_text="The item that it asks by, if named otherwise."
    )


class AuthIn(In):
    """How the hub shows itself to the provider; the secret goes beside it."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in KINDS], default="none")
    name = serializers.CharField(max_length=60, required=False, help_text="header: its name")
    user = serializers.CharField(max_length=200, required=False, help_text="basic: the user")
    requester = serializers.CharField(
        max_length=120, required=False, help_text="gateway-*: 请求者标识, or the client id"
    )
    service = serializers.CharField(
        max_length=120, required=False, help_text="gateway-national: 服务编码 (sid)"
    )
    refresh_url = serializers.CharField(
        max_length=500,
        required=False,
        help_text="gateway-national: where the working secret is fetched; the secret given here "
        "is then the authorisation key.",
    )


class InterfaceChangeIn(In):
    """What may be changed of an interface."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(
        choices=ServiceInterface.Kind.choices, default=ServiceInterface.Kind.QUERY
    )
    method = serializers.ChoiceField(choices=["GET", "POST"])
    url = serializers.CharField(max_length=500)
    parameters = ParameterIn(many=True, max_length=50, required=False)  # type: ignore[call-arg]
    records_at = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="JSON pointer; empty: the answer."
    )
    result_codes = serializers.ListField(
        child=serializers.CharField(max_length=16), max_length=50, default=list
    )
    timeout_ms = serializers.IntegerField(min_value=100, max_value=30_000, default=5000)
    cache_seconds = serializers.IntegerField(min_value=0, max_value=86_400, default=0)
    auth = AuthIn(required=False)
    secret = serializers.CharField(max_length=400, required=False, help_text="Never shown again.")

    system = serializers.UUIDField(help_text="The department's system that serves it.")


class InterfaceIn(InterfaceChangeIn):
    """Register a provider's HTTP interface under a published resource."""

    resource = serializers.UUIDField()


# Where the provider is and how the hub gets in is its own matter.
_OWN = ("url", "auth", "failures", "open_until")


class InterfaceOut(serializers.ModelSerializer):
    """A service interface; address and authentication for its provider and who supervises."""

    auth = serializers.DictField(allow_null=True)
    parameters = ParameterIn(many=True)
    result_codes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ServiceInterface
        fields = (
            "id",
            "resource",
            "department",
            "system",
            "code",
            "name",
            "kind",
            "state",
            "state_reason",
            "method",
            "url",
            "parameters",
            "records_at",
            "result_codes",
            "timeout_ms",
            "cache_seconds",
            "auth",
            "failures",
            "open_until",
            "created_at",
        )
        extra_kwargs = {name: {"allow_null": True} for name in ("url", "failures")}

    def to_representation(self, interface: ServiceInterface) -> dict[str, Any]:
        """The members that this reader may see."""
        made = super().to_representation(interface)
        reader = self.context["request"].user
        if reader.kind == "system" or not may(reader, Perm.INTERFACE_VIEW, interface.department_id):
            made.update(dict.fromkeys(_OWN))
        return made


class InterfaceCallIn(In):
    """What is asked."""

    parameters = serializers.DictField(child=serializers.JSONField(), default=dict)


class InterfaceCallOut(serializers.Serializer):
    """Records of a query, or the result of a verification."""

    items = serializers.ListField(child=serializers.DictField(), required=False)
    result = serializers.JSONField(required=False, help_text="true, false or a declared code")


class TestedOut(serializers.Serializer):
    """What one call by the provider showed; no values."""

    status = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    records = serializers.IntegerField(allow_null=True)
    items = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    fault = serializers.CharField()


class GatewayKeyIn(In):
    """For which system, and whose way of signing."""

    system = serializers.UUIDField()
    dialect = serializers.ChoiceField(choices=GatewayKey.Dialect.choices)


class GatewayKeyOut(serializers.ModelSerializer):
    """A key for a gateway's way of signing; never its secrets."""

    class Meta:
        model = GatewayKey
        fields = (
            "id",
            "system",
            "department",
            "dialect",
            "requester",
            "state",
            "secret_ends_at",
            "created_at",
        )


class IssuedGatewayKeyOut(GatewayKeyOut):
    """A new key with its secret, which is shown this once."""

    secret = serializers.CharField()

    class Meta(GatewayKeyOut.Meta):
        fields = (*GatewayKeyOut.Meta.fields, "secret")

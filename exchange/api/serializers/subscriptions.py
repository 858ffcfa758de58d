from typing import Any

from rest_framework import serializers

from exchange.models import Delivery, Subscription
from kernel.api import In

_NEEDED = {
    Subscription.Mode.WEBHOOK: ("url",),
    Subscription.Mode.SINK: ("dsn", "target_schema", "target_table"),
    Subscription.Mode.PULL: (),
}
_NAME = r"^[a-z][a-z0-9_]{0,62}$"


class SubscriptionIn(In):
    """How a grant is to be used. A webhook needs ``url``; a sink ``dsn`` and the target's names."""

    grant = serializers.UUIDField()
    mode = serializers.ChoiceField(choices=Subscription.Mode.choices)
    purpose = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Of every delivery; need not be said where the grant names one only.",
    )
    system = serializers.UUIDField(
        required=False, help_text="Another system that the grant names; else the grant's own."
    )
    url = serializers.CharField(max_length=500, required=False)
    dsn = serializers.CharField(max_length=1000, required=False, write_only=True)
    target_schema = serializers.RegexField(_NAME, required=False)
    target_table = serializers.RegexField(_NAME, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each mode takes exactly its own members."""
        needed = _NEEDED[attrs["mode"]]
        faults = {name: "is needed for this mode" for name in needed if name not in attrs}
        strange = set(attrs) - {"grant", "mode", "purpose", "system", *needed}
        faults |= dict.fromkeys(strange, f"does not go with the mode {attrs['mode']}")
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class SubscriptionOut(serializers.ModelSerializer):
    """A subscription: its place in the log and how its lane fares."""

    last_number = serializers.IntegerField(source="dataset.last_number")

    class Meta:
        model = Subscription
        fields = (
            "id",
            "grant",
            "dataset",
            "department",
            "system",
            "mode",
            "state",
            "state_reason",
            "purpose",
            "url",
            "target_schema",
            "target_table",
            "position",
            "last_number",
            "attempts",
            "next_attempt_at",
            "last_error",
            "created_at",
        )


class OpenedOut(SubscriptionOut):
    """A new subscription; for a webhook with its signing secret, which is shown this once."""

    secret = serializers.CharField(required=False)

    class Meta(SubscriptionOut.Meta):
        fields = (*SubscriptionOut.Meta.fields, "secret")


class ChangesOut(serializers.Serializer):
    """Changes in order: each record with ``_batch``, ``_op`` (upsert or delete) and ``_seq``."""

    items = serializers.ListField(child=serializers.DictField())
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()
    last_number = serializers.IntegerField()


class DeliveryOut(serializers.ModelSerializer):
    """One batch on its way to a subscription, or arrived."""

    class Meta:
        model = Delivery
        fields = (
            "id",
            "subscription",
            "number",
            "attempts",
            "delivered_at",
            "rows",
            "last_error",
            "response_status",
            "duration_ms",
            "created_at",
        )

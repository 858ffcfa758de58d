from rest_framework import serializers

from exchange.models import Hook
from kernel.api import In


class HookIn(In):
    """Where the department's notices go."""

    url = serializers.CharField(max_length=500)


class HookOut(serializers.ModelSerializer):
    """A department's webhook for its notices, and how it fares."""

    class Meta:
        model = Hook
        fields = (
            "id",
            "department",
            "url",
            "state",
            "state_reason",
            "attempts",
            "next_attempt_at",
            "created_at",
        )


class OpenedHookOut(HookOut):
    """A new webhook with its signing secret, which is shown this once."""

    secret = serializers.CharField()

    class Meta(HookOut.Meta):
        fields = (*HookOut.Meta.fields, "secret")

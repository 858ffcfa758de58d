from typing import Any

from rest_framework import serializers

from exchange.models import Dispute
from exchange.vocabulary import DisputeOutcome
from kernel.api import In


class DisputeIn(In):
    """What is disputed, one of the three, and what is claimed."""

    request = serializers.UUIDField(required=False)
    grant = serializers.UUIDField(required=False)
    objection = serializers.UUIDField(required=False)
    claim = serializers.CharField(max_length=1000)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Exactly one thing is disputed."""
        if len({"request", "grant", "objection"} & set(values)) != 1:
            raise serializers.ValidationError("name one of: request, grant, objection")
        return values


class ResponseIn(In):
    """The other side's view."""

    response = serializers.CharField(max_length=1000)


class ElevateIn(In):
    """The document by which the authority reports it."""

    document = serializers.CharField(max_length=120, help_text="文号")


class SettleIn(In):
    """What was agreed."""

    decision = serializers.CharField(max_length=1000)


class DecideIn(In):
    """What was decided, and by which document."""

    outcome = serializers.ChoiceField(choices=DisputeOutcome.choices)
    decision = serializers.CharField(max_length=1000)
    document = serializers.CharField(max_length=120, help_text="文号")


class DisputeOut(serializers.ModelSerializer):
    """A dispute and how far it has come."""

    class Meta:
        model = Dispute
        fields = (
            "id",
            "request",
            "grant",
            "objection",
            "department",
            "respondent",
            "claim",
            "response",
            "state",
            "referred_at",
            "elevated_at",
            "ended_at",
            "outcome",
            "decision",
            "document",
            "created_at",
        )

"""Shapes of what the public says of open data."""

from rest_framework import serializers

from catalog.models import Feedback
from kernel.api import In


class FeedbackIn(In, serializers.ModelSerializer):
    """What to say of which open resource."""

    resource = serializers.UUIDField()

    class Meta:
        model = Feedback
        fields = ["resource", "text", "contact"]


class FeedbackOutcomeIn(In):
    """What was done about it."""

    outcome = serializers.CharField(max_length=400)


class FeedbackOut(serializers.ModelSerializer):
    """What somebody said, and what its provider did."""

    resource = serializers.UUIDField(source="resource_id", read_only=True)
    department = serializers.UUIDField(source="department_id", read_only=True)

    class Meta:
        model = Feedback
        fields = [
            "id",
            "resource",
            "department",
            "text",
            "contact",
            "created_at",
            "outcome",
            "settled_by",
            "settled_at",
        ]
        read_only_fields = fields

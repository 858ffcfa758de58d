from typing import Any

from rest_framework import serializers

from accounts.permissions import Perm
from accounts.policy import may
from exchange.models import ServiceChange, ServiceReply
from exchange.vocabulary import ChangeKind
from kernel.api import In


class ChangeIn(In):
    """What will stop or change, from which day, why, and what stands in for it."""

    dataset = serializers.UUIDField(required=False, help_text="Either this,")
    interface = serializers.UUIDField(required=False, help_text="or this.")
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    reason = serializers.CharField(max_length=400)
    replacement = serializers.CharField(max_length=400, required=False)
    effective_on = serializers.DateField()


class ReplyIn(In):
    """Whether a department served agrees."""

    agrees = serializers.BooleanField()
    note = serializers.CharField(max_length=400, required=False)


class FileIn(In):
    """The number under which it is filed."""

    number = serializers.CharField(max_length=60, help_text="备案号")


class ReplyOut(serializers.ModelSerializer):
    """What one department said."""

    class Meta:
        model = ServiceReply
        fields = ("department", "agrees", "note", "updated_at")


class ChangeOut(serializers.ModelSerializer):
    """An announcement, and what those served say to it."""

    replies = serializers.SerializerMethodField()

    class Meta:
        model = ServiceChange
        fields = (
            "id",
            "dataset",
            "interface",
            "department",
            "kind",
            "reason",
            "replacement",
            "effective_on",
            "state",
            "filing_number",
            "filed_at",
            "completed_at",
            "replies",
            "created_at",
        )

    def get_replies(self, change: ServiceChange) -> list[dict[str, Any]]:
        """What was said: all of it for the provider and who supervises, else the own reply."""
        actor = self.context["request"].user
        sees_all = may(actor, Perm.REQUEST_VIEW, change.department_id)
        own = actor.department_id
        seen = [row for row in change.replies.all() if sees_all or row.department_id == own]
        return list(ReplyOut(seen, many=True).data)

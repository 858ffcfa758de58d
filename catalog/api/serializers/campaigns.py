"""Shapes of the census (大普查)."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.resources import DepartmentBrief
from catalog.models import Campaign, CampaignTask
from catalog.states import CAMPAIGN, CAMPAIGN_TASK
from kernel.api import In

MOST_DEPARTMENTS = 5000


class CampaignIn(In):
    """A census: until when, for whom (every department if none is named), and what to do."""

    name = serializers.CharField(max_length=120)
    instructions = serializers.CharField(max_length=1000, default="", allow_blank=True)
    opens_on = serializers.DateField(required=False)
    due_on = serializers.DateField()
    departments = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_DEPARTMENTS, required=False
    )


class ProgressOut(serializers.Serializer):
    """How far the departments are; ``late``: not confirmed, and the day has passed."""

    tasks = serializers.IntegerField()
    open = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    returned = serializers.IntegerField()
    late = serializers.IntegerField()
    rate = serializers.FloatField(help_text="confirmed / tasks", allow_null=True)


class CampaignOut(serializers.ModelSerializer):
    """A census with its progress over the tasks that the reader may see."""

    progress = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = [
            "id",
            "name",
            "instructions",
            "opens_on",
            "due_on",
            "state",
            "moves",
            "progress",
            "created_at",
        ]
        read_only_fields = fields

    def get_moves(self, row: Campaign) -> list[str]:
        """The verbs that are possible now."""
        return CAMPAIGN.possible(row.state)

    @extend_schema_field(ProgressOut)
    def get_progress(self, row: Any) -> dict[str, Any]:
        """Counted by the view in one statement for the whole page."""
        counts = {name: getattr(row, f"{name}_tasks") for name in ("open", "confirmed", "returned")}
        tasks = sum(counts.values())
        is_past = timezone.localdate() > row.due_on
        return {
            "tasks": tasks,
            **counts,
            "late": tasks - counts["confirmed"] if is_past else 0,
            "rate": round(counts["confirmed"] / tasks, 4) if tasks else None,
        }


class CampaignBrief(serializers.ModelSerializer):
    """The census of a task."""

    class Meta:
        model = Campaign
        fields = ["id", "name", "due_on", "state"]


class CampaignTaskOut(serializers.ModelSerializer):
    """A department's part; ``counts`` are those of the moment of its confirmation."""

    campaign = CampaignBrief()
    department = DepartmentBrief()
    counts = serializers.DictField()
    is_late = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = CampaignTask
        fields = [
            "id",
            "campaign",
            "department",
            "state",
            "moves",
            "is_late",
            "counts",
            "confirmed_by",
            "confirmed_at",
            "return_reason",
            "updated_at",
        ]
        read_only_fields = fields

    def get_moves(self, row: CampaignTask) -> list[str]:
        """The verbs that are possible now; none after the census was closed."""
        return CAMPAIGN_TASK.possible(row.state) if row.campaign.state == "open" else []

    def get_is_late(self, row: CampaignTask) -> bool:
        """True if it was confirmed after the day, or the day has passed without."""
        at = timezone.localdate(row.confirmed_at) if row.confirmed_at else timezone.localdate()
        return at > row.campaign.due_on


class CampaignTaskWholeOut(CampaignTaskOut):
    """A department's part with what it has at present."""

    present = serializers.DictField(required=False)

    class Meta(CampaignTaskOut.Meta):
        fields = [*CampaignTaskOut.Meta.fields, "present"]

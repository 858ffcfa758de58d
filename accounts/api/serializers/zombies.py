"""Shapes of verdicts, rules and scans."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers.cases import FindingOut
from accounts.models import RuleSet, Verdict
from accounts.vocabulary import Criterion, Level
from accounts.zombies.thresholds import RANGES
from kernel.api import In


class VerdictOut(serializers.ModelSerializer):
    """What the five criteria say of a system on the evidence known at ``judged_at``."""

    system = serializers.UUIDField(source="system_id")
    system_name = serializers.CharField(source="system.name")
    department = serializers.UUIDField(source="department_id")
    level = serializers.ChoiceField(choices=Level.choices)
    findings = serializers.SerializerMethodField()
    replacement = serializers.UUIDField(
        source="replacement_id",
        allow_null=True,
        help_text="the system that can take its functions over (Z2)",
    )
    edition = serializers.IntegerField(source="rules.edition", help_text="of the rules")

    class Meta:
        model = Verdict
        fields = [
            "id",
            "system",
            "system_name",
            "department",
            "level",
            "findings",
            "replacement",
            "edition",
            "judged_at",
        ]

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, row: Verdict) -> list[dict[str, Any]]:
        """One finding a criterion, Z1 to Z5."""
        return [
            {"criterion": one.value, "title": one.label, **row.findings[one.value]}
            for one in Criterion
            if one.value in row.findings
        ]


class RulesIn(In):
    """A new edition; thresholds that are not named have the platform's defaults."""

    thresholds = serializers.DictField(help_text=f"any of: {', '.join(RANGES)}", allow_empty=True)
    basis = serializers.CharField(max_length=200, help_text="the document that sets them")


class RulesOut(serializers.ModelSerializer):
    """An edition of the thresholds."""

    thresholds = serializers.DictField(child=serializers.FloatField())

    class Meta:
        model = RuleSet
        fields = ["id", "edition", "thresholds", "basis", "created_at"]


class ScanOut(serializers.Serializer):
    """That a scan was asked for."""

    state = serializers.ChoiceField(choices=["requested"])

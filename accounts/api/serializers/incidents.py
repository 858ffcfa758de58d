"""Shapes of security incidents."""

from typing import ClassVar

from rest_framework import serializers

from accounts.models import Incident
from accounts.vocabulary import Severity
from kernel.api import In


class IncidentIn(In):
    """What was found."""

    title = serializers.CharField(max_length=120)
    description = serializers.CharField(
        max_length=4000, help_text="what happened, to which systems and data; no values of records"
    )
    severity = serializers.ChoiceField(choices=Severity.choices)
    found_at = serializers.DateTimeField()


class GradingIn(In):
    """Another severity, and why."""

    severity = serializers.ChoiceField(choices=Severity.choices)
    reason = serializers.CharField(max_length=400)


class ReportIn(In):
    """To whom it was reported, when (now, unless said) and under which number."""

    reported_to = serializers.CharField(max_length=120)
    reported_at = serializers.DateTimeField(required=False)
    document = serializers.CharField(max_length=120, required=False)


class ClosingIn(In):
    """What was done."""

    measures = serializers.CharField(max_length=4000)


class IncidentOut(serializers.ModelSerializer):
    """An incident; ``report_by`` is null where its severity wants no report."""

    is_late = serializers.BooleanField()

    class Meta:
        model = Incident
        fields: ClassVar[list[str]] = [
            "id",
            "title",
            "description",
            "severity",
            "state",
            "found_at",
            "recorded_by",
            "report_by",
            "reported_at",
            "reported_to",
            "document",
            "is_late",
            "measures",
            "closed_at",
            "closed_by",
            "created_at",
            "version",
        ]

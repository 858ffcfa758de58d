"""Shapes of deeds for two people."""

from rest_framework import serializers

from accounts.models import Proposal
from kernel.api import In


class TwoPersonDeedIn(In):
    """A dangerous deed, what it is done to, and why."""

    deed = serializers.CharField(max_length=40, help_text="such as grant.revoke_all")
    subject = serializers.UUIDField()
    reason = serializers.CharField(max_length=400)


class ProposalOut(serializers.ModelSerializer):
    """A proposed deed, who proposed and who decided, and what it did."""

    subject = serializers.UUIDField(source="subject_id")
    department = serializers.UUIDField(source="department_id", allow_null=True)
    proposed_by = serializers.UUIDField(source="proposed_by_id")
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)

    class Meta:
        model = Proposal
        fields = [
            "id",
            "deed",
            "subject_type",
            "subject",
            "subject_name",
            "department",
            "reason",
            "state",
            "proposed_by",
            "decided_by",
            "decided_at",
            "answer",
            "expires_at",
            "outcome",
            "created_at",
        ]

"""Shapes of zombie cases, merge proposals and the register's numbers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.dueprocess import ANSWER_WORKDAYS, LEAST_WORKDAYS, MOST_WORKDAYS
from accounts.models import MergeProposal, ZombieCase
from accounts.states import MERGE, ZOMBIE_CASE
from accounts.vocabulary import Answer, Criterion, Level
from kernel.api import In

GROUNDS = ["replaceable", "overlap", "similar_name", "office_level"]


class FindingOut(serializers.Serializer):
    """What one criterion found: level, one sentence, the facts it rests on and those missing."""

    criterion = serializers.CharField(help_text="Z1 to Z5")
    title = serializers.CharField(help_text="the criterion in the words of 39号")
    level = serializers.ChoiceField(choices=Level.choices)
    zh = serializers.CharField()
    en = serializers.CharField()
    facts = serializers.DictField()
    missing = serializers.ListField(child=serializers.CharField())


def findings_of(case: ZombieCase) -> list[dict[str, Any]]:
    """The findings that a case was opened with, in the order of the criteria."""
    found = case.evidence.get("findings", {})
    return [
        {"criterion": one.value, "title": one.label, **found[one.value]}
        for one in Criterion
        if one.value in found
    ]


class CaseOut(serializers.ModelSerializer):
    """A case with its evidence as it was when it was opened, and the steps possible now.

    ``level`` is what the latest verdict says of the system today.
    """

    department = serializers.UUIDField(source="department_id")
    department_name = serializers.CharField(source="department.name")
    system = serializers.UUIDField(source="system_id")
    system_name = serializers.CharField(source="system.name")
    merge_into = serializers.UUIDField(source="merge_into_id", allow_null=True)
    level = serializers.CharField(source="system.verdict.level", default=Level.UNKNOWN.value)
    findings = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = ZombieCase
        fields = [
            "id",
            "department",
            "department_name",
            "system",
            "system_name",
            "state",
            "moves",
            "level",
            "findings",
            "notified_at",
            "answer_workdays",
            "answer_by",
            "is_provisional",
            "is_overdue",
            "is_escalated",
            "answer",
            "answer_reason",
            "answered_by",
            "answered_at",
            "is_answered_late",
            "promised_on",
            "merge_into",
            "decision",
            "decision_reason",
            "decided_by",
            "decided_at",
            "due_on",
            "outcome",
            "money_freed",
            "closed_at",
            "created_at",
            "updated_at",
        ]

    def get_moves(self, row: ZombieCase) -> list[str]:
        """The verbs that are possible now."""
        return ZOMBIE_CASE.possible(row.state)

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, row: ZombieCase) -> list[dict[str, Any]]:
        """What each criterion found when the case was opened."""
        return findings_of(row)


class NoticeIn(In):
    """How long the department has to answer."""

    workdays = serializers.IntegerField(
        min_value=LEAST_WORKDAYS, max_value=MOST_WORKDAYS, default=ANSWER_WORKDAYS
    )


class AnswerIn(In):
    """Keep with a reason, rectify by a date, merge into a running system, or retire."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)
    promised_on = serializers.DateField(required=False, help_text="needed to rectify")
    merge_into = serializers.UUIDField(required=False, help_text="needed to merge")


class DecisionIn(In):
    """The authority's decision; ``due_on``: done by, or a kept system exempt until."""

    decision = serializers.ChoiceField(choices=Answer.choices)
    reason = serializers.CharField(max_length=400)
    due_on = serializers.DateField()
    merge_into = serializers.UUIDField(
        required=False, help_text="another system than the answer names"
    )


class CompletionIn(In):
    """What was done, and the money that it frees a year (万元) if not the maintenance cost."""

    outcome = serializers.CharField(max_length=400)
    money_freed = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False
    )


class DismissalIn(In):
    """Why the suspicion is dropped, and until when no new one is raised."""

    reason = serializers.CharField(max_length=400)
    exempt_until = serializers.DateField(required=False)


class ReopeningIn(In):
    """Why the decision is taken back, and the new term to answer."""

    reason = serializers.CharField(max_length=400)
    workdays = serializers.IntegerField(
        min_value=LEAST_WORKDAYS, max_value=MOST_WORKDAYS, default=ANSWER_WORKDAYS
    )


class DependantsOut(serializers.Serializer):
    """Who depends on a system, and how grave it would be to take it away."""

    systems = serializers.ListField(child=serializers.CharField())
    holds = serializers.ListField(child=serializers.CharField())
    subscriptions = serializers.IntegerField()
    risk = serializers.ChoiceField(choices=["low", "medium", "high"])


class MergingOut(serializers.Serializer):
    """One system of a proposal: why it could go, what it costs a year (万元), who needs it."""

    system = serializers.UUIDField()
    name = serializers.CharField()
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    grounds = serializers.ListField(child=serializers.ChoiceField(choices=GROUNDS))
    overlap = serializers.FloatField(help_text="share of its items that the target has too")
    shared = serializers.ListField(child=serializers.CharField())
    sentence_zh = serializers.CharField(help_text="what the scan found; empty without a verdict")
    sentence_en = serializers.CharField()
    maintenance_cost = serializers.CharField(allow_null=True)
    dependants = DependantsOut()


class MergeReasonsOut(serializers.Serializer):
    """A proposal's reasons as they were when it was made."""

    systems = MergingOut(many=True)
    freed_per_year = serializers.CharField(help_text="万元, of the systems whose cost is known")
    cost_unknown = serializers.IntegerField(help_text="systems whose cost is not registered")
    risk = serializers.ChoiceField(choices=["low", "medium", "high"])


class MergeOut(serializers.ModelSerializer):
    """A proposal to merge systems into a target, with the steps possible now."""

    department = serializers.UUIDField(source="department_id")
    target = serializers.UUIDField(source="target_id")
    target_name = serializers.CharField(source="target.name")
    reasons = MergeReasonsOut()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = MergeProposal
        fields = [
            "id",
            "department",
            "target",
            "target_name",
            "state",
            "moves",
            "reasons",
            "finish_by",
            "decided_by",
            "decision_reason",
            "money_freed",
            "closed_at",
            "created_at",
            "updated_at",
        ]

    def get_moves(self, row: MergeProposal) -> list[str]:
        """The verbs that are possible now."""
        return MERGE.possible(row.state)


class ProposalIn(In):
    """In which department to look; everywhere if none is named (the platform's roles)."""

    department = serializers.UUIDField(required=False)


class ProposedOut(serializers.Serializer):
    """The proposals that were made now."""

    items = MergeOut(many=True)


class AcceptanceIn(In):
    """By when the systems are to be merged."""

    finish_by = serializers.DateField()
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)


class MergeCompletionIn(In):
    """The money that the merge frees a year (万元), if not the systems' maintenance cost."""

    money_freed = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False
    )

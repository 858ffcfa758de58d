"""Shapes of demands (供需对接)."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.resources import DepartmentBrief
from catalog.demandrules import ANSWER_WORKDAYS, LEAST_WORKDAYS, MOST_WORKDAYS
from catalog.models import Demand
from catalog.states import DEMAND
from kernel.api import In

MOST_WANTED = 100


class DemandIn(In, serializers.ModelSerializer):
    """A need: what for, on what basis, which items in the requester's words."""

    wanted_items = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=MOST_WANTED, default=list
    )

    class Meta:
        model = Demand
        fields = ["title", "description", "wanted_items", "basis", "scenario", "needed_by"]


class DemandMergeIn(In):
    """The demand that asks for the same."""

    into = serializers.UUIDField()


class RouteIn(In):
    """Whose duty it is, why, and the workdays to answer (an internal limit)."""

    department = serializers.UUIDField()
    reason = serializers.CharField(max_length=400)
    workdays = serializers.IntegerField(
        min_value=LEAST_WORKDAYS, max_value=MOST_WORKDAYS, default=ANSWER_WORKDAYS
    )


class OfferIn(In):
    """The resource that answers the demand."""

    resource = serializers.UUIDField()
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)


class RefusalIn(In):
    """Why not, and the law, regulation or duty that it rests on."""

    reason = serializers.CharField(max_length=400)
    legal_basis = serializers.CharField(max_length=400)


class SettlementIn(In):
    """The authority's word on a dispute."""

    settlement = serializers.CharField(max_length=400)


class OfferedOut(serializers.Serializer):
    """The resource offered."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(source="published.name", default="")


class MergedOut(serializers.ModelSerializer):
    """A demand that was merged into this one."""

    department = DepartmentBrief()

    class Meta:
        model = Demand
        fields = ["id", "department", "title", "wanted_items"]


class OutcomeOut(serializers.Serializer):
    """What became of the demand that this one was merged into."""

    state = serializers.ChoiceField(choices=DEMAND.choices)
    routed_to = DepartmentBrief(allow_null=True)
    answer_by = serializers.DateField(allow_null=True)
    resource = OfferedOut(allow_null=True)
    answer_reason = serializers.CharField()
    legal_basis = serializers.CharField()
    settlement = serializers.CharField()


class DemandOut(serializers.ModelSerializer):
    """A demand with its answer, and the steps possible now.

    ``outcome`` is there for a merged demand: one answer is for all that were merged.
    """

    department = DepartmentBrief()
    routed_to = DepartmentBrief(allow_null=True)
    merged_into = serializers.UUIDField(source="merged_into_id", allow_null=True)
    resource = OfferedOut(allow_null=True)
    merged = MergedOut(many=True)
    outcome = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Demand
        fields = [
            "id",
            "department",
            "title",
            "description",
            "wanted_items",
            "basis",
            "scenario",
            "needed_by",
            "state",
            "moves",
            "merged_into",
            "merged",
            "outcome",
            "routed_to",
            "route_reason",
            "routed_at",
            "answer_workdays",
            "answer_by",
            "is_provisional",
            "is_overdue",
            "resource",
            "answer_reason",
            "legal_basis",
            "answered_by",
            "answered_at",
            "is_answered_late",
            "dispute_reason",
            "settlement",
            "settled_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_moves(self, row: Demand) -> list[str]:
        """The verbs that are possible now."""
        return DEMAND.possible(row.state)

    @extend_schema_field(OutcomeOut(allow_null=True))
    def get_outcome(self, row: Demand) -> dict[str, Any] | None:
        """The answer that the merged demand shares."""
        return OutcomeOut(row.merged_into).data if row.merged_into else None


class SimilarDemandOut(serializers.Serializer):
    """Another demand for much the same, and what they share."""

    demand = DemandOut(source="row")
    score = serializers.FloatField()
    name = serializers.FloatField(help_text="likeness of the titles, 0 to 1")
    shared_items = serializers.ListField(child=serializers.CharField())


class SimilarDemandsOut(serializers.Serializer):
    """Demands that could be merged, the likest first."""

    items = SimilarDemandOut(many=True)


class CandidateOut(serializers.Serializer):
    """An entry in force that may answer the demand, and how much its name has in common."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department = serializers.CharField()
    department_id = serializers.UUIDField()
    share_type = serializers.CharField()
    is_attached = serializers.BooleanField()
    likeness = serializers.FloatField()


class CandidatesOut(serializers.Serializer):
    """Entries that may answer the demand, the likest first."""

    items = CandidateOut(many=True)

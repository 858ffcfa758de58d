"""Shapes of quality: one entry's, the lists of what is wanting, the scorecard."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.workdays import workdays_left
from catalog.api.serializers.resources import DepartmentBrief
from catalog.models import SearchDocument
from catalog.quality.completeness import ELEMENTS
from catalog.vocabulary import UpdateCycle

FRESHNESS = ["fresh", "overdue", "never_came", "no_promise"]
_ELEMENTS = {element.code: element for element in ELEMENTS}


class GapOut(serializers.Serializer):
    """Something that an entry does not say: its weight in the score, and what is asked."""

    code = serializers.CharField()
    zh = serializers.CharField()
    weight = serializers.IntegerField()
    asks = serializers.CharField()


def gaps_of(codes: Any) -> list[dict[str, Any]]:
    """The gaps in words, in the order given."""
    return [
        {"code": one.code, "zh": one.zh, "weight": one.weight, "asks": one.asks}
        for one in (_ELEMENTS[code] for code in codes if code in _ELEMENTS)
    ]


class TimelinessOut(serializers.Serializer):
    """How the data stand to their own cycle; ``workdays_overdue`` by the workday calendar."""

    freshness = serializers.ChoiceField(choices=FRESHNESS)
    update_cycle = serializers.CharField()
    data_updated_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    fresh_until = serializers.DateField(allow_null=True)
    workdays_overdue = serializers.IntegerField()


class VersionQualityOut(serializers.Serializer):
    """How complete a version is, 0 to 100, and why."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    completeness = serializers.IntegerField()
    gaps = GapOut(many=True)


class ResourceQualityOut(serializers.Serializer):
    """The quality of a resource: of the version in force, its data, and the version in work."""

    resource = serializers.UUIDField()
    is_attached = serializers.BooleanField()
    published = VersionQualityOut(allow_null=True)
    in_progress = VersionQualityOut(allow_null=True)
    timeliness = TimelinessOut(allow_null=True)


class EntryInForceOut(serializers.ModelSerializer):
    """An entry in force, in a list of what is wanting."""

    resource = serializers.UUIDField(source="resource_id")
    code = serializers.CharField(source="resource.code")
    department = DepartmentBrief()
    is_attached = serializers.BooleanField()

    class Meta:
        model = SearchDocument
        fields = ["resource", "code", "name", "department", "is_attached"]
        read_only_fields = fields


class OverdueOut(EntryInForceOut):
    """An entry whose data are later than its own cycle promises."""

    update_cycle = serializers.ChoiceField(source="entry.update_cycle", choices=UpdateCycle.choices)
    data_updated_at = serializers.DateTimeField(source="resource.data_updated_at", allow_null=True)
    workdays_overdue = serializers.SerializerMethodField()
    freshness = serializers.SerializerMethodField()

    class Meta(EntryInForceOut.Meta):
        fields = [
            *EntryInForceOut.Meta.fields,
            "update_cycle",
            "data_updated_at",
            "published_at",
            "fresh_until",
            "freshness",
            "workdays_overdue",
        ]

    def get_workdays_overdue(self, row: SearchDocument) -> int:
        """Workdays since the last day of the promise."""
        if row.fresh_until is None:
            return 0
        return -workdays_left(timezone.localdate(), row.fresh_until, self.context["calendars"])

    @extend_schema_field(serializers.ChoiceField(choices=FRESHNESS))
    def get_freshness(self, row: SearchDocument) -> str:
        """Whether the data ever came."""
        return "never_came" if row.resource.data_updated_at is None else "overdue"


class IncompleteOut(EntryInForceOut):
    """An entry that does not say everything, with what is missing."""

    gaps = serializers.SerializerMethodField()

    class Meta(EntryInForceOut.Meta):
        fields = [*EntryInForceOut.Meta.fields, "completeness", "gaps"]

    @extend_schema_field(GapOut(many=True))
    def get_gaps(self, row: SearchDocument) -> list[dict[str, Any]]:
        """What is missing, the heaviest first."""
        return gaps_of(row.gaps)


class MeasureOut(serializers.Serializer):
    """A measure: its name, its weight in the score, its formula."""

    code = serializers.CharField()
    title = serializers.CharField()
    weight = serializers.IntegerField()
    formula_zh = serializers.CharField()
    formula_en = serializers.CharField()


class RateOut(serializers.Serializer):
    """A rate with both parts of its fraction; null where there is nothing to measure."""

    part = serializers.FloatField()
    whole = serializers.FloatField()
    value = serializers.FloatField(allow_null=True)


class CardOut(serializers.Serializer):
    """One department's card, or all departments' together (without a department)."""

    department = serializers.UUIDField(required=False)
    name = serializers.CharField(required=False)
    score = serializers.FloatField(allow_null=True)
    rates = serializers.DictField(child=RateOut(), help_text="by the measure's code")
    counts = serializers.DictField(child=serializers.CharField())


class ScorecardOut(serializers.Serializer):
    """Every measure with its formula, all departments together, and each by itself."""

    as_of = serializers.DateField()
    year = serializers.IntegerField()
    measures = MeasureOut(many=True)
    formula_zh = serializers.CharField(help_text="of the score")
    formula_en = serializers.CharField(help_text="of the score")
    total = CardOut()
    departments = CardOut(many=True)

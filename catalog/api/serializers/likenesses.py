"""Shapes of what is alike and of what is collected elsewhere."""

from typing import Any

from rest_framework import serializers

from catalog.api.serializers.resources import DepartmentBrief
from catalog.models import Likeness, LikenessScan, Resource
from kernel.api import In


class LikeResourceOut(serializers.ModelSerializer):
    """One of the two, as it is in force."""

    name = serializers.CharField(source="published.name", default="", read_only=True)
    department = DepartmentBrief(read_only=True)

    class Meta:
        model = Resource
        fields = ["id", "code", "name", "department"]


class LikenessOut(serializers.ModelSerializer):
    """A pair that looks like one, with what speaks for it and against it."""

    left = LikeResourceOut(read_only=True)
    right = LikeResourceOut(read_only=True)
    reasons = serializers.DictField(read_only=True)
    proposed_source = DepartmentBrief(read_only=True, allow_null=True)

    class Meta:
        model = Likeness
        fields = [
            "id", "kind", "state", "score", "left", "left_column", "right", "right_column",
            "reasons", "proposed_source", "decided_by", "decided_at", "decision_reason",
            "created_at", "updated_at", "version",
        ]  # fmt: skip


class ScanIn(In):
    """Nothing to choose: all entries are compared."""


class LikenessScanOut(serializers.ModelSerializer):
    """A scan that ended or waits to be made: entries compared, pairs found, open pairs dropped."""

    class Meta:
        model = LikenessScan
        fields = [
            "id", "began_at", "ended_at", "asked_by", "is_whole", "compared", "found", "dropped",
        ]  # fmt: skip


class SharedItemOut(serializers.Serializer[Any]):
    """An item here and the one elsewhere that means the same."""

    column = serializers.CharField()
    name = serializers.CharField()
    other_column = serializers.CharField()
    other_name = serializers.CharField()
    is_source = serializers.BooleanField(
        allow_null=True, help_text="The other department is this item's source; null: none is named"
    )


class OverlapOut(serializers.Serializer[Any]):
    """A resource of another department that can be shared and has these items already."""

    resource_id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    share_type = serializers.CharField()
    share = serializers.FloatField(help_text="Of this version's telling items, how many are there")
    items = SharedItemOut(many=True)


class NamesakeOut(serializers.Serializer[Any]):
    """A resource in force that looks like this one under another name."""

    resource_id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    score = serializers.FloatField()
    reasons = serializers.DictField()


class OverlapsOut(serializers.Serializer[Any]):
    """What is collected elsewhere, the most first, and what may be the same resource."""

    items = OverlapOut(many=True)
    same = NamesakeOut(many=True)

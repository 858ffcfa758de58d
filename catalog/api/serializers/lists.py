"""Shapes of the three lists (三清单)."""

from typing import Any

from rest_framework import serializers

from catalog.api.serializers.quality import EntryInForceOut
from catalog.models import Demand, SearchDocument
from catalog.vocabulary import ShareMode, ShareType, UpdateCycle


class DutyDemandOut(serializers.ModelSerializer):
    """A demand that the entry answers."""

    class Meta:
        model = Demand
        fields = ["id", "title"]


class DutyOut(EntryInForceOut):
    """What a department has to supply, how, and when: an entry in force that is shared."""

    items = serializers.SerializerMethodField()
    share_type = serializers.ChoiceField(source="entry.share_type", choices=ShareType.choices)
    share_condition = serializers.CharField(source="entry.share_condition")
    share_modes = serializers.ListField(
        source="entry.share_modes", child=serializers.ChoiceField(choices=ShareMode.choices)
    )
    update_cycle = serializers.ChoiceField(source="entry.update_cycle", choices=UpdateCycle.choices)
    fresh_until = serializers.DateField(allow_null=True)
    demands = DutyDemandOut(source="resource.answered", many=True)

    class Meta(EntryInForceOut.Meta):
        fields = [
            *EntryInForceOut.Meta.fields,
            "items",
            "share_type",
            "share_condition",
            "share_modes",
            "update_cycle",
            "fresh_until",
            "demands",
        ]

    def get_items(self, row: SearchDocument) -> list[str]:
        """The names of the items that are shared."""
        return shared_items(row)


class NegativeOut(EntryInForceOut):
    """What is not shared, why, and by which law: a whole entry, or the items named."""

    is_whole = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    refusal_reason = serializers.CharField(source="entry.refusal_reason")
    legal_basis = serializers.CharField(source="entry.legal_basis")

    class Meta(EntryInForceOut.Meta):
        fields = [
            *EntryInForceOut.Meta.fields,
            "is_whole",
            "items",
            "refusal_reason",
            "legal_basis",
            "published_at",
        ]

    def get_is_whole(self, row: SearchDocument) -> bool:
        """True if nothing of the entry is shared."""
        return is_whole(row)

    def get_items(self, row: SearchDocument) -> list[str]:
        """The names of the items that are not shared."""
        return withheld_items(row)


def shared_items(row: Any) -> list[str]:
    """The items that the department supplies."""
    return [part["name"] for part in row.parts if _type(row, part) != ShareType.NOT_SHARED]


def withheld_items(row: Any) -> list[str]:
    """The items that it keeps back."""
    return [part["name"] for part in row.parts if _type(row, part) == ShareType.NOT_SHARED]


def is_whole(row: Any) -> bool:
    """True if the entry as such is not shared, and no item differs from it."""
    return row.entry.share_type == ShareType.NOT_SHARED and not shared_items(row)


def _type(row: Any, part: dict[str, str]) -> str:
    return part["share_type"] or row.entry.share_type

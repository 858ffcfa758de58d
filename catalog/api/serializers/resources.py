"""Shapes of resources, of their versions and items."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Department
from catalog.api.serializers.categories import CategoryBrief
from catalog.metadata import ITEM_VALUES, METADATA
from catalog.models import CodeList, DataElement, Entry, Item, Placement, Resource
from catalog.states import EVER_IN_FORCE, IN_PROGRESS
from kernel.api import In

MAX_ITEMS = 500


class ItemIn(In, serializers.ModelSerializer):
    """An item of a version."""

    column = serializers.RegexField(r"^[a-z][a-z0-9_]{0,62}$", max_length=63)
    code_list = serializers.UUIDField(required=False, allow_null=True)
    element = serializers.UUIDField(required=False, allow_null=True)

    class Meta:
        model = Item
        fields = ITEM_VALUES


class CodeListBrief(serializers.ModelSerializer):
    """The list that an item takes its values from."""

    class Meta:
        model = CodeList
        fields = ["id", "identifier", "name"]


class ElementBrief(serializers.ModelSerializer):
    """The data element whose meaning an item takes."""

    class Meta:
        model = DataElement
        fields = ["id", "identifier", "name"]


class SourceBrief(serializers.ModelSerializer):
    """The one department that is an item's source (数源部门)."""

    class Meta:
        model = Department
        fields = ["id", "name"]


class ItemOut(serializers.ModelSerializer):
    """An item of a version, in its place."""

    code_list = CodeListBrief(allow_null=True)
    element = ElementBrief(allow_null=True)
    source_department = SourceBrief(allow_null=True)

    class Meta:
        model = Item
        fields = ["position", *ITEM_VALUES, "source_department"]
        read_only_fields = fields


class ResourceIn(In, serializers.ModelSerializer):
    """A resource to draft; what is still missing may follow before it is submitted."""

    category = serializers.UUIDField()
    source_system = serializers.UUIDField(required=False, allow_null=True)
    items = ItemIn(many=True, required=False, max_length=MAX_ITEMS)  # type: ignore[call-arg]

    class Meta:
        model = Entry
        fields = ["category", *METADATA, "items"]


class ResourceChangeIn(ResourceIn):
    """What to change of the version in work; ``items``, where sent, replace all its items."""

    category = serializers.UUIDField(required=False)

    class Meta(ResourceIn.Meta):
        fields = ["category", *METADATA, "change_message", "items"]
        extra_kwargs = {"name": {"required": False}}


class RevisionIn(In):
    """Why a new version is begun."""

    change_message = serializers.CharField(max_length=400)


class DepartmentBrief(serializers.ModelSerializer):
    """The provider."""

    class Meta:
        model = Department
        fields = ["id", "name", "credit_code"]


class EntryOut(serializers.ModelSerializer):
    """A version with its items."""

    source_system = serializers.UUIDField(
        source="source_system_id", allow_null=True, read_only=True
    )
    items = ItemOut(many=True)

    class Meta:
        model = Entry
        fields = [
            "id",
            "number",
            "state",
            "change_message",
            *METADATA,
            "return_reason",
            "approved_at",
            "published_at",
            "withdrawn_at",
            "withdrawal_reason",
            "items",
        ]
        read_only_fields = fields


class PlacementOut(serializers.ModelSerializer):
    """A further class of a resource, with the code that it has there."""

    category = CategoryBrief()

    class Meta:
        model = Placement
        fields = ["category", "code"]
        read_only_fields = fields


def _seen(resource: Resource, states: tuple[str, ...]) -> Entry | None:
    """The latest version in one of these states among those that the view let the caller see."""
    seen = (entry for entry in resource.seen if entry.state in states)  # type: ignore[attr-defined]
    return max(seen, key=lambda entry: entry.number, default=None)


class ResourceOut(serializers.ModelSerializer):
    """A resource: the version in force, and the one in work where the caller may see it."""

    department = DepartmentBrief()
    category = CategoryBrief()
    placements = PlacementOut(many=True)
    published = serializers.SerializerMethodField()
    in_progress = serializers.SerializerMethodField()

    class Meta:
        model = Resource
        fields = [
            "id",
            "code",
            "department",
            "category",
            "placements",
            "is_attached",
            "data_updated_at",
            "published",
            "in_progress",
        ]
        read_only_fields = fields

    @extend_schema_field(EntryOut(allow_null=True))
    def get_published(self, resource: Resource) -> dict[str, Any] | None:
        """The version in force."""
        entry = _seen(resource, ("published",))
        return EntryOut(entry).data if entry else None

    @extend_schema_field(EntryOut(allow_null=True))
    def get_in_progress(self, resource: Resource) -> dict[str, Any] | None:
        """The version in work."""
        entry = _seen(resource, IN_PROGRESS)
        return EntryOut(entry).data if entry else None


class ResourceBrief(serializers.ModelSerializer):
    """A resource in a list, by its version in force, else the one in work, else the last one."""

    department = DepartmentBrief()
    category = CategoryBrief()
    number = serializers.IntegerField(source="shown.number")
    state = serializers.CharField(source="shown.state")
    name = serializers.CharField(source="shown.name")
    share_type = serializers.CharField(source="shown.share_type")
    update_cycle = serializers.CharField(source="shown.update_cycle")
    format_class = serializers.CharField(source="shown.format_class")
    is_open = serializers.BooleanField(source="shown.open_to_public")
    published_at = serializers.DateTimeField(source="shown.published_at", allow_null=True)

    class Meta:
        model = Resource
        fields = [
            "id",
            "code",
            "department",
            "category",
            "number",
            "state",
            "name",
            "share_type",
            "update_cycle",
            "format_class",
            "is_open",
            "is_attached",
            "published_at",
        ]

    def to_representation(self, resource: Resource) -> dict[str, Any]:
        """The row with the version that stands for it."""
        resource.shown = (  # type: ignore[attr-defined]
            _seen(resource, ("published",))
            or _seen(resource, IN_PROGRESS)
            or _seen(resource, EVER_IN_FORCE)
        )
        return super().to_representation(resource)

"""Shapes of what happens to resources: places, comments, changes of law, bulk steps, diffs."""

from rest_framework import serializers

from catalog.actions.bulk import MOST_ROWS
from catalog.api.serializers.codelists import SourceIn
from catalog.api.serializers.resources import ItemOut
from catalog.models import Adjustment, Comment, Entry
from kernel.api import In


class PlaceIn(In):
    """A further class."""

    category = serializers.UUIDField()


class ItemSourceIn(SourceIn):
    """The one source of an item."""

    column = serializers.CharField(max_length=63)


class CommentIn(In, serializers.ModelSerializer):
    """What to say of which place of the version, as a JSON pointer: /items/3/length."""

    class Meta:
        model = Comment
        fields = ["pointer", "text"]


class CommentOut(serializers.ModelSerializer):
    """A comment on one place of a version."""

    number = serializers.IntegerField(source="entry.number")

    class Meta:
        model = Comment
        fields = [
            "id",
            "number",
            "pointer",
            "text",
            "written_by",
            "writer_name",
            "created_at",
            "resolved_by",
            "resolved_at",
        ]
        read_only_fields = fields


class AdjustmentIn(In, serializers.ModelSerializer):
    """A change of law or duties that a resource's entry has to follow."""

    resource = serializers.UUIDField()

    class Meta:
        model = Adjustment
        fields = ["resource", "cause", "document", "happened_on", "note"]


class AdjustmentOut(serializers.ModelSerializer):
    """A change with its clock C1, and the version that follows it."""

    department = serializers.UUIDField(source="department_id", read_only=True)
    resource = serializers.UUIDField(source="resource_id", read_only=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True, read_only=True)
    due_on = serializers.DateField(allow_null=True, read_only=True)
    is_provisional = serializers.BooleanField(read_only=True)
    met_at = serializers.DateTimeField(allow_null=True, read_only=True)

    class Meta:
        model = Adjustment
        fields = [
            "id",
            "resource",
            "department",
            "cause",
            "document",
            "note",
            "happened_on",
            "registered_by",
            "entry",
            "due_on",
            "is_provisional",
            "met_at",
        ]
        read_only_fields = fields


class BulkIn(In):
    """The resources to take the step with."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST_ROWS
    )


class BulkReasonIn(BulkIn):
    """The resources to send back, and why."""

    reason = serializers.CharField(max_length=400)


class BulkRowOut(serializers.Serializer):
    """What became of one row: the state reached, or the problem as it would be answered alone."""

    id = serializers.UUIDField()
    done = serializers.BooleanField()
    state = serializers.CharField(required=False)
    number = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False, allow_null=True)
    problem = serializers.DictField(required=False)


class BulkOut(serializers.Serializer):
    """An outcome for each row, in the order of the ids."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkRowOut(many=True)


class FaultOut(serializers.Serializer):
    """One thing to mend."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class CheckOut(serializers.Serializer):
    """Everything that keeps the version in work from being submitted."""

    faults = FaultOut(many=True)


class FieldChangeOut(serializers.Serializer):
    """A member that changed."""

    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ItemChangeOut(serializers.Serializer):
    """An item that says something else."""

    column = serializers.CharField()
    name = serializers.CharField()
    changes = FieldChangeOut(many=True)


class ItemsDifferenceOut(serializers.Serializer):
    """Items new, gone, changed, and kept ones that stand in another order."""

    added = ItemOut(many=True)
    removed = ItemOut(many=True)
    changed = ItemChangeOut(many=True)
    moved = serializers.ListField(child=serializers.CharField())


class VersionBrief(serializers.ModelSerializer):
    """A version without what it says."""

    class Meta:
        model = Entry
        fields = ["id", "number", "state", "change_message", "published_at"]
        read_only_fields = fields


class EntryDifferenceOut(serializers.Serializer):
    """From one version to another, field by field."""

    before = VersionBrief()
    after = VersionBrief()
    metadata = FieldChangeOut(many=True)
    items = ItemsDifferenceOut()

"""Shapes of imports of catalogues and of what was found in them."""

from rest_framework import serializers

from catalog.models import CatalogImport, ImportFinding
from kernel.api import In


class ImportCheckIn(In):
    """How the file's columns and values are said in ours; the import's own mapping if left out."""

    mapping = serializers.JSONField(required=False)


class CatalogImportOut(serializers.ModelSerializer):
    """An import: received is the sum of new, changed, unchanged and wrong."""

    department = serializers.UUIDField(source="department_id", allow_null=True, read_only=True)
    category = serializers.UUIDField(source="category_id", allow_null=True, read_only=True)
    mapping = serializers.JSONField()

    class Meta:
        model = CatalogImport
        fields = [
            "id",
            "source",
            "standing",
            "format",
            "file_name",
            "body_digest",
            "department",
            "category",
            "mapping",
            "state",
            "received",
            "new",
            "changed",
            "unchanged",
            "wrong",
            "normalised",
            "kept",
            "created_at",
            "taken_at",
        ]
        read_only_fields = fields


class ImportFindingOut(serializers.ModelSerializer):
    """One value that is wrong, was put into the catalogue's words, or was not overwritten."""

    class Meta:
        model = ImportFinding
        fields = ["line", "column", "kind", "code", "before", "after", "detail"]
        read_only_fields = fields

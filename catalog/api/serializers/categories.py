"""Shapes of the tree of classes."""

from rest_framework import serializers

from catalog.models import Category
from kernel.api import In

MAX_CLASSES = 20_000


class CategoryIn(In):
    """A class to add."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    parent = serializers.UUIDField(allow_null=True, default=None)


class CategoryOut(serializers.ModelSerializer):
    """A class of the tree."""

    parent = serializers.UUIDField(source="parent_id", allow_null=True, read_only=True)

    class Meta:
        model = Category
        fields = ["id", "code", "name", "parent"]
        read_only_fields = fields


class CategoryBrief(serializers.ModelSerializer):
    """The class."""

    class Meta:
        model = Category
        fields = ["id", "code", "name"]


class CategoryLineIn(In):
    """A class of a list."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)


class CategoriesIn(In):
    """A whole classification, in any order; a class hangs below the code that begins its own."""

    categories = CategoryLineIn(many=True, allow_empty=False, max_length=MAX_CLASSES)  # type: ignore[call-arg]


class LoadedOut(serializers.Serializer):
    """What became of the list."""

    added = serializers.IntegerField()
    renamed = serializers.IntegerField()
    unchanged = serializers.IntegerField()

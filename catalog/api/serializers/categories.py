"""Shapes of the tree of classes."""

from rest_framework import serializers

from catalog.models import Category
from kernel.api import In


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

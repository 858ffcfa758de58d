"""Shapes of saved lists and of what is known of the trail's soundness."""

from typing import ClassVar

from rest_framework import serializers

from accounts.models import SavedList
from kernel.api import In


class SavedListIn(In):
    """A list of the portal to keep."""

    address = serializers.CharField(max_length=100, help_text="the page, such as /systems")
    title = serializers.CharField(max_length=60)
    state = serializers.CharField(
        max_length=1000, allow_blank=True, help_text="what stands behind its question mark"
    )


class SavedListOut(serializers.ModelSerializer):
    """A kept list."""

    class Meta:
        model = SavedList
        fields: ClassVar[list[str]] = ["id", "address", "title", "state", "created_at"]


class BadPlaceOut(serializers.Serializer):
    """The first place where the trail is not as it was sealed."""

    entry = serializers.IntegerField(allow_null=True)
    block = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()


class TrailVerdictOut(serializers.Serializer):
    """What a verification of the trail found."""

    ok = serializers.BooleanField()
    entries = serializers.IntegerField(help_text="sealed entries that were recomputed")
    blocks = serializers.IntegerField()
    checkpoints = serializers.IntegerField(help_text="checkpoints outside the database compared")
    unsealed = serializers.IntegerField(help_text="entries that wait for their seal")
    first_bad = BadPlaceOut(allow_null=True)


class TrailStatusOut(serializers.Serializer):
    """How far the trail is sealed, and what the last verification said."""

    blocks = serializers.IntegerField()
    entries = serializers.IntegerField(help_text="sealed entries")
    unsealed = serializers.IntegerField(help_text="up to 10,000")
    sealed_at = serializers.DateTimeField(allow_null=True)
    checkpoint = serializers.IntegerField(allow_null=True, help_text="block of the last checkpoint")
    checkpoint_agrees = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)
    verified = serializers.DictField(allow_null=True, help_text="what it found")

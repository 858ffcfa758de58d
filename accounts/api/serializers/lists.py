"""Shapes of saved lists and of what is known of the trail's soundness."""

from typing import ClassVar

from rest_framework import serializers

from accounts.evidence import Standing
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

    ledger = serializers.CharField(help_text="trail or uses")
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


class SealedOut(serializers.Serializer):
    """How far a ledger is sealed."""

    ledger = serializers.CharField(help_text="trail or uses")
    blocks = serializers.IntegerField()
    entries = serializers.IntegerField(help_text="sealed entries")
    unsealed = serializers.IntegerField(help_text="up to 10,000")
    sealed_at = serializers.DateTimeField(allow_null=True)


class PlaceOut(serializers.Serializer):
    """A place outside the database that gets checkpoints."""

    place = serializers.CharField(source="label")
    age = serializers.SerializerMethodField(
        help_text="seconds since it had the checkpoints of all blocks"
    )
    fault = serializers.CharField(help_text="why it took none; empty if it did")
    stops = serializers.BooleanField(help_text="whether publishing and granting stop for it")

    def get_age(self, place: Standing) -> int:
        """Whole seconds."""
        return int(place.age.total_seconds())


class TrailStatusOut(serializers.Serializer):
    """How far the ledgers are sealed, and what the last verification said."""

    ledgers = SealedOut(many=True)
    places = PlaceOut(many=True)
    checkpoint_agrees = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)
    verified = serializers.DictField(allow_null=True, help_text="what it found")

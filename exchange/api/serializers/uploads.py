from typing import Any

from rest_framework import serializers

from exchange.api.intake import KINDS, coding_of, format_of
from exchange.models import Upload
from kernel.api import In
from kernel.digests import announced_digest


class UploadIn(In):
    """What will arrive in parts, announced as in the headers of a body sent at once."""

    kind = serializers.ChoiceField(choices=KINDS)
    content_type = serializers.CharField(max_length=100, help_text="As in Content-Type.")
    content_encoding = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="As in Content-Encoding."
    )
    size = serializers.IntegerField(min_value=1, help_text="All bytes, as they will be sent.")
    content_digest = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="As in Content-Digest, of all."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The announcement as it is kept; refused as the headers would be."""
        format_of(attrs["content_type"])
        attrs["content_encoding"] = coding_of(attrs["content_encoding"])
        attrs["digest"] = announced_digest(attrs.pop("content_digest"))
        return attrs


class UploadOut(serializers.ModelSerializer):
    """An upload, and how much of it is safely here."""

    offset = serializers.IntegerField(source="received")
    batch = serializers.IntegerField(source="batch.number", allow_null=True, default=None)

    class Meta:
        model = Upload
        fields = (
            "id",
            "dataset",
            "state",
            "kind",
            "content_type",
            "content_encoding",
            "size",
            "offset",
            "digest",
            "expires_at",
            "batch",
            "created_at",
        )

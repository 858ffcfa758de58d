from rest_framework import serializers

from exchange.links import LEAST_MINUTES, MOST_MINUTES
from kernel.api import In


class AckIn(In):
    """Up to where everything has arrived."""

    cursor = serializers.CharField(max_length=1000)


class LinkIn(In):
    """Which file: the table, or one batch."""

    format = serializers.ChoiceField(choices=("ndjson", "csv", "parquet"))
    number = serializers.IntegerField(
        min_value=1, required=False, help_text="Of a batch; without it the table as of now."
    )
    minutes = serializers.IntegerField(min_value=LEAST_MINUTES, max_value=MOST_MINUTES, default=15)


class LinkOut(serializers.Serializer):
    """An address that opens one file for a while; whoever has it has the file."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()

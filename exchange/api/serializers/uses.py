from rest_framework import serializers

from exchange.models import UseEntry
from kernel.api import In


class UseEntryOut(serializers.ModelSerializer):
    """One line of the ledger of use: who was given what, under which edition of which grant."""

    class Meta:
        model = UseEntry
        fields = (
            "id",
            "at",
            "channel",
            "dataset",
            "interface",
            "grant",
            "edition",
            "department_id",
            "provider_id",
            "system_id",
            "credential_id",
            "subscription_id",
            "purpose",
            "end_user",
            "reason",
            "items",
            "rows",
            "digest",
            "first_number",
            "first_row",
            "last_number",
            "last_row",
        )


class CheckpointOut(serializers.Serializer):
    """A block's header with its digest, signed by the platform."""

    format = serializers.CharField()
    ledger = serializers.CharField()
    number = serializers.IntegerField()
    algorithm = serializers.CharField(help_text="sha256 or sm3")
    at = serializers.CharField(help_text="when it was sealed")
    entries = serializers.IntegerField()
    ids = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="numbers of its entries, as pairs of the first and last of each run",
    )
    previous = serializers.CharField(help_text="digest of the block before")
    root = serializers.CharField(help_text="root of the Merkle tree over its entries")
    digest = serializers.CharField()
    marks = serializers.CharField()
    key = serializers.CharField(help_text="which of the platform's public keys verifies it")
    signature = serializers.CharField()


class ProofOut(serializers.Serializer):
    """Proof of one line of the ledger, for tools/verify_evidence.py and the public key."""

    format = serializers.CharField()
    entry = serializers.CharField(help_text="the line's canonical bytes, which the digests cover")
    place = serializers.IntegerField(help_text="of the line in its block, from 1")
    path = serializers.ListField(
        child=serializers.CharField(), help_text="digests from the line to the block's root"
    )
    checkpoint = CheckpointOut()


class ReceivedOut(UseEntryOut):
    """An entry of a search; an uncertain one may have held the record, its bytes are gone."""

    certain = serializers.BooleanField(source="is_certain")

    class Meta(UseEntryOut.Meta):
        fields = (*UseEntryOut.Meta.fields, "certain")


class WhoReceivedIn(In):
    """The key of the record."""

    key = serializers.DictField(
        child=serializers.JSONField(), help_text="Every key item -> its value."
    )
    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=1000)


class WhoReceivedOut(serializers.Serializer):
    """The entries found, oldest first."""

    items = ReceivedOut(many=True)
    has_more = serializers.BooleanField()
    gone_until = serializers.IntegerField(
        allow_null=True,
        help_text="Retention removed the bytes up to this batch: what was given of them is listed "
        "whether it held the record or not, as uncertain. null: every batch was looked into.",
    )

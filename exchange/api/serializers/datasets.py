from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.actor import Actor
from exchange.actions.retention import LEAST_DAYS
from exchange.models import Batch, Dataset
from exchange.rights import sees_every_row
from kernel.api import In


class DatasetIn(In):
    """Attach data to a published resource."""

    resource = serializers.UUIDField()
    system = serializers.UUIDField(help_text="The system that will publish.")
    kind = serializers.ChoiceField(choices=Dataset.Kind.choices, default=Dataset.Kind.TABLE)
    compatibility = serializers.ChoiceField(
        choices=Dataset.Compatibility.choices, default=Dataset.Compatibility.BACKWARD
    )
    on_reject = serializers.ChoiceField(
        choices=Dataset.OnReject.choices, default=Dataset.OnReject.REFUSE
    )
    max_rejected_percent = serializers.IntegerField(min_value=0, max_value=100, default=0)
    is_queryable = serializers.BooleanField(default=False)
    lookup_items = serializers.ListField(
        child=serializers.CharField(max_length=63), max_length=10, default=list
    )


class RetainIn(In):
    """How long the bytes of batches stay."""

    retain_days = serializers.IntegerField(
        min_value=LEAST_DAYS, max_value=36_500, allow_null=True, help_text="null: for ever."
    )


class HandOverIn(In):
    """To which system."""

    system = serializers.UUIDField(help_text="The running system that publishes from now on.")


class DatasetOut(serializers.ModelSerializer):
    """A dataset and the schema that the next batch must keep to."""

    schema = serializers.SerializerMethodField()

    class Meta:
        model = Dataset
        fields = (
            "id",
            "resource",
            "department",
            "system",
            "kind",
            "state",
            "compatibility",
            "on_reject",
            "max_rejected_percent",
            "is_queryable",
            "lookup_items",
            "schema",
            "epoch",
            "retain_days",
            "first_number",
            "last_number",
            "folded_number",
            "created_at",
        )

    def get_schema(self, dataset: Dataset) -> dict:
        """Number, items and key."""
        return {"number": dataset.schema.number, **dataset.schema.body}


_COUNTS = ("received", "accepted", "rejected", "inserted", "updated", "deleted")
_OWN = ("digest", "body_digest", "size", "first_seq", "last_seq")


class BatchOut(serializers.ModelSerializer):
    """A batch; its digests only for the department that published it.

    They cover items that a grant may leave out, which could be guessed and confirmed by them. Who
    is granted some rows only does not learn how many there are.
    """

    schema = serializers.IntegerField(source="schema.number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[UUID, bool] = {}

    class Meta:
        model = Batch
        fields = (
            "id",
            "dataset",
            "number",
            "kind",
            "schema",
            "received",
            "accepted",
            "rejected",
            "inserted",
            "updated",
            "deleted",
            "first_seq",
            "last_seq",
            "digest",
            "size",
            "body_digest",
            "expired_at",
            "damaged_at",
            "created_at",
        )

    def to_representation(self, batch: Batch) -> dict:
        """The members that this reader may see."""
        made = super().to_representation(batch)
        reader = self.context["request"].user
        if reader.department_id == batch.dataset.department_id:
            return made
        made.update(dict.fromkeys(_OWN))
        if not self._sees_every_row(batch.dataset, reader):
            made.update(dict.fromkeys(_COUNTS))
        return made

    def _sees_every_row(self, dataset: Dataset, reader: Actor) -> bool:
        """Asked once for all batches of a page."""
        if dataset.pk not in self._known:
            self._known[dataset.pk] = sees_every_row(dataset, reader)
        return self._known[dataset.pk]


class RowErrorOut(serializers.Serializer):
    """Why one row was set aside; its value is masked."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    value = serializers.CharField()


class ReceiptOut(serializers.Serializer):
    """What became of a publication."""

    outcome = serializers.ChoiceField(choices=["published", "unchanged"])
    batch = BatchOut(allow_null=True)
    errors = RowErrorOut(many=True)


class LookupIn(In):
    """Which records, and which of their items."""

    where = serializers.DictField(
        child=serializers.JSONField(), help_text="Key or look-up item -> value."
    )
    items = serializers.ListField(
        child=serializers.CharField(max_length=63), required=False, max_length=200
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class LookupOut(serializers.Serializer):
    """The records found, and the batch that they are as of."""

    items = serializers.ListField(child=serializers.DictField())
    as_of = serializers.IntegerField()


class VerifyIn(In):
    """Of which record, and what is said of it."""

    key = serializers.DictField(
        child=serializers.JSONField(), help_text="Every key item -> its value."
    )
    claims = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text="Item -> the value that it is said to have; null for none.",
    )


class VerifyOut(serializers.Serializer):
    """Whether the record is there, and whether each claim is so."""

    found = serializers.BooleanField()
    matches = serializers.DictField(child=serializers.BooleanField())
    as_of = serializers.IntegerField()

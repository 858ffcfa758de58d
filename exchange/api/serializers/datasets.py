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
    recalled_by = serializers.IntegerField(
        source="recalled_by.number",
        allow_null=True,
        default=None,
        help_text="The number of the batch that undoes this one, which is given to nobody.",
    )

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
            "recalled_by",
            "recall_reason",
            "expired_at",
            "damaged_at",
            "created_at",
        )
        extra_kwargs = {name: {"allow_null": True} for name in (*_COUNTS, *_OWN)}

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


class FaultCountOut(serializers.Serializer):
    """How many rows broke one rule of one column."""

    column = serializers.CharField()
    code = serializers.CharField()
    rows = serializers.IntegerField()


class WouldOut(serializers.Serializer):
    """The outcome of a publication that was only played through."""

    outcome = serializers.ChoiceField(choices=["published", "unchanged", "refused"])
    reason = serializers.CharField(help_text="Of a refusal, as in the problem.")
    received = serializers.IntegerField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    inserted = serializers.IntegerField()
    updated = serializers.IntegerField()
    deleted = serializers.IntegerField()


class ReceiptOut(serializers.Serializer):
    """What became of a publication."""

    outcome = serializers.ChoiceField(choices=["published", "unchanged", "rehearsed"])
    batch = BatchOut(allow_null=True)
    errors = RowErrorOut(many=True)
    counts = FaultCountOut(many=True)
    would = WouldOut(required=False, help_text="With ``dry_run``: what would come of it now.")


class LookupIn(In):
    """Which records, and which of their items: ``where`` or ``keys``, not both."""

    where = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="Key or look-up item -> value."
    )
    keys = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField()),
        required=False,
        min_length=1,
        max_length=1000,
        help_text="Whole keys, each key item -> its value; answered in this order.",
    )
    items = serializers.ListField(
        child=serializers.CharField(max_length=63), required=False, max_length=200
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=1000, required=False, help_text="Of what ``where`` finds; else 100."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two; a limit goes with ``where`` alone."""
        if ("where" in attrs) == ("keys" in attrs):
            raise serializers.ValidationError({"where": "send either where or keys"})
        if "keys" in attrs and "limit" in attrs:
            raise serializers.ValidationError({"limit": "does not go with keys"})
        return attrs


def plain_lookup(body: Any) -> dict[str, Any] | None:
    """The body of a look-up that is nothing but a well-formed ``where`` of plain values, which is
    nearly every one; None for any other, which LookupIn reads or refuses."""
    if (
        not isinstance(body, dict)
        or body.keys() != {"where"}
        or not isinstance(body["where"], dict)
    ):
        return None
    where = body["where"]
    if not all(type(value) in (str, int, bool) for value in where.values()):
        return None
    return {"where": where}


class LookupOut(serializers.Serializer):
    """The records found, and the batch that they are as of.

    Of ``keys`` there is an item for each, in order: ``{"found": true, "record": {...}}`` or
    ``{"found": false}``.
    """

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

from typing import Any

from rest_framework import serializers

from exchange.actions.corrections import MOST_ROWS
from exchange.actions.objections import MOST_CLAIMS
from exchange.models import Objection
from exchange.seeing import sees_records
from exchange.vocabulary import ObjectionKind, ObjectionOutcome
from kernel.api import In


class ClaimIn(In):
    """One value of one record that is said to be wrong."""

    key = serializers.DictField(
        child=serializers.JSONField(), help_text="Every key item -> its value."
    )
    item = serializers.CharField(max_length=63)
    found = serializers.JSONField(allow_null=True, help_text="The value as it was received.")
    claimed = serializers.JSONField(allow_null=True, help_text="The value that it should have.")


class ObjectionIn(In):
    """What is wrong with a resource, or with how a grant of it is used."""

    kind = serializers.ChoiceField(choices=ObjectionKind.choices)
    resource = serializers.UUIDField()
    grant = serializers.UUIDField(
        required=False, help_text="The grant concerned; needed for claims and for misuse."
    )
    description = serializers.CharField(max_length=1000)
    claims = serializers.ListField(child=ClaimIn(), required=False, max_length=MOST_CLAIMS)


class CorrectIn(In):
    """The records as they should be: whole, or with ``_op`` "delete" the key of one too many."""

    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        min_length=1,
        max_length=MOST_ROWS,
    )


class ResolveIn(In):
    """What was found; a correction that did not go through ``correct`` is named by its batch."""

    outcome = serializers.ChoiceField(choices=ObjectionOutcome.choices)
    feedback = serializers.CharField(max_length=1000)
    batch = serializers.UUIDField(required=False)


class CloseIn(In):
    """How good the answer was."""

    rating = serializers.IntegerField(min_value=1, max_value=5, help_text="评价")


class EvidenceOut(serializers.Serializer[Any]):
    """The document that shows it."""

    name = serializers.CharField(source="evidence_name")
    digest = serializers.CharField(source="evidence_digest")
    size = serializers.IntegerField(source="evidence_size")


class ObjectionOut(serializers.ModelSerializer):
    """An objection and what came of it; records only for those whom they concern."""

    claims = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    batch_number = serializers.IntegerField(source="batch.number", allow_null=True, default=None)

    class Meta:
        model = Objection
        fields = (
            "id",
            "kind",
            "resource",
            "grant",
            "department",
            "respondent",
            "description",
            "claims",
            "evidence",
            "state",
            "received_at",
            "resolved_at",
            "outcome",
            "feedback",
            "batch",
            "batch_number",
            "rating",
            "created_at",
        )

    def get_claims(self, objection: Objection) -> list[dict[str, Any]] | None:
        """The records claimed to be wrong: for the two sides, and for who decides a dispute."""
        seen = sees_records(objection, self.context["request"].user)
        return list(objection.claims) if seen else None

    def get_evidence(self, objection: Objection) -> dict[str, Any] | None:
        """Name, digest and size of the document, if there is one."""
        return EvidenceOut(objection).data if objection.evidence_digest else None

from typing import Any

from rest_framework import serializers

from accounts.permissions import Perm
from accounts.policy import may
from exchange.models import Grant, GrantEdition, SharingRequest
from exchange.models.terms import TERMS


class RequestOut(serializers.ModelSerializer):
    """A sharing request and how far it has come."""

    grant = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    class Meta:
        model = SharingRequest
        fields = (
            "id",
            "application",
            "amends",
            "resource",
            "entry",
            "department",
            "provider",
            "system",
            "items",
            "verify_items",
            "basis",
            "basis_number",
            "basis_clause",
            "scenario",
            "scope",
            "modes",
            "purposes",
            "systems",
            "networks",
            "calls_per_day",
            "rows_per_day",
            "frequency",
            "is_return_flow",
            "ends_on",
            "template_name",
            "state",
            "agreed_at",
            "received_at",
            "asked_at",
            "asked_for",
            "supplement",
            "supplemented_at",
            "prepared_at",
            "answer",
            "answered_at",
            "answer_ground",
            "answer_reason",
            "answer_basis",
            "grant",
            "created_at",
        )

    def get_grant(self, request: SharingRequest) -> str | None:
        """The grant that consent made, or whose terms it changed."""
        edition = getattr(request, "edition", None)
        return str(edition.grant_id) if edition else None

    def get_answer(self, request: SharingRequest) -> dict[str, Any] | None:
        """The answer: for the provider once it is prepared, for others once it is signed."""
        actor = self.context["request"].user
        drafted = may(actor, Perm.REQUEST_VIEW, request.provider_id)
        return request.answer if request.answered_at or drafted else None


class GrantOut(serializers.ModelSerializer):
    """A grant: which items, in which shape, to which systems, for what and until when."""

    dataset = serializers.SerializerMethodField()

    class Meta:
        model = Grant
        fields = (
            "id",
            "request",
            "resource",
            "dataset",
            "department",
            "provider",
            "system",
            *TERMS,
            "edition",
            "state",
            "suspended_at",
            "suspend_reason",
            "rectify_by",
            "rectification",
            "certify_by",
            "certified_at",
            "ended_at",
            "end_reason",
            "disposed_at",
            "created_at",
        )

    def get_dataset(self, grant: Grant) -> str | None:
        """The resource's dataset, once attached."""
        dataset = getattr(grant.resource, "dataset", None)
        return str(dataset.pk) if dataset else None


class EditionOut(serializers.ModelSerializer):
    """The terms as one consent set them."""

    class Meta:
        model = GrantEdition
        fields = ("number", "request", *TERMS, "created_at")


class CertificateOut(serializers.ModelSerializer):
    """销毁证明: what was received under which right, and how it was disposed of."""

    grant = serializers.UUIDField(source="id")
    resource_name = serializers.CharField(source="request.entry.name")
    department_name = serializers.CharField(source="department.name")
    provider_name = serializers.CharField(source="provider.name")
    system_name = serializers.CharField(source="system.name")
    method = serializers.CharField(source="disposal.method")
    systems = serializers.ListField(source="disposal.systems", child=serializers.CharField())
    statement = serializers.CharField(source="disposal.statement")
    document = serializers.CharField(source="disposal.document")
    signed_by = serializers.CharField(source="disposal.signed_by")

    class Meta:
        model = Grant
        fields = (
            "grant",
            "resource",
            "resource_name",
            "department",
            "department_name",
            "provider",
            "provider_name",
            "system_name",
            "items",
            "edition",
            "created_at",
            "ended_at",
            "end_reason",
            "method",
            "systems",
            "statement",
            "document",
            "signed_by",
            "disposed_at",
        )

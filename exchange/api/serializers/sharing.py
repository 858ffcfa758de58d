from rest_framework import serializers

from catalog.vocabulary import ShareMode
from exchange.models import Grant, SharingRequest
from kernel.api import In


def _names() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=63), min_length=1, max_length=500
    )


class RequestIn(In):
    """A request, with the five statements of Order 809 Art. 20."""

    resource = serializers.UUIDField()
    system = serializers.UUIDField(help_text="The system of yours that will use the data.")
    items = _names()
    basis = serializers.CharField(max_length=400, help_text="使用依据")
    scenario = serializers.CharField(max_length=400, help_text="使用场景")
    scope = serializers.CharField(max_length=400, help_text="使用范围")
    modes = serializers.ListField(
        child=serializers.ChoiceField(choices=ShareMode.choices),
        min_length=1,
        help_text="共享方式",
    )
    ends_on = serializers.DateField(help_text="使用时限: the last day of use")


class ConsentIn(In):
    """The items that are granted: all that were requested, or some."""

    items = _names()


class RequestOut(serializers.ModelSerializer):
    """A sharing request and how far it has come."""

    grant = serializers.SerializerMethodField()

    class Meta:
        model = SharingRequest
        fields = (
            "id",
            "resource",
            "department",
            "provider",
            "system",
            "items",
            "basis",
            "scenario",
            "scope",
            "modes",
            "ends_on",
            "state",
            "agreed_at",
            "answered_at",
            "answer_reason",
            "grant",
            "created_at",
        )

    def get_grant(self, request: SharingRequest) -> str | None:
        """The grant that consent made."""
        grant = getattr(request, "grant", None)
        return str(grant.pk) if grant else None


class GrantOut(serializers.ModelSerializer):
    """A grant: which items, to which system, how and until when."""

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
            "items",
            "edition",
            "modes",
            "ends_on",
            "state",
            "ended_at",
            "end_reason",
            "created_at",
        )

    def get_dataset(self, grant: Grant) -> str | None:
        """The resource's dataset, once attached."""
        dataset = getattr(grant.resource, "dataset", None)
        return str(dataset.pk) if dataset else None

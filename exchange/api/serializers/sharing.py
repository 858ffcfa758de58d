from typing import Any

from rest_framework import serializers

from catalog.vocabulary import ShareMode, UpdateCycle
from exchange.bounds import MOST_CALLS, MOST_NAMES, MOST_ROWS
from exchange.vocabulary import RefusalGround
from kernel.api import In


def _items(**how: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=63)
    return serializers.ListField(child=child, max_length=500, **how)


def _names(size: int, **how: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=size)
    return serializers.ListField(child=child, max_length=MOST_NAMES, **how)


def _modes(**how: Any) -> serializers.ListField:
    child = serializers.ChoiceField(choices=ShareMode.choices)
    return serializers.ListField(child=child, min_length=1, help_text="共享方式", **how)


def _ids(**how: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_NAMES, required=False, **how
    )


class _Bounds(In):
    """Who reads, from where, and how much, as a request asks and a consent states it."""

    verify_items = _items(
        required=False, help_text="核验: items that are answered with yes or no only"
    )
    systems = _ids(help_text="Further systems of the requester that read under the same terms.")
    networks = _names(
        43, required=False, help_text="Networks (CIDR) from which it is read; none for any."
    )
    calls_per_day = serializers.IntegerField(
        min_value=1, max_value=MOST_CALLS, required=False, allow_null=True
    )
    rows_per_day = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, required=False, allow_null=True
    )


class _Statements(_Bounds):
    """The five statements of Order 809 Art. 20, and what more a request can say."""

    system = serializers.UUIDField(help_text="The system of yours that will use the data.")
    items = _items(min_length=1)
    basis = serializers.CharField(max_length=400, help_text="使用依据: the document")
    basis_number = serializers.CharField(max_length=120, required=False, help_text="文号")
    basis_clause = serializers.CharField(max_length=120, required=False, help_text="条款")
    scenario = serializers.CharField(max_length=400, help_text="使用场景")
    scope = serializers.CharField(max_length=400, help_text="使用范围")
    modes = _modes()
    purposes = _names(
        40, min_length=1, help_text="Codes of the purposes, one of which each call states."
    )
    ends_on = serializers.DateField(help_text="使用时限: the last day of use")
    frequency = serializers.ChoiceField(choices=UpdateCycle.choices, required=False)
    is_return_flow = serializers.BooleanField(
        required=False, help_text="回流: data of the own area from a higher level (Art. 24)"
    )


class RequestIn(_Statements):
    """A request; one that names another by ``like`` takes from it whatever it leaves out."""

    resource = serializers.UUIDField()
    like = serializers.UUIDField(
        required=False, help_text="An earlier request of yours, for what this one leaves out."
    )
    amends = serializers.UUIDField(
        required=False, help_text="A grant of yours whose terms it would change."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """The fields; none of them is needed beside an earlier request."""
        fields = super().get_fields()
        given = getattr(self, "initial_data", None)
        if isinstance(given, dict) and "like" in given:
            for field in fields.values():
                field.required = False
        return fields


class PartIn(_Bounds):
    """What is asked of one resource, where it differs from what is asked of all."""

    resource = serializers.UUIDField()
    items = _items(min_length=1)
    modes = _modes(required=False)
    amends = serializers.UUIDField(required=False)


class ApplicationIn(_Statements):
    """One application for items of several resources; each part becomes a request of its own."""

    items = None
    verify_items = None
    parts = serializers.ListField(child=PartIn(), min_length=1, max_length=50)


class MissingIn(In):
    """Everything that is missing: it is asked for once."""

    missing = serializers.CharField(max_length=1000)


class SupplementIn(In):
    """What was missing."""

    supplement = serializers.CharField(max_length=1000)


class NameIn(In):
    """The name under which a request is kept; empty to keep it no longer."""

    name = serializers.CharField(max_length=60, allow_blank=True)


class SharingAnswerIn(_Bounds):
    """An answer: a consent with its terms, or a refusal with ground, reason and law.

    A term that a consent leaves out is as it was asked for.
    """

    consent = serializers.BooleanField()
    items = _items(min_length=1, required=False)
    masks = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="Item -> how it is masked."
    )
    condition = serializers.CharField(
        max_length=4000,
        required=False,
        allow_blank=True,
        help_text='Which rows: division = "990100" and age < 16',
    )
    purposes = _names(40, min_length=1, required=False)
    modes = _modes(required=False)
    ends_on = serializers.DateField(required=False)
    left_out = serializers.DictField(
        child=serializers.CharField(max_length=400),
        required=False,
        help_text="Why, for each item that was asked for and is not granted.",
    )
    ground = serializers.ChoiceField(choices=RefusalGround.choices, required=False)
    reason = serializers.CharField(max_length=400, required=False)
    basis = serializers.CharField(
        max_length=400, required=False, help_text="The law on which the refusal rests."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The fields of a refusal and those of a consent are not mixed."""
        refusing = {"ground", "reason", "basis"}
        said = set(values) - {"consent"}
        strange = sorted(said & refusing) if values["consent"] else sorted(said - refusing)
        if strange:
            kind = "consent" if values["consent"] else "refusal"
            raise serializers.ValidationError(
                {strange[0]: serializers.ErrorDetail(f"no {kind} has it", "unknown-field")}
            )
        return values


class AnswerPreviewIn(_Bounds):
    """The terms of a consent to be looked at; one that is left out is as it was asked for."""

    items = _items(min_length=1, required=False)
    masks = serializers.DictField(child=serializers.JSONField(), required=False)
    condition = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    purposes = _names(40, min_length=1, required=False)
    modes = _modes(required=False)
    ends_on = serializers.DateField(required=False)


class AnswerPreviewOut(serializers.Serializer[Any]):
    """The provider's own records as the requester would see them; at most five."""

    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.DictField())
    looked_at = serializers.IntegerField(help_text="How many of the first records were looked at.")
    matching = serializers.IntegerField(help_text="How many of them meet the condition.")


class SuspendIn(In):
    """Why the right stops, and until when its holder puts right what was wrong."""

    reason = serializers.CharField(max_length=400)
    rectify_by = serializers.DateField(required=False)


class RectifyIn(In):
    """What was put right."""

    rectification = serializers.CharField(max_length=400)


class FinishIn(In):
    """Why the right is needed no more."""

    reason = serializers.CharField(max_length=400, required=False)


class DisposeIn(In):
    """How and where what was received was disposed of."""

    method = serializers.CharField(max_length=120, help_text="销毁方式")
    systems = serializers.ListField(
        child=serializers.CharField(max_length=120),
        min_length=1,
        max_length=MOST_NAMES,
        help_text="Where it had been kept.",
    )
    statement = serializers.CharField(max_length=1000)
    document = serializers.CharField(max_length=120, required=False, help_text="文号")

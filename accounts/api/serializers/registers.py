"""Shapes of the register: its groups of columns, versions, relations, documents and forms."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.models import InformationSystem, SystemAttachment, SystemRelation
from accounts.register.cells import EARLIEST, LATEST, LIST_SEPARATORS, MOST_LISTED
from accounts.register.columns import Column, members_of
from accounts.vocabulary import Relation
from kernel.api import In

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_text(text: str) -> None:
    """Refuse characters that no form can carry."""
    if _UNWRITABLE.search(text):
        raise serializers.ValidationError("has a character that cannot be shown", "invalid")


def _check_item(text: str) -> None:
    if LIST_SEPARATORS.search(text):
        raise serializers.ValidationError("holds a separator; send two items", "invalid")


def _check_day(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        detail = f"must lie between {EARLIEST} and {LATEST}"
        raise serializers.ValidationError(detail, "out-of-range")


def field_of(column: Column) -> Any:
    """A column of the register as a field of a body that may leave it out."""
    make: dict[str, Callable[[], Any]] = {
        "text": lambda: serializers.CharField(
            max_length=column.length, allow_blank=True, required=False, validators=[check_text]
        ),
        "choice": lambda: serializers.ChoiceField(
            choices=list(column.choices.items()), allow_blank=not column.stays, required=False
        ),
        "date": lambda: serializers.DateField(
            allow_null=True, required=False, validators=[_check_day]
        ),
        "decimal": lambda: serializers.DecimalField(
            max_digits=column.length,
            decimal_places=column.scale,
            min_value=0,
            allow_null=True,
            required=False,
        ),
        "whole": lambda: serializers.IntegerField(
            min_value=0, max_value=2**31 - 1, allow_null=True, required=False
        ),
        "flag": lambda: serializers.BooleanField(required=False),
        "list": lambda: serializers.ListField(
            child=serializers.CharField(
                max_length=column.length, validators=[check_text, _check_item]
            ),
            max_length=MOST_LISTED,
            required=False,
        ),
        "months": lambda: serializers.ListField(
            child=serializers.IntegerField(min_value=1, max_value=12), max_length=12, required=False
        ),
    }
    return make[column.kind]()


def _group(name: str, base: type[Any], suffix: str, doc: str) -> type[Any]:
    fields = {column.name: field_of(column) for column in members_of(name)}
    return type(f"System{name.title()}{suffix}", (base,), {**fields, "__doc__": doc})


_WHAT = {
    "ownership": "Whose it is.",
    "construction": "What it is built of, by whom, and who keeps it.",
    "funding": "Money in 万元 and its approval.",
    "protection": "Graded and classified protection.",
    "use": "Since when and by whom it is used, and for what.",
}
GROUPS_IN = {name: _group(name, In, "In", doc) for name, doc in _WHAT.items()}
GROUPS_OUT = {name: _group(name, serializers.Serializer, "Out", doc) for name, doc in _WHAT.items()}


class DifferenceOut(serializers.Serializer):
    """A column that changed: its values, and how the form words them."""

    name = serializers.CharField()
    title = serializers.CharField()
    old = serializers.JSONField()
    new = serializers.JSONField()
    old_label = serializers.CharField()
    new_label = serializers.CharField()


class VersionOut(serializers.Serializer):
    """What the register said after a change, why, and what it changed of the version before."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    change_message = serializers.CharField()
    changed_by = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    changes = DifferenceOut(many=True)


class VersionWholeOut(VersionOut):
    """A version with everything that the register said."""

    values = serializers.JSONField()


class VersionDiffOut(serializers.Serializer):
    """What differs between two versions."""

    old_version = serializers.IntegerField()
    new_version = serializers.IntegerField()
    changes = DifferenceOut(many=True)


class RelationIn(In):
    """How the system stands to another one."""

    kind = serializers.ChoiceField(choices=Relation.choices)
    other = serializers.UUIDField()
    note = serializers.CharField(
        max_length=400, allow_blank=True, default="", validators=[check_text]
    )


class RelationOut(serializers.ModelSerializer):
    """A relation; ``system`` is the one that uses, supplies, replaces or was merged."""

    system = serializers.UUIDField(source="system_id")
    system_name = serializers.CharField(source="system.name")
    system_department = serializers.CharField(source="system.department.name")
    other = serializers.UUIDField(source="other_id")
    other_name = serializers.CharField(source="other.name")
    other_department = serializers.CharField(source="other.department.name")

    class Meta:
        model = SystemRelation
        fields = [
            "id",
            "system",
            "system_name",
            "system_department",
            "kind",
            "other",
            "other_name",
            "other_department",
            "note",
            "created_at",
        ]


class RelatableOut(serializers.ModelSerializer):
    """A system that another one could be related to: its name and its department's, no more."""

    department_name = serializers.CharField(source="department.name")

    class Meta:
        model = InformationSystem
        fields = ["id", "name", "department_name"]


class AttachmentOut(serializers.ModelSerializer):
    """A document without its bytes."""

    system = serializers.UUIDField(source="system_id")

    class Meta:
        model = SystemAttachment
        fields = [
            "id",
            "system",
            "title",
            "file_name",
            "media_type",
            "size",
            "digest",
            "created_at",
        ]


class SimilarOut(serializers.Serializer):
    """Another system that seems to do the same; shares from 0 to 1 of this system's own."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    department_name = serializers.CharField()
    score = serializers.FloatField()
    name_likeness = serializers.FloatField()
    business_overlap = serializers.FloatField()
    data_overlap = serializers.FloatField()
    shared_business_items = serializers.ListField(child=serializers.CharField())
    shared_data_items = serializers.ListField(child=serializers.CharField())


class FormFaultOut(serializers.Serializer):
    """A cell to mend: its row and column in the sheet, what is wrong and how to mend it."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    header = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ImportOut(serializers.Serializer):
    """What an import did, or would do; ``received`` is the sum of the four counts of rows."""

    received = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    wrong = serializers.IntegerField()
    faults_total = serializers.IntegerField()
    faults = FormFaultOut(many=True)
    ignored_columns = serializers.ListField(child=serializers.CharField())
    dry_run = serializers.BooleanField()

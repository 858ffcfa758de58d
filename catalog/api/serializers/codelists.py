"""Shapes of code lists, their versions, and data elements."""

from typing import Any

from rest_framework import serializers

from catalog.codelists import MAX_CODES
from catalog.models import CodeList, CodeListVersion, DataElement
from kernel.api import In


class CodeIn(In):
    """A code and what it stands for."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)


class CodeListIn(In):
    """A list with the codes of its first version."""

    identifier = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    department = serializers.UUIDField(required=False, allow_null=True)
    effective_on = serializers.DateField()
    change_message = serializers.CharField(max_length=400, required=False)
    codes = CodeIn(many=True, allow_empty=False, max_length=MAX_CODES)  # type: ignore[call-arg]


class CodeListRevisionIn(In):
    """All codes of the next version, and why it follows."""

    effective_on = serializers.DateField()
    change_message = serializers.CharField(max_length=400)
    codes = CodeIn(many=True, allow_empty=False, max_length=MAX_CODES)  # type: ignore[call-arg]


class CodeListVersionBrief(serializers.ModelSerializer):
    """A version without its codes."""

    size = serializers.SerializerMethodField()

    class Meta:
        model = CodeListVersion
        fields = ["id", "number", "effective_on", "change_message", "size"]
        read_only_fields = fields

    def get_size(self, version: CodeListVersion) -> int:
        """How many codes; a list counts them in the database."""
        counted: int | None = getattr(version, "length", None)
        return len(version.codes) if counted is None else counted


class CodeListVersionOut(serializers.ModelSerializer):
    """A version with its codes."""

    codes = serializers.SerializerMethodField()

    class Meta:
        model = CodeListVersion
        fields = ["id", "number", "effective_on", "change_message", "codes"]
        read_only_fields = fields

    def get_codes(self, version: CodeListVersion) -> list[dict[str, Any]]:
        """Codes with their names, in the list's order."""
        return [{"code": code, "name": name} for code, name in version.pairs.items()]


class CurrentBrief(serializers.ModelSerializer):
    """The version in force."""

    class Meta:
        model = CodeListVersion
        fields = ["id", "number", "effective_on"]
        read_only_fields = fields


class CodeListOut(serializers.ModelSerializer):
    """A code list and its version in force."""

    department = serializers.UUIDField(source="department_id", allow_null=True, read_only=True)
    current = CurrentBrief(allow_null=True)

    class Meta:
        model = CodeList
        fields = ["id", "identifier", "name", "department", "current"]
        read_only_fields = fields


class ElementIn(In, serializers.ModelSerializer):
    """A data element to define."""

    code_list = serializers.UUIDField(required=False, allow_null=True)

    class Meta:
        model = DataElement
        fields = [
            "identifier",
            "name",
            "definition",
            "standard",
            "data_type",
            "length",
            "code_list",
            "synonyms",
        ]
        # Taken identifiers are the action's to refuse, as a conflict.
        extra_kwargs: dict[str, Any] = {"identifier": {"validators": []}}


class ElementChangeIn(ElementIn):
    """What to change of an element."""

    class Meta(ElementIn.Meta):
        fields = ElementIn.Meta.fields[1:]


class ElementOut(serializers.ModelSerializer):
    """A data element."""

    code_list = serializers.UUIDField(source="code_list_id", allow_null=True, read_only=True)

    class Meta:
        model = DataElement
        fields = ["id", *ElementIn.Meta.fields]
        read_only_fields = fields


class SourceIn(In):
    """Which department is the one source, and why; null takes the naming back."""

    source_department = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(max_length=400)


class NamedOut(serializers.Serializer):
    """For how many items the source was named."""

    items = serializers.IntegerField()


class RenamedOut(serializers.Serializer):
    """A code with another name."""

    code = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class CodesDiffOut(serializers.Serializer):
    """From one version to another."""

    added = CodeIn(many=True)
    removed = CodeIn(many=True)
    renamed = RenamedOut(many=True)


class RevisedOut(CodesDiffOut):
    """The newest version, and what it changed."""

    version = CodeListVersionBrief()

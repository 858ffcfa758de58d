from typing import Any

from rest_framework import serializers

from exchange.actions.connectors import PREVIEW_ROWS
from exchange.models import Connector
from kernel.api import In


class _Declared(In):
    name = serializers.CharField(max_length=120)
    options = serializers.DictField(
        help_text="By kind: host, port, database and user; or url; or root. See the page on "
        "connectors.",
    )
    secrets = serializers.DictField(
        child=serializers.CharField(max_length=8000, allow_blank=True, trim_whitespace=False),
        required=False,
        write_only=True,
        help_text="By kind: password, private_key, access_key and secret_key, auth_value. Sealed; "
        "never shown again.",
    )


class ConnectorIn(_Declared):
    """A place outside that the department's data is read from, and how to get in."""

    system = serializers.UUIDField(help_text="The information system whose data it is.")
    kind = serializers.ChoiceField(choices=Connector.Kind.choices)


class ConnectorChangeIn(_Declared):
    """What changes of a connector. A secret that is not named stays; an empty one is removed."""


class ConnectorOut(serializers.ModelSerializer):
    """A connector without its secrets: only whether it holds any."""

    has_secrets = serializers.SerializerMethodField()

    class Meta:
        model = Connector
        fields = (
            "id",
            "department",
            "system",
            "name",
            "kind",
            "options",
            "has_secrets",
            "state",
            "tested_at",
            "test_error",
            "created_at",
            "updated_at",
        )

    def get_has_secrets(self, connector: Connector) -> bool:
        """Whether secrets are kept."""
        return bool(connector.sealed)


class TableIn(In):
    """A table as schema.table, a pattern of files, or a path of an interface."""

    table = serializers.CharField(max_length=500, allow_blank=True)


class DescribeIn(TableIn):
    """Of which table, and into which dataset it is to be read."""

    dataset = serializers.UUIDField(required=False)


class PreviewIn(TableIn):
    """Of which table, and how many rows."""

    rows = serializers.IntegerField(min_value=1, max_value=PREVIEW_ROWS, default=10)


class SourceFaultOut(serializers.Serializer):
    """What was wrong with a source, and what would mend it."""

    code = serializers.CharField()
    detail = serializers.CharField()
    mend = serializers.CharField()
    is_transient = serializers.BooleanField()


class TestedConnectorOut(serializers.Serializer):
    """How a test went: what was found, or what was wrong."""

    found = serializers.CharField()
    fault = SourceFaultOut(allow_null=True)


class TablesOut(serializers.Serializer):
    """The tables or files that can be read."""

    tables = serializers.ListField(child=serializers.CharField())


class SourceColumnOut(serializers.Serializer):
    """A column as the source has it, and the item that it could become."""

    name = serializers.CharField()
    type = serializers.CharField()
    nullable = serializers.BooleanField()
    item = serializers.SerializerMethodField()

    def get_item(self, column: Any) -> str:
        """The name of the proposed item."""
        return str(column.item.name)


class DescribedOut(serializers.Serializer):
    """A table's columns, the schema it could be published under, and the mapping for a sync job."""

    table = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True, help_text="As the source estimates.")
    key = serializers.ListField(child=serializers.CharField())
    columns = SourceColumnOut(many=True)
    schema = serializers.DictField(help_text="items and key, as a dataset has them.")
    mapping = serializers.DictField(
        child=serializers.CharField(),
        help_text="Items by the source's columns: those of the dataset, or of the proposed schema.",
    )
    unmapped = serializers.ListField(
        child=serializers.CharField(), help_text="Items of the dataset for which none was found."
    )


class PreviewOut(serializers.Serializer):
    """Some rows as text, column by column in the order of ``columns``."""

    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_null=True))
    )

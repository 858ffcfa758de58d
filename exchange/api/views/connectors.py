from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from exchange.actions import connectors
from exchange.actions.reveals import reveal_values
from exchange.api import connector_examples as examples
from exchange.api.serializers.connectors import (
    ConnectorChangeIn,
    ConnectorIn,
    ConnectorOut,
    DescribedOut,
    DescribeIn,
    PreviewIn,
    PreviewOut,
    TablesOut,
    TestedConnectorOut,
)
from exchange.connecting import matched
from exchange.dataplane.connectors.base import Described
from exchange.dataplane.connectors.proposing import mapping, propose
from exchange.models import Connector, Dataset
from exchange.tables import current_schema
from kernel.api import In, ReadView


class ConnectorView(ReadView):
    """Connectors: databases, folders and interfaces that a department's data is read from."""

    model = Connector
    out = ConnectorOut
    into = {
        "create": ConnectorIn,
        "partial_update": ConnectorChangeIn,
        "test": In,
        "browse": In,
        "describe": DescribeIn,
        "preview": PreviewIn,
        "reveal": In,
        "close": In,
    }
    answers = {
        "test": TestedConnectorOut,
        "browse": TablesOut,
        "describe": DescribedOut,
        "preview": PreviewOut,
    }
    filters = {
        "department": "department_id",
        "system": "system_id",
        "kind": "kind",
        "state": "state",
    }
    examples = {
        "create": examples.REGISTER,
        "partial_update": examples.CHANGE,
        "describe": examples.DESCRIBE,
        "preview": examples.PREVIEW,
    }

    @property
    def own_idempotency(self) -> bool:  # type: ignore[override]
        """Whoever asks a source twice wants to know twice; nothing of it is kept."""
        return self.action in ("test", "browse", "describe", "preview")

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a place to read from; its secrets are sealed and never shown again."""
        values = self.read(request)
        system = self.chosen(InformationSystem, "system", values.pop("system"))
        values.setdefault("secrets", {})
        made = connectors.register_connector(system, actor=self.actor, **values)
        return self.show(made, status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change it; where it then leads elsewhere, the secrets are given anew."""
        connector, expected = self.get_object(), self.expected(request)
        changed = connectors.change_connector(
            connector, actor=self.actor, expected=expected, values=self.read(request)
        )
        return self.show(changed)

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Connect, log in and look; a fault is part of the answer, with what would mend it."""
        self.read(request)
        tested = connectors.test_connector(self.get_object(), actor=self.actor)
        return Response(TestedConnectorOut(tested).data)

    @action(detail=True, methods=["post"])
    def browse(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Name the tables or files that can be read there."""
        self.read(request)
        found = connectors.browse_connector(self.get_object(), actor=self.actor)
        return Response(TablesOut({"tables": found}).data)

    @action(detail=True, methods=["post"])
    def describe(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Show a table's columns, and propose a schema and the mapping for a sync job."""
        values, connector = self.read(request), self.get_object()
        dataset = values.get("dataset") and self.chosen(Dataset, "dataset", values["dataset"])
        found = connectors.describe_table(connector, actor=self.actor, table=values["table"])
        return Response(DescribedOut(_told(found, dataset or None)).data)

    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Show some rows to the department whose data they are; entered in the trail."""
        values, connector = self.read(request), self.get_object()
        found = connectors.preview_table(connector, actor=self.actor, **values)
        rows = [list(row.values()) for row in found.to_pylist()]
        return Response(PreviewOut({"columns": found.column_names, "rows": rows}).data)

    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Show the caller its values unmasked for ten minutes, once another person agreed."""
        self.read(request)
        return self.show(reveal_values(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Read through it no more and forget its secrets; refused while sync jobs use it."""
        self.read(request)
        return self.show(connectors.close_connector(self.get_object(), actor=self.actor))


def _told(found: Described, dataset: Dataset | None) -> dict[str, Any]:
    wanted = current_schema(dataset) if dataset else None
    mapped = matched(wanted, found) if wanted else mapping(found)
    return {
        "table": found.table,
        "rows": found.rows,
        "key": list(found.key),
        "columns": found.columns,
        "schema": propose(found).to_json(),
        "mapping": mapped,
        "unmapped": [name for name in wanted.names if name not in mapped] if wanted else [],
    }

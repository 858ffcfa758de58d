"""From a connector's row to the source behind it, reached through the egress guard."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from exchange.dataplane.connectors.base import Source
from exchange.dataplane.connectors.registry import Surroundings, make_source
from exchange.destinations import egress_policy
from exchange.models import Connector
from kernel.sealing import seal, unseal

# How long one statement of a read may take: a slow reader slows the source down.
READ_SECONDS = 6 * 3600


def source_of(connector: Connector, *, seconds: int = READ_SECONDS) -> Source:
    """The source that a connector names, which waits so long for an answer; nothing is
    connected to."""
    return source_from(connector.kind, connector.options, secrets_of(connector), seconds=seconds)


def source_from(
    kind: str, options: dict[str, Any], secrets: dict[str, Any], *, seconds: int = READ_SECONDS
) -> Source:
    """The source of these options; Terminal says which of them cannot be."""
    around = Surroundings(
        policy=egress_policy(),
        folders=tuple(Path(folder) for folder in settings.CONNECTOR_FOLDERS),
        work=Path(settings.STORE_DIR) / "fetched",
        zone=settings.TIME_ZONE,
        seconds=seconds,
    )
    return make_source(kind, options, secrets, around)


def secrets_of(connector: Connector) -> dict[str, Any]:
    """What was sealed; for the source alone, never for an answer, a log or the trail."""
    if not connector.sealed:
        return {}
    secrets: dict[str, Any] = json.loads(unseal(connector.sealed))
    return secrets


def seal_secrets(secrets: dict[str, Any]) -> str:
    """The secrets as the row keeps them; empty if there are none."""
    return seal(json.dumps(secrets)) if secrets else ""

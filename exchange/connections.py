"""From a connector's row to the source behind it, reached through the egress guard."""

import json

from django.conf import settings

from exchange.dataplane import egress
from exchange.dataplane.connectors.base import Source
from exchange.dataplane.connectors.postgres_source import PostgresSource
from exchange.destinations import egress_policy
from exchange.models import Connector
from exchange.secrets import unseal


def source_of(connector: Connector) -> Source:
    """The source that a connector names."""
    options = connector.options
    secrets = json.loads(unseal(connector.sealed)) if connector.sealed else {}
    host, port = options["host"], int(options.get("port", 5432))
    password = secrets.get("password", "")
    dsn = (
        f"host={host} port={port} dbname={options['database']} user={options['user']}"
        f" password={password}"
    )
    return PostgresSource(
        lambda: egress.postgres_connect(dsn, egress_policy()),
        host=f"{host}:{port}",
        zone=settings.TIME_ZONE,
    )

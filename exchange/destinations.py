"""What the platform may send to: the administrator's allow-list, never the platform itself."""

from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.db import connection

from exchange.dataplane import egress
from exchange.dataplane.connectors.base import Sink
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.dropping import DropPlace
from exchange.dataplane.egress_policy import EgressPolicy, check_url, resolve
from exchange.dataplane.errors import DataplaneError, Terminal
from exchange.dataplane.schema import Schema
from exchange.errors import DestinationRefused


def egress_policy() -> EgressPolicy:
    """The policy that the settings give; our own web, database and broker are always denied."""
    return EgressPolicy(
        allow=tuple(settings.EGRESS_ALLOW),
        open_addresses=tuple(settings.EGRESS_TEST_ADDRESSES),
        denied=_own_addresses(),
    )


def require_webhook(url: str, field: str = "url") -> None:
    """DestinationRefused unless the platform may send to this address, which the field names."""
    try:
        parts = check_url(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        resolve(parts.host, port, egress_policy(), plain=parts.scheme == "http")
    except DataplaneError as fault:
        raise DestinationRefused.field(field, fault.detail, fault.code) from fault


def webhook_client(keep: int = 0) -> Any:
    """An HTTP client that reaches allowed destinations only, keeping so many connections for the
    next requests; close it after use."""
    return egress.http_client(egress_policy(), keep=keep)


def target_connection(dsn: str) -> Any:
    """A psycopg2 connection to a subscriber's database, if that is an allowed destination."""
    return egress.postgres_connect(dsn, egress_policy())


def target_sink(dsn: str, *, schema_name: str, table: str, lane: str, schema: Schema) -> Sink:
    """A table of a subscriber's database as a sink; each of its calls connects anew."""
    return PostgresSink(
        lambda: target_connection(dsn),
        schema_name=schema_name,
        table=table,
        lane=lane,
        schema=schema,
    )


def drop_place(url: str, secrets: str) -> DropPlace:
    """The folder at this address, if it is an allowed destination."""
    raise Terminal("egress-denied", f"No files are put down at {url.partition(':')[0]}.")


def own_connection() -> Any:
    """A psycopg2 connection of its own to the platform's database, outside Django's."""
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    return psycopg2.connect(**params)


def _own_addresses() -> tuple[str, ...]:
    database = connection.settings_dict
    redis = urlsplit(settings.REDIS_URL)
    web = urlsplit(settings.PUBLIC_URL)
    web_port = web.port or (443 if web.scheme == "https" else 80)
    return (
        f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}",
        f"{redis.hostname}:{redis.port or 6379}",
        f"{web.hostname}:{web_port}",
    )

"""What the platform may send to: the administrator's allow-list, never the platform itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import SplitResult, urlsplit

import psycopg2
from django.conf import settings
from django.db import connection

from exchange.dataplane import egress
from exchange.dataplane.connectors import mysql_errors
from exchange.dataplane.connectors.base import Sink
from exchange.dataplane.connectors.mysql import MysqlSink, read_dsn
from exchange.dataplane.connectors.mysql_login import mysql_connect
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.dropping import DropPlace, FsspecPlace
from exchange.dataplane.egress_policy import EgressPolicy, check_url, resolve
from exchange.dataplane.errors import DataplaneError, Terminal
from exchange.dataplane.remote_files import (
    S3Login,
    SftpLogin,
    close_files,
    s3_files,
    sftp_files,
)
from exchange.dataplane.schema import Schema
from exchange.errors import DestinationRefused

# What it takes to get in, beside the address: needed, and welcome.
DROP_SECRETS = {
    "sftp": (("host_key",), ("password", "private_key")),
    "s3": (("endpoint", "access_key", "secret_key"), ("region",)),
}
# Left by the test of an address.
DROP_MARK = "shuqiao.txt"


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
    """An HTTP client that reaches allowed destinations only, and keeps connections to so many of
    them for their next requests; close it after use."""
    return egress.http_client(egress_policy(), keep=keep)


def target_connection(dsn: str) -> Any:
    """A psycopg2 connection to a subscriber's database, if that is an allowed destination."""
    return egress.postgres_connect(dsn, egress_policy())


def require_sink(dsn: str) -> None:
    """DestinationRefused unless the platform can connect there."""
    try:
        if is_mysql(dsn):
            mysql_target(dsn).close()
        else:
            target_connection(dsn).close()
    except DataplaneError as fault:
        raise DestinationRefused.field("dsn", fault.detail, fault.code) from fault


def is_mysql(dsn: str) -> bool:
    """Whether the connection string is one of MySQL or MariaDB."""
    return dsn.startswith(("mysql://", "mariadb://"))


def mysql_target(dsn: str) -> Any:
    """A PyMySQL connection to a subscriber's database, if that is an allowed destination."""
    with mysql_errors.translated():
        return mysql_connect(read_dsn(dsn), egress_policy(), autocommit=False)


def target_sink(dsn: str, *, schema_name: str, table: str, lane: str, schema: Schema) -> Sink:
    """A table of a subscriber's database as a sink; each of its calls connects anew."""
    if is_mysql(dsn):
        return MysqlSink(
            lambda: mysql_target(dsn),
            schema_name=schema_name,
            table=table,
            lane=lane,
            schema=schema,
        )
    return PostgresSink(
        lambda: target_connection(dsn),
        schema_name=schema_name,
        table=table,
        lane=lane,
        schema=schema,
    )


@contextmanager
def drop_place(url: str, secrets: str) -> Iterator[DropPlace]:
    """The folder at this address, if it is an allowed destination.

    ``sftp://user@host:port/folder`` or ``s3://bucket/prefix``; ``secrets`` is a JSON object with
    the rest of what it takes to get in: DROP_SECRETS names it.
    """
    parts, told = _drop_parts(url), json.loads(secrets)
    files = _drop_files(parts, told)
    try:
        folder = parts.path if parts.scheme == "sftp" else f"{parts.netloc}{parts.path}"
        yield FsspecPlace(files, folder, renames=parts.scheme == "sftp")
    finally:
        close_files(files)


def _drop_parts(url: str) -> SplitResult:
    """The parts of the address of a folder; Terminal ``egress-denied`` says what it lacks."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Terminal("egress-denied", "The address cannot be read.") from None
    if parts.scheme not in DROP_SECRETS:
        raise Terminal("egress-denied", "Write sftp://user@host/folder or s3://bucket/prefix.")
    if parts.password or parts.query or parts.fragment:
        raise Terminal("egress-denied", "The address must hold no password, query or fragment.")
    if not parts.hostname or ".." in parts.path.split("/"):
        raise Terminal("egress-denied", "The address names no host or bucket, or leads upwards.")
    if parts.scheme == "s3" and (parts.username or port):
        raise Terminal("egress-denied", "s3:// takes a bucket; the service is its endpoint.")
    if parts.scheme == "sftp" and not parts.username:
        raise Terminal("egress-denied", "The address names no user.")
    return parts


def _drop_files(parts: SplitResult, told: dict[str, str]) -> Any:
    if parts.scheme == "sftp":
        login = SftpLogin(
            host=parts.hostname or "", user=parts.username or "", port=parts.port or 22, **told
        )
        return sftp_files(login, egress_policy())
    return s3_files(S3Login(**told), egress_policy())  # type: ignore[arg-type]


def require_drop(url: str, secrets: str, subscription: str) -> None:
    """DestinationRefused unless a file can be put down there: a small one is, and stays."""
    try:
        with drop_place(url, secrets) as place, NamedTemporaryFile() as file:
            file.write(f"{subscription}\n".encode())
            file.flush()
            place.stage(DROP_MARK, Path(file.name))
            place.show(DROP_MARK, Path(file.name))
    except DataplaneError as fault:
        name = "secrets" if fault.code in ("login-refused", "host-key-mismatch") else "url"
        raise DestinationRefused.field(name, fault.detail, fault.code) from fault


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

"""A source made from what a connector's row says: its kind, its options and its secrets.

What only some kinds need is loaded with the first source of such a kind: SQLAlchemy
alone is a tenth of a worker's memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg2.extensions import make_dsn

from exchange.dataplane import egress, remote_files
from exchange.dataplane.connectors.base import Source
from exchange.dataplane.connectors.file_formats import Format
from exchange.dataplane.connectors.file_places import FilePlace, FolderPlace, RemotePlace
from exchange.dataplane.connectors.files_source import FilesSource
from exchange.dataplane.connectors.http_pages import Interface, Paging
from exchange.dataplane.connectors.http_source import HttpSource
from exchange.dataplane.connectors.mysql_login import MysqlLogin
from exchange.dataplane.connectors.options import check_options
from exchange.dataplane.connectors.postgres_source import PostgresSource
from exchange.dataplane.egress_policy import EgressPolicy, check_url

PAGE_SECONDS = 60

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """What the hub adds: who may be reached, which folders are open, where to put copies, how
    long a source may take for one statement."""

    policy: EgressPolicy
    folders: tuple[Path, ...]
    work: Path
    zone: str = "Asia/Shanghai"
    seconds: int = 3600


def make_source(kind: str, options: Plain, secrets: Plain, around: Surroundings) -> Source:
    """The source; nothing is connected to. OptionsInvalid or another Terminal tells what of the
    options cannot be."""
    given = {name: value for name, value in options.items() if value not in (None, "")}
    check_options(kind, given, secrets)
    return _MAKERS[kind](given, secrets, around)


def _zone(options: Plain, around: Surroundings) -> str:
    return str(options.get("zone") or around.zone)


def _postgres(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    port = options.get("port", 5432)
    dsn = make_dsn(
        host=options["host"],
        port=port,
        dbname=options["database"],
        user=options["user"],
        password=secrets["password"],
        sslmode=options.get("sslmode", "prefer"),
    )
    return PostgresSource(
        lambda: egress.postgres_connect(dsn, around.policy, statement_seconds=around.seconds),
        host=f"{options['host']}:{port}",
        zone=_zone(options, around),
    )


def _mysql(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    from exchange.dataplane.connectors.mysql_source import MysqlSource

    login = MysqlLogin(
        options["host"],
        options["user"],
        secrets["password"],
        options["database"],
        port=options.get("port", 3306),
        tls=options.get("tls", "prefer"),
        seconds=around.seconds,
    )
    return MysqlSource(login, around.policy, zone=_zone(options, around))


def _sql(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    from exchange.dataplane.connectors.sql_source import SqlSource
    from exchange.dataplane.connectors.sql_urls import guarded_engine, host_of, read_url

    url = read_url(options["url"])
    return SqlSource(
        lambda: guarded_engine(url, secrets.get("password", ""), around.policy, around.folders),
        host=host_of(url),
        zone=_zone(options, around),
    )


def _folder(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    return _files(FolderPlace(options["root"], around.folders), options, around)


def _sftp(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    login = remote_files.SftpLogin(
        options["host"],
        options["user"],
        options["host_key"],
        port=options.get("port", 22),
        password=secrets.get("password", ""),
        private_key=secrets.get("private_key", ""),
    )
    place = RemotePlace(
        lambda: remote_files.sftp_files(login, around.policy),
        options["root"],
        host=f"{login.host}:{login.port}",
    )
    return _files(place, options, around)


def _s3(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    address = check_url(options["endpoint"])
    login = remote_files.S3Login(
        options["endpoint"],
        secrets["access_key"],
        secrets["secret_key"],
        region=options.get("region", "us-east-1"),
        path_style=options.get("path_style", True),
    )
    root = f"{options['bucket']}/{options.get('prefix', '').strip('/')}".rstrip("/")
    port = address.port or (443 if address.scheme == "https" else 80)
    place = RemotePlace(
        lambda: remote_files.s3_files(login, around.policy), root, host=f"{address.host}:{port}"
    )
    return _files(place, options, around)


def _files(place: FilePlace, options: Plain, around: Surroundings) -> Source:
    form = Format(
        options.get("format", ""),
        options.get("encoding", "utf-8"),
        options.get("delimiter", ","),
        options.get("sheet", ""),
    )
    return FilesSource(place, form, zone=_zone(options, around), work=around.work)


def _http(options: Plain, secrets: Plain, around: Surroundings) -> Source:
    check_url(options["url"])
    paging = Paging(
        options.get("paging", "none"),
        options.get("page_parameter", "page"),
        options.get("first_page", 1),
        options.get("size_parameter", ""),
        options.get("page_size", 500),
        options.get("next_pointer", ""),
    )
    headers = {}
    if secrets.get("auth_value"):
        headers[options.get("auth_header", "Authorization")] = secrets["auth_value"]
    interface = Interface(
        urlsplit(options["url"])._replace(fragment="").geturl(),
        options.get("records", ""),
        paging,
        headers,
        options.get("since_parameter", ""),
    )
    return HttpSource(
        lambda: egress.http_client(around.policy, min(PAGE_SECONDS, around.seconds), keep=1),
        interface,
        zone=_zone(options, around),
    )


_MAKERS: dict[str, Callable[[Plain, Plain, Surroundings], Source]] = {
    "postgres": _postgres,
    "mysql": _mysql,
    "sql": _sql,
    "folder": _folder,
    "sftp": _sftp,
    "s3": _s3,
    "http": _http,
}

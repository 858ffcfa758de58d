"""One world a kind of source: real servers, a relay before each, and a table of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psycopg2
import pytest
from moto.server import ThreadedMotoServer
from psycopg2.extensions import make_dsn, parse_dsn

from exchange.dataplane.filesystems import fingerprint
from tests.exchange.dataplane.connectors.relay import Relay
from tests.exchange.dataplane.connectors.servers import PASSWORD, USER, PageServer, SftpServer
from tests.exchange.dataplane.connectors.worlds import (
    WRITERS,
    MysqlTable,
    PostgresTable,
    Row,
    SqliteTable,
    World,
    person,
    plain,
)

DATABASES = ("postgres", "mysql", "sqlite")
FILES = ("folder-csv", "folder-parquet", "folder-ndjson", "sftp-csv", "s3-parquet")
KINDS = (*DATABASES, *FILES, "http")
READER = "source_reader"

Build = Callable[..., World]


@pytest.fixture
def relay() -> Iterator[Callable[[int], Relay]]:
    """relay(port): a relay before that port, cut at the end."""
    made: list[Relay] = []

    def build(port: int) -> Relay:
        made.append(Relay(port))
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def s3_port() -> Iterator[int]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def build_world(
    request: pytest.FixtureRequest, tmp_path: Path, relay: Callable[[int], Relay]
) -> Build:
    """build_world(kind, keyless=...): an empty world of this kind."""
    wanted = {
        "postgres": lambda **given: _postgres(
            request.getfixturevalue("target_dsn"), relay, **given
        ),
        "mysql": lambda **given: _mysql(request.getfixturevalue("mariadb"), relay, **given),
        "sqlite": lambda **given: _sqlite(tmp_path, **given),
        "sftp-csv": lambda **given: _sftp(request, tmp_path, relay),
        "s3-parquet": lambda **given: _s3(request.getfixturevalue("s3_port"), relay),
        "http": lambda **given: _http(request, relay),
    }

    def build(kind: str, **given: Any) -> World:
        if kind in wanted:
            made = wanted[kind](**given)
        else:
            made = _folder(tmp_path, kind.removeprefix("folder-"))
        made.work = tmp_path / "fetched"
        return made

    return build


def _postgres(dsn: str, relay: Callable[[int], Relay], *, keyless: bool = False) -> World:
    table = PostgresTable(dsn, keyless=keyless)
    _add_reader(dsn, table.schema)
    parts = parse_dsn(dsn)
    line = relay(int(parts["port"]))
    return World(
        "postgres",
        {"host": "127.0.0.1", "port": line.port, "database": parts["dbname"], "user": READER},
        {"password": PASSWORD},
        f"{table.schema}.people",
        table.write,
        Path(),
        f"127.0.0.1:{line.port}",
        cut=line.cut,
        drop=table.drop,
        wrong={"secrets": {"password": "wrong-secret"}},
        takes_null_keys=keyless,
    )


def _add_reader(dsn: str, schema: str) -> None:
    with psycopg2.connect(make_dsn(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {READER}')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {READER}')
    connection.close()


def _mysql(server: Any, relay: Callable[[int], Relay], *, keyless: bool = False) -> World:
    table = MysqlTable(server, keyless=keyless)
    line = relay(server.port)
    return World(
        "mysql",
        {"host": "127.0.0.1", "port": line.port, "database": table.database, "user": "hub"},
        {"password": "hub-secret"},
        f"{table.database}.people",
        table.write,
        Path(),
        f"127.0.0.1:{line.port}",
        cut=line.cut,
        drop=table.drop,
        wrong={"secrets": {"password": "wrong-secret"}},
        takes_null_keys=keyless,
    )


def _sqlite(folder: Path, *, keyless: bool = False) -> World:
    file = folder / f"{uuid4().hex}.sqlite"
    table = SqliteTable(file, keyless=keyless)
    return World(
        "sql",
        {"url": f"sqlite:///{file}"},
        {},
        "main.people",
        table.write,
        Path(),
        drop=table.drop,
        folders=(folder,),
        takes_null_keys=keyless,
    )


def _folder(folder: Path, form: str) -> World:
    root = folder / "in"
    root.mkdir(exist_ok=True)

    def write(rows: list[Row], without: str = "") -> None:
        number = len(list(root.iterdir()))
        (root / f"{number:03}.{form}").write_bytes(WRITERS[form](rows, without=without))

    def drop(column: str) -> None:
        for file in root.iterdir():
            file.unlink()
        write([person(1)], without=column)

    return World(
        "folder",
        {"root": str(root)},
        {},
        f"*.{form}",
        write,
        Path(),
        cut=lambda: root.rename(folder / "gone"),
        drop=drop,
        folders=(folder,),
        keyed=False,
        takes_null_keys=False,
    )


def _sftp(request: pytest.FixtureRequest, folder: Path, relay: Callable[[int], Relay]) -> World:
    local = _folder(folder, "csv")
    server = SftpServer(folder)
    request.addfinalizer(server.close)
    line = relay(server.port)
    return World(
        "sftp",
        {
            "host": "127.0.0.1",
            "port": line.port,
            "user": USER,
            "host_key": fingerprint(server.key),
            "root": "/in",
        },
        {"password": PASSWORD},
        local.table,
        local.write,
        Path(),
        f"127.0.0.1:{line.port}",
        cut=line.cut,
        drop=local.drop,
        wrong={"secrets": {"password": "wrong-secret"}},
        keyed=False,
        takes_null_keys=False,
    )


def _s3(port: int, relay: Callable[[int], Relay]) -> World:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    bucket = f"b{uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    numbers = iter(range(1000))

    def write(rows: list[Row], without: str = "") -> None:
        body = WRITERS["parquet"](rows, without=without)
        client.put_object(Bucket=bucket, Key=f"in/{next(numbers):03}.parquet", Body=body)

    def drop(column: str) -> None:
        for found in client.list_objects_v2(Bucket=bucket).get("Contents", []):
            client.delete_object(Bucket=bucket, Key=found["Key"])
        write([person(1)], without=column)

    line = relay(port)
    return World(
        "s3",
        {"endpoint": f"http://127.0.0.1:{line.port}", "bucket": bucket, "prefix": "in"},
        {"access_key": "key", "secret_key": "secret"},
        "*.parquet",
        write,
        Path(),
        f"127.0.0.1:{line.port}",
        cut=line.cut,
        drop=drop,
        wrong={"options": {"bucket": "no-such-bucket"}},
        keyed=False,
        takes_null_keys=False,
    )


def _http(request: pytest.FixtureRequest, relay: Callable[[int], Relay]) -> World:
    server = PageServer()
    request.addfinalizer(server.close)
    line = relay(server.port)

    def write(rows: list[Row]) -> None:
        server.records += [plain(row) for row in rows]

    def drop(column: str) -> None:
        server.records = [{n: v for n, v in r.items() if n != column} for r in server.records]

    made = World(
        "http",
        {
            "url": f"http://127.0.0.1:{line.port}/page",
            "records": "/data/items",
            "paging": "page",
        },
        {"auth_value": f"Bearer {PASSWORD}"},
        "",
        write,
        Path(),
        f"127.0.0.1:{line.port}",
        cut=line.cut,
        drop=drop,
        wrong={"secrets": {"auth_value": "Bearer wrong-secret"}},
        keyed=False,
    )
    made.server = server  # type: ignore[attr-defined]
    return made

"""A throw-away database on the test server, and small Parquet files for the sinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from config import env
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.mysql import MysqlSink
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.source_worlds import (  # noqa: F401
    build_world,
    relay,
    s3_port,
)
from tests.mariadb import MariaServer, mariadb

__all__ = ["mariadb"]

PERSON = Schema((Item("id", "integer", required=True), Item("name", "string")), ("id",))


@pytest.fixture(scope="module")
def target_dsn() -> Iterator[str]:
    """A department's own database: created on the test server, dropped at the end."""
    owner = env.text("DATABASE_OWNER_URL")
    name = f"target_{uuid4().hex}"
    server = psycopg2.connect(owner)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_dsn(owner, dbname=name)
    with server.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    server.close()


@dataclass
class Files:
    """Writes batch and snapshot files as the hub does."""

    folder: Path
    schema: Schema

    def snapshot(self, rows: list[dict[str, Any]]) -> Path:
        return self._write(pa.Table.from_pylist(rows, schema=self.schema.arrow))

    def changes(self, rows: list[tuple[str, dict[str, Any]]]) -> Path:
        full = [{"_op": op, "_seq": n, **row} for n, (op, row) in enumerate(rows, 1)]
        return self._write(pa.Table.from_pylist(full, schema=self.schema.batch_arrow))

    def _write(self, table: pa.Table) -> Path:
        path = self.folder / f"{uuid4().hex}.parquet"
        pq.write_table(table, path, compression="zstd")
        return path


class Target:
    """One table in a schema of its own, with a sink on it."""

    def __init__(self, dsn: str, folder: Path, schema: Schema) -> None:
        self.dsn, self.schema = dsn, schema
        self.place, self.lane = f"s{uuid4().hex[:12]}", str(uuid4())
        self.files = Files(folder, schema)
        self.sink = self.sink_for(schema)

    def sink_for(self, schema: Schema, connect: Callable[[], Any] | None = None) -> PostgresSink:
        return PostgresSink(
            connect or (lambda: psycopg2.connect(self.dsn)),
            schema_name=self.place,
            table="t",
            lane=self.lane,
            schema=schema,
        )

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(statement.format(f'"{self.place}".t'))
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def rows(self) -> list[tuple[Any, ...]]:
        return self.run("SELECT * FROM {} ORDER BY 1, 2")

    def read(self) -> list[dict[str, Any]]:
        """The rows with the values of the schema's types."""
        return self.sink.lookup(list(self.schema.names), {})


class MysqlTarget:
    """One table in a database of its own, with a sink on it."""

    def __init__(self, server: MariaServer, folder: Path, schema: Schema) -> None:
        self.server, self.schema = server, schema
        self.place, self.lane = server.new_database(), str(uuid4())
        self.dsn = server.dsn(self.place)
        self.files = Files(folder, schema)
        self.sink = self.sink_for(schema)

    def sink_for(self, schema: Schema, connect: Callable[[], Any] | None = None) -> MysqlSink:
        return MysqlSink(
            connect or (lambda: self.connect()),
            schema_name=self.place,
            table="t",
            lane=self.lane,
            schema=schema,
        )

    def connect(self, **options: Any) -> Any:
        """A connection as the hub makes one, past the guard: it is for the tests of the guard."""
        connection = self.server.connect(self.place, **options)
        connection.autocommit(False)
        return connection

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        return self.server.run(statement.format(f"`{self.place}`.t"))

    def rows(self) -> list[tuple[Any, ...]]:
        return self.run("SELECT * FROM {} ORDER BY 1, 2")

    def read(self) -> list[dict[str, Any]]:
        """The rows with the values of the schema's types."""
        names = self.schema.names
        return [
            {name: self._value(name, value) for name, value in zip(names, row, strict=True)}
            for row in self.rows()
        ]

    def _value(self, name: str, value: Any) -> Any:
        kind = self.schema.by_name[name].type
        if value is None or kind not in ("boolean", "datetime"):
            return value
        return bool(value) if kind == "boolean" else value.replace(tzinfo=UTC)


@pytest.fixture
def target(target_dsn: str, tmp_path: Path) -> Callable[[Schema], Target]:
    def build(schema: Schema) -> Target:
        made = Target(target_dsn, tmp_path, schema)
        made.sink.prepare()
        return made

    return build


@pytest.fixture
def person(target: Callable[[Schema], Target]) -> Target:
    """A target holding person 1 and 2 at batch 1 of epoch 1."""
    made = target(PERSON)
    made.sink.load(
        made.files.snapshot([{"id": 1, "name": "王"}, {"id": 2, "name": None}]), Position(1, 1)
    )
    return made

"""A throw-away database on the test server, and small Parquet files for the sinks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from exchange.dataplane.schema import Schema


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

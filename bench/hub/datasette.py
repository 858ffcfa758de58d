"""The same residents in SQLite, served by datasette."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from bench import venv
from bench.rights.population import RESIDENTS
from config.launch import services
from config.launch.ports import free_port
from config.launch.processes import Server

_TYPES = {"decimal": "REAL", "float": "REAL", "boolean": "INTEGER", "integer": "INTEGER"}
READY_SECONDS = 60


def fill(source: Path, target: Path) -> None:
    """One table ``residents`` with its primary key, indexed as in PostgreSQL."""
    columns = ", ".join(f"{i.name} {_TYPES.get(i.type, 'TEXT')}" for i in RESIDENTS.items)
    marks = ", ".join("?" for _ in RESIDENTS.items)
    shown = ", ".join(
        f"{i.name}::VARCHAR" if i.type in ("date", "datetime") else i.name for i in RESIDENTS.items
    )
    with sqlite3.connect(target) as lite, duckdb.connect() as con:
        key = ", ".join(RESIDENTS.key)
        lite.execute(f"CREATE TABLE residents ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        con.execute("SET TimeZone = 'UTC'")
        found = con.execute(f"SELECT {shown} FROM read_parquet('{source}')")  # noqa: S608
        while rows := found.fetchmany(50_000):
            plain = [[float(v) if hasattr(v, "as_tuple") else v for v in row] for row in rows]
            lite.executemany(f"INSERT INTO residents VALUES ({marks})", plain)  # noqa: S608
    lite.close()


@contextmanager
def serving(database: Path, folder: Path) -> Iterator[int]:
    """The port of a datasette of its own over the database."""
    port = free_port()
    words = ["serve", str(database), "--port", str(port), "--setting", "max_csv_mb", "0"]
    server = Server(
        "datasette",
        [venv.program("datasette"), *words, "--setting", "sql_time_limit_ms", "60000"],
        {**os.environ},
        folder / "datasette.log",
    ).start()
    try:
        server.wait_until(lambda: services.answers(port, "/-/versions.json"), READY_SECONDS)
        time.sleep(0.5)
        yield port
    finally:
        server.stop()

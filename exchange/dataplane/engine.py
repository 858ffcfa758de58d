"""DuckDB within bounds: memory limit, spill folder, two threads, UTC, no network, no extensions."""

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.limits import Limits
from exchange.dataplane.sealed import Damaged
from exchange.dataplane.sealed_files import FILES, readable_name


@contextlib.contextmanager
def engine(limits: Limits, work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory database that spills into ``work``; its errors become ours."""
    con = duckdb.connect(
        config={
            "memory_limit": limits.duckdb_memory,
            "threads": limits.duckdb_threads,
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        with translated():
            _set_up(con)
            con.register_filesystem(FILES)
            yield con
    finally:
        con.close()


@contextlib.contextmanager
def page_engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for a page in memory, many times quicker to have than a database of its own.

    The connections of a process share one empty database on one thread, and nothing they register
    is seen by another.
    """
    con = _shared(os.getpid()).cursor()
    try:
        with translated():
            _set_up(con)
            yield con
    finally:
        con.close()


@functools.cache
def _shared(process: int) -> duckdb.DuckDBPyConnection:
    """By process, for a database neither works nor closes in a child that was forked."""
    return duckdb.connect(
        config={
            "memory_limit": Limits().duckdb_memory,
            "threads": 1,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def _set_up(con: duckdb.DuckDBPyConnection) -> None:
    # The progress bar would be written between the lines of a worker's log.
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """DuckDB's errors as ours, without the values that they quote."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise Transient("memory", "the work needs more than the memory limit") from error
    except duckdb.IOException as error:
        raise Transient("disk", str(error).splitlines()[0][:200]) from error
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise Terminal("schema-mismatch", "stored values do not fit the schema") from error
    except duckdb.Error as error:
        # What a sealed file's reader raises arrives as its text alone.
        if Damaged.__name__ not in str(error):
            raise
        raise Terminal("blob-corrupt", "a stored file is damaged") from None


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def scan(paths: list[Path]) -> str:
    """A table expression over Parquet files, sealed or not, whose columns are matched by name."""
    names = ", ".join(literal(readable_name(path)) for path in paths)
    return f"read_parquet([{names}], union_by_name = true)"


def run(
    con: duckdb.DuckDBPyConnection, statement: str, values: list[str] | None = None
) -> list[Any]:
    """Execute and drain, for an open result would bar the connection; only for few rows."""
    return con.execute(statement, values).fetchall()

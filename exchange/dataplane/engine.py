"""DuckDB within bounds: memory limit, spill folder, two threads, UTC, no network, no extensions."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.limits import Limits


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
        # The bar would be written between the lines of a worker's log.
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        yield con
    except duckdb.OutOfMemoryException as error:
        raise Transient("memory", "the work needs more than the memory limit") from error
    except duckdb.IOException as error:
        raise Transient("disk", str(error).splitlines()[0][:200]) from error
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise Terminal("schema-mismatch", "stored values do not fit the schema") from error
    finally:
        con.close()


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def scan(paths: list[Path]) -> str:
    """A table expression over Parquet files whose columns are matched by name."""
    names = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{names}], union_by_name = true)"


def run(
    con: duckdb.DuckDBPyConnection, statement: str, values: list[str] | None = None
) -> list[Any]:
    """Execute and drain, for an open result would bar the connection; only for few rows."""
    return con.execute(statement, values).fetchall()

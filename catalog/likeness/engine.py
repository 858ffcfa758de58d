"""DuckDB for one comparison: bounded memory, its files in a folder that goes with it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

MEMORY = "320MB"


@contextlib.contextmanager
def open_engine(memory: str = MEMORY) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database in a folder of its own, and the folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="likeness-") as folder:
        work = Path(folder)
        con = duckdb.connect(
            str(work / "work.duckdb"),
            config={
                "memory_limit": memory,
                "threads": 2,
                "temp_directory": str(work / "spill"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            con.execute("SET enable_progress_bar = false")
            yield con, work
        finally:
            con.close()

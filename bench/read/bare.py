"""The yardstick: the bare projection, from file to file."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from bench.rights.population import RESIDENTS


def project(source: Path, out: Path) -> float:
    """The bare projection by DuckDB, file to file, in the same bounds as the platform's."""
    columns = ", ".join(RESIDENTS.names)
    with duckdb.connect(config={"threads": 2, "memory_limit": "512MB"}) as con:
        con.execute("SET enable_progress_bar = false")
        started = time.perf_counter()
        con.execute(
            f"COPY (SELECT {columns} FROM read_parquet('{source}')) TO '{out}' "  # noqa: S608
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        return time.perf_counter() - started

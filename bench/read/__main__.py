"""python -m bench.read: what does reading a whole table cost? See bench/README.md."""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import database
from bench.hub import datasette, web
from bench.read.bare import project
from bench.rights.measure import alone
from bench.rights.population import write_residents

ROWS, RUNS = 1_000_000, 3
CSV_ROWS = 200_000
PARQUET, NDJSON = "application/vnd.apache.parquet", "application/x-ndjson"


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.read", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--csv-rows", type=int, default=CSV_ROWS, help="of datasette's table")
    parser.add_argument("--runs", type=int, default=RUNS, help="rounds; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        kinds = _prepare(Path(folder), chosen, stack)
        rounds = []
        for _ in range(chosen.runs):
            rounds.append({name: measure() for name, measure in kinds.items()})
            print("  ".join(f"{name} {seconds:.2f} s" for name, seconds in rounds[-1].items()))
    print(json.dumps({"bench": "read", "figures": _figures(rounds, chosen)}))
    return 0


def _prepare(
    folder: Path, chosen: argparse.Namespace, stack: ExitStack
) -> dict[str, Callable[[], float]]:
    """What is measured, by name: each call is one measurement in seconds."""
    source = folder / "residents.parquet"
    alone(write_residents, source, chosen.rows)
    store = folder / "store"
    variables = database.make_database("bench_read") | {"STORE_DIR": str(store)}
    scene = database.step("bench.hub.scene", "make", str(source), "{}", variables=variables)
    fixed = folder / "static"
    fixed.mkdir()
    mounted = ("--static-path-route", "/fixed", "--static-path-mount", str(fixed))
    hub = stack.enter_context(web.serving(variables, folder, also=mounted))
    headers = {"Authorization": f"Bearer {scene['reader']}", "X-Purpose": "benchmark"}
    address = f"/api/v1/subscriptions/{scene['subscription']}/table"

    def read(media_type: str, *, cold: bool) -> float:
        if cold:
            shutil.rmtree(store / "projections", ignore_errors=True)
        return fetch(hub, address, {**headers, "Accept": media_type})

    fetch(hub, address, {**headers, "Accept": PARQUET}, fixed / "table.parquet")
    small = folder / "small.parquet"
    alone(write_residents, small, chosen.csv_rows)
    datasette.fill(small, folder / "residents.db")
    lite = stack.enter_context(datasette.serving(folder / "residents.db", folder))
    stored = max((store / "blobs").rglob("*"), key=lambda path: path.stat().st_size)
    return {
        "duckdb": lambda: alone(project, stored, folder / "bare.parquet"),
        "cold": lambda: read(PARQUET, cold=True),
        "static": lambda: fetch(hub, "/fixed/table.parquet", {}),
        "warm": lambda: _warm(lambda: read(PARQUET, cold=False)),
        "ndjson": lambda: read(NDJSON, cold=True),
        "datasette": lambda: fetch(lite, "/residents/residents.csv?_stream=on", {}),
    }


def _warm(read: Callable[[], float]) -> float:
    """The second of two reads: the first makes the file again where a cold read removed it."""
    read()
    return read()


def fetch(port: int, path: str, headers: dict[str, str], keep: Path | None = None) -> float:
    """Read the whole answer; the seconds it took. RuntimeError unless it is 200 and not empty."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    started = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    size = 0
    with open(keep or "/dev/null", "wb") as file:
        while block := answer.read(1 << 20):
            size += len(block)
            file.write(block)
    seconds = time.perf_counter() - started
    connection.close()
    if answer.status != 200 or not size:
        raise RuntimeError(f"{path}: {answer.status}, {size} bytes")
    return seconds


def _figures(rounds: list[dict[str, float]], chosen: argparse.Namespace) -> dict[str, float]:
    def median(one: str, other: str, scale: float = 1) -> float:
        return round(statistics.median(each[one] / each[other] * scale for each in rounds), 2)

    return {
        "rows": chosen.rows,
        "parquet_cold_vs_duckdb": median("cold", "duckdb"),
        "parquet_warm_vs_static": median("warm", "static"),
        # Rows a second of the one over those of the other.
        "ndjson_speedup_vs_datasette": median("datasette", "ndjson", chosen.rows / chosen.csv_rows),
    }


if __name__ == "__main__":
    sys.exit(main())

"""python -m bench.lookup: what does a look-up under a grant cost? See bench/README.md."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from bench import database
from bench.hub import datasette, web
from bench.rights.measure import FILTER, MASKS
from bench.rights.population import RESIDENTS, write_residents
from exchange.dataplane.binding import Bound
from exchange.dataplane.condition_columns import condition_sql
from exchange.dataplane.condition_text import parse_condition

ROWS, CLIENTS, SECONDS, RUNS = 200_000, 16, 6.0, 5
ASKED = 2_000
# As in bench.rights, but for the key: what is masked finds nothing.
TERMS = {
    "queryable": True,
    "condition": FILTER,
    "masks": {name: mask for name, mask in MASKS.items() if name != "identity"},
}


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.lookup", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each round of each kind")
    parser.add_argument("--runs", type=int, default=RUNS, help="rounds; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports, asked = _prepare(Path(folder), chosen.rows, stack)
        rounds = _rounds(Path(folder), ports, asked, chosen)
    if any(told["refused"] for each in rounds for told in each.values()):
        print("some requests were refused: nothing was measured")
        return 1
    print(json.dumps({"bench": "lookup", "figures": _figures(rounds)}))
    return 0


def _prepare(
    folder: Path, rows: int, stack: ExitStack
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """The three servers over the same rows, and what each is asked."""
    source = folder / "residents.parquet"
    write_residents(source, rows)
    keys = shown_keys(source)
    variables = database.make_database("bench_lookup") | {"STORE_DIR": str(folder / "store")}
    scene = database.step(
        "bench.hub.scene", "make", str(source), json.dumps(TERMS), variables=variables
    )
    bare = variables | {"BENCH_TABLE": scene["table"]}
    datasette.fill(source, folder / "residents.db")
    first, workers = f"/residents/{keys[0]}", os.cpu_count() or 1
    ports = {
        "lookup": stack.enter_context(web.serving(variables, folder, workers=workers)),
        "bare": stack.enter_context(
            web.serving(
                bare,
                folder,
                application="bench.lookup.bare:application",
                path=first,
                workers=workers,
            )
        ),
        "datasette": stack.enter_context(datasette.serving(folder / "residents.db", folder)),
    }
    asked = {
        "lookup": [_lookup(scene, key) for key in keys],
        "bare": [_get(f"/residents/{key}") for key in keys],
        "datasette": [_get(f"/residents/residents/{key}.json") for key in keys],
    }
    return ports, asked


def shown_keys(source: Path) -> list[str]:
    """Keys of residents whom the grant's condition shows."""
    bound = Bound()
    shown = condition_sql(parse_condition(FILTER, RESIDENTS), RESIDENTS, bound)
    with duckdb.connect() as con:
        rows = con.read_parquet(str(source))
        found = con.execute(
            f"SELECT identity FROM rows WHERE {shown} ORDER BY hash(identity) LIMIT {ASKED}",  # noqa: S608
            bound.values,
        ).fetchall()
    del rows
    return [key for (key,) in found]


def _lookup(scene: dict[str, str], key: str) -> str:
    body = json.dumps({"where": {"identity": key}})
    return (
        f"POST /api/v1/datasets/{scene['dataset']}/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {scene['reader']}\r\nX-Purpose: benchmark\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def _get(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"


def _rounds(
    folder: Path, ports: dict[str, int], asked: dict[str, list[str]], chosen: argparse.Namespace
) -> list[dict[str, dict[str, float]]]:
    """The three in turn, so that whatever else the machine does falls on all."""
    for name, requests in asked.items():
        (folder / f"{name}.json").write_text(json.dumps(requests))
        press(folder, ports, name, chosen.clients, min(chosen.seconds, 2))
    rounds = []
    for _ in range(chosen.runs):
        told = {n: press(folder, ports, n, chosen.clients, chosen.seconds) for n in ports}
        for name, figures in told.items():
            times = f"p50 {figures['p50'] * 1000:.1f} ms, p99 {figures['p99'] * 1000:.1f} ms"
            print(f"{name:10} {figures['rate']:8,.0f} answers/s  {times}")
        rounds.append(told)
    return rounds


def press(
    folder: Path, ports: dict[str, int], name: str, clients: int, seconds: float
) -> dict[str, float]:
    words = [str(ports[name]), str(clients), str(seconds), str(folder / f"{name}.json")]
    done = subprocess.run(
        [sys.executable, "-m", "bench.hub.load", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _figures(rounds: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    def median(ratios: list[float]) -> float:
        return round(statistics.median(ratios), 2)

    return {
        "rate_vs_bare": median([r["lookup"]["rate"] / r["bare"]["rate"] for r in rounds]),
        "rate_vs_datasette": median([r["lookup"]["rate"] / r["datasette"]["rate"] for r in rounds]),
        "p99_over_p50": median([r["lookup"]["p99"] / r["lookup"]["p50"] for r in rounds]),
        "lookups_per_s": round(statistics.median(r["lookup"]["rate"] for r in rounds)),
    }


if __name__ == "__main__":
    sys.exit(main())

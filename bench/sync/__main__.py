"""python -m bench.sync: what does a table cost on its way through the hub? See bench/README.md."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from bench import database, venv
from bench.persons import CHANGE, CREATE, FILL, INDEX
from bench.sync import rivals
from bench.sync.memory import watched
from config.launch import services
from config.launch.processes import Server

ROWS, RUNS, GROWTH = 1_000_000, 3, 5
CHANGED = 100
HUB, SOURCE, TARGET = "bench_sync", "bench_source", "bench_target"


class Course:
    """A source, a target and a hub between them with a worker of its own."""

    def __init__(self, folder: Path, rows: int, chains: int) -> None:
        owner = os.environ["DATABASE_OWNER_URL"]
        self.source, self.target = (_fresh(owner, name) for name in (SOURCE, TARGET))
        parts = parse_dsn(owner)
        self.folder, self.rows = folder, rows
        self._workers = count()
        self.variables = database.make_database(HUB) | {
            "STORE_DIR": str(folder / "store"),
            "EGRESS_TEST_ADDRESSES": f"{parts['host']}:{parts.get('port', 5432)}",
        }
        self.fill(1, rows)
        self.chains = iter(
            self.step("make", self.source, self.target, str(chains), "public.person")
        )

    def step(self, name: str, *words: str) -> Any:
        """What a step of ``bench.sync.steps`` tells."""
        return database.step("bench.sync.steps", name, *words, variables=self.variables)

    def fill(self, first: int, last: int) -> None:
        """Rows ``first`` to ``last`` into the source."""
        command = FILL.format(first=first, last=last)
        ask(self.source, *([CREATE, INDEX] if first == 1 else []), command)
        ask(self.source, "VACUUM ANALYZE person")

    def change(self, turn: int) -> None:
        """Another hundred rows of the source are changed."""
        ask(self.source, CHANGE.format(step=self.rows // CHANGED, turn=turn))

    def run(self, chain: dict[str, str], number: int = 1) -> dict[str, Any]:
        """One run of the chain's job, until its sink holds the batch of that number."""
        told: dict[str, Any] = self.step(
            "run", chain["job"], chain["lane"], self.target, str(number)
        )
        return told

    @contextmanager
    def worker(self) -> Iterator[Server]:
        """A real worker."""
        told = {**os.environ, **self.variables}
        log = self.folder / f"worker-{next(self._workers)}.log"
        server = services.worker(told, log).start()
        try:
            server.wait_until(lambda: "ready." in log.read_text(), 60)
            yield server
        finally:
            server.stop()


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each kind; the median counts")
    parser.add_argument("--growth", type=int, default=GROWTH, help="times the rows; 0: not at all")
    parser.add_argument("--rivals", nargs="*", default=["sling", "dlt", "copy"])
    parser.add_argument("--backend", choices=rivals.BACKENDS, help="of dlt; else the faster one")
    chosen = parser.parse_args()
    if {"sling", "dlt"} & set(chosen.rivals):
        venv.python()
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), chosen.rows, chosen.runs + 1 + bool(chosen.growth))
        figures = _measure(course, chosen)
    print(json.dumps({"bench": "sync", "figures": figures}))
    return 0


def _measure(course: Course, chosen: argparse.Namespace) -> dict[str, float]:
    backend = chosen.backend
    if "dlt" in chosen.rivals and not backend:
        backend = _faster_backend(course)
    full, others, peaks, first = [], {name: [] for name in chosen.rivals}, [], None
    for turn in range(chosen.runs + 1):
        seconds, peak, chain = _first(course)
        if turn == 0:
            # Loads what a worker needs and fills the caches; it is not measured.
            first = chain
            continue
        full.append(seconds)
        peaks.append(peak)
        for name, taken in others.items():
            taken.append(_rival(name, course, backend))
    assert first is not None
    figures: dict[str, float] = {"rows": course.rows, "full_s": round(_mid(full), 2)}
    print(f"hub, full:        {_listed(full)} s, at most {max(peaks):.0f} MB")
    for name, taken in others.items():
        print(f"{name + ':':17} {_listed(taken)} s")
        figures[f"{name}_s"] = round(_mid(taken), 2)
        figures[f"time_vs_{name}"] = round(_mid(full) / _mid(taken), 2)
    figures["peak_mb"] = round(max(peaks))
    figures |= _changes(course, first, chosen.runs, _mid(full))
    if chosen.growth:
        course.fill(course.rows + 1, course.rows * chosen.growth)
        seconds, peak, _ = _first(course)
        print(f"{chosen.growth} x the rows:      {seconds:.2f} s, at most {peak:.0f} MB")
        figures["peak_growth"] = round(peak / max(peaks), 2)
    return figures


def _first(course: Course) -> tuple[float, float, dict[str, str]]:
    """A whole table into a new dataset and a new target: seconds, peak memory, the chain."""
    chain = next(course.chains)
    ask(course.source, "CHECKPOINT")
    with course.worker() as worker, watched(worker.pid) as peak:
        told = _shown("full", course.run(chain))
    print(f"  memory: {' + '.join(f'{part:.0f}' for part in peak.parts)} MB", flush=True)
    if told["changes"] != ask(course.source, "SELECT count(*) FROM person")[0][0]:
        raise RuntimeError(f"not all rows were published: {told}")
    return told["seconds"], peak.megabytes, chain


def _shown(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What a run told, said as it comes."""
    bringing = told["seconds"] - told["waited"] - told["publishing"]
    print(
        f"  {name}: waited {told['waited']:.2f} s, read and published {told['publishing']:.2f} s, "
        f"brought {bringing:.2f} s",
        flush=True,
    )
    return told


def _changes(course: Course, chain: dict[str, str], runs: int, full: float) -> dict[str, float]:
    """The same chain again after a hundred changes: compared as a whole, then by watermark."""
    diff, incremental, counted = [], [], set()
    with course.worker():
        number = 1
        for _ in range(runs):
            number += 1
            course.change(number)
            told = _shown("diff", course.run(chain, number))
            diff.append(told["seconds"])
            counted.add(told["changes"])
        course.step("incremental", chain["job"])
        for turn in range(runs + 1):
            number += 1
            course.change(number)
            told = _shown("incremental", course.run(chain, number))
            if turn == 0:
                # The first one reads the whole table, for there is no watermark yet.
                continue
            incremental.append(told["seconds"])
            counted.add(told["changes"])
    print(f"full, {CHANGED} changed: {_listed(diff)} s")
    print(f"incremental:      {_listed(incremental)} s")
    return {
        "diff_vs_full": round(_mid(diff) / full, 3),
        "incremental_vs_full": round(_mid(incremental) / full, 3),
        "diff_changes": counted.pop() if len(counted) == 1 else -1,
    }


def _faster_backend(course: Course) -> str:
    """That of dlt's backends which takes less time."""
    taken = {name: rivals.dlt(course.source, course.target, name) for name in rivals.BACKENDS}
    for name, seconds in taken.items():
        print(f"dlt with {name}: {seconds:.2f} s")
    return min(taken, key=lambda name: taken[name])


def _rival(name: str, course: Course, backend: str) -> float:
    ask(course.source, "CHECKPOINT")
    if name == "sling":
        return rivals.sling(course.source, course.target)
    if name == "dlt":
        return rivals.dlt(course.source, course.target, backend)
    return rivals.pipe(course.source, course.target)


def ask(dsn: str, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement, if it has any; each in a transaction of its own."""
    with closing(psycopg2.connect(dsn)) as line, line.cursor() as cursor:
        line.autocommit = True
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _fresh(owner: str, name: str) -> str:
    """The connection URL of a new database."""
    ask(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    parts = parse_dsn(make_dsn(owner, dbname=name))
    told = f"{parts['user']}:{parts['password']}@{parts['host']}:{parts['port']}"
    return f"postgresql://{told}/{name}?sslmode=disable"


def _mid(values: list[float]) -> float:
    return statistics.median(values)


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in sorted(values))


if __name__ == "__main__":
    sys.exit(main())

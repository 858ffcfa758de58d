"""python -m bench.publish: what does publishing over HTTP cost? See bench/README.md."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import database
from bench.hub import web
from bench.persons import write_persons

ROWS, RUNS = 300_000, 5
TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
SEND_BYTES = 1024 * 1024


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.publish", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each kind; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for format in TYPES:
            write_persons(work / format, chosen.rows, format)
        write_persons(work / "few", 1000, "ndjson")
        seconds = _measure(work, chosen.rows, chosen.runs)
    figures: dict[str, float] = {"rows": chosen.rows}
    for format, (ours, bare) in seconds.items():
        pairs = ", ".join(f"{o:.2f}/{b:.2f}" for o, b in zip(ours, bare, strict=True))
        print(f"{format:8} published/bare: {pairs} s")
        figures[f"{format}_s"] = round(statistics.median(ours), 3)
        ratio = statistics.median(ours) / statistics.median(bare)
        figures[f"{format}_vs_bare"] = round(ratio, 2)
    print(json.dumps({"bench": "publish", "figures": figures}))
    return 0


def _measure(work: Path, rows: int, runs: int) -> dict[str, tuple[list[float], list[float]]]:
    """For each format the seconds of publishing and of pyarrow, in turn."""
    variables = database.make_database("bench_publish") | {"STORE_DIR": str(work / "store")}
    count = str(runs * len(TYPES) + 1)
    scene = database.step("bench.publish.steps", "make", count, variables=variables)
    datasets = iter(scene["datasets"])
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in TYPES}
    with web.serving(variables, work) as port:
        # The first request of a worker loads what it needs; it is not measured.
        publish(port, next(datasets), scene["publisher"], work / "few", "ndjson", 1000)
        for _ in range(runs):
            for format, (ours, bare) in taken.items():
                source = work / format
                key = scene["publisher"]
                ours.append(publish(port, next(datasets), key, source, format, rows))
                bare.append(_bare(format, source, work / "bare"))
    return taken


def publish(port: int, dataset: str, key: str, body: Path, format: str, rows: int) -> float:
    """The seconds from the first byte sent to the receipt of a first snapshot."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": TYPES[format],
        "Content-Length": str(body.stat().st_size),
    }
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600, blocksize=SEND_BYTES)
    started = time.perf_counter()
    with body.open("rb") as file:
        line.request("POST", f"/api/v1/datasets/{dataset}/batches?kind=snapshot", file, headers)
        answer = line.getresponse()
        told = json.loads(answer.read())
    seconds = time.perf_counter() - started
    line.close()
    if answer.status != 201 or told["batch"]["accepted"] != rows:
        raise RuntimeError(f"not published: {answer.status} {told}")
    return seconds


def _bare(format: str, source: Path, target: Path) -> float:
    """The same in a plain process of its own."""
    command = [sys.executable, "-m", "bench.publish.bare", format, str(source), str(target)]
    done = subprocess.run(command, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())

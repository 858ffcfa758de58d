"""python -m bench.security: what do signatures and evidence cost? See bench/README.md."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from accounts.signing import ALGORITHMS
from bench import database
from bench.hub import web
from bench.lookup.__main__ import TERMS, press, shown_keys
from bench.persons import write_persons
from bench.publish.__main__ import TYPES
from bench.rights.population import write_residents
from bench.security import signed

ROWS, CLIENTS, SECONDS, RUNS = 200_000, 16, 6.0, 5
# A small publication, whose evidence weighs most: so many rows, so many times from each side.
BATCH_ROWS, BATCHES, PUBLISHERS = 100, 100, 2


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.security", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="of the table that is looked up")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each round of each kind")
    parser.add_argument("--batches", type=int, default=BATCHES, help="of each round, per publisher")
    parser.add_argument("--runs", type=int, default=RUNS, help="rounds; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = _lookups(Path(folder), chosen) | _publications(Path(folder), chosen)
    print(json.dumps({"bench": "security", "figures": figures}))
    return 0


def _lookups(folder: Path, chosen: argparse.Namespace) -> dict[str, float]:
    """The same look-ups with a bearer key and signed, in turn, by one server."""
    source = folder / "residents.parquet"
    write_residents(source, chosen.rows)
    variables = database.make_database("bench_signed") | {"STORE_DIR": str(folder / "store")}
    made = database.step(
        "bench.security.steps", "lookups", str(source), json.dumps(TERMS), variables=variables
    )
    asked, rates = shown_keys(source), []
    with web.serving(variables, folder, workers=os.cpu_count() or 1) as port:
        for turn in range(chosen.runs + 1):
            told: dict[str, float] = {}
            for kind in ("bearer", *ALGORITHMS):
                # Each signature is taken once: more of them than a round can send.
                many = int(told["bearer"] * chosen.seconds * 2) if "bearer" in told else 0
                sent = signed.requests(made, asked, kind, many) if many else _bearer(made, asked)
                (folder / f"{kind}.json").write_text(json.dumps(sent))
                found = press(folder, {kind: port}, kind, chosen.clients, chosen.seconds)
                if found["refused"]:
                    raise RuntimeError(f"{kind}: {found['refused']} calls were refused")
                told[kind] = found["rate"]
            print("  ".join(f"{kind} {rate:7,.0f}/s" for kind, rate in told.items()))
            # The first round warms the workers.
            rates += [told] if turn else []
    return {
        f"{kind.replace('hmac-', 'signed_')}_vs_bearer": _median(
            round_[kind] / round_["bearer"] for round_ in rates
        )
        for kind in ALGORITHMS
    } | {"bearer_per_s": round(statistics.median(each["bearer"] for each in rates))}


def _bearer(made: dict[str, Any], asked: list[str]) -> list[str]:
    head = (
        f"POST /api/v1/datasets/{made['dataset']}/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {made['reader']}\r\nX-Purpose: benchmark\r\n"
        "Content-Type: application/json\r\n"
    )
    bodies = [json.dumps({"where": {"identity": key}}) for key in asked]
    return [f"{head}Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies]


def _publications(folder: Path, chosen: argparse.Namespace) -> dict[str, float]:
    """The same small publications with their evidence and without, in turn, by two servers."""
    body = folder / "few"
    write_persons(body, BATCH_ROWS, "ndjson")
    variables = database.make_database("bench_evidence") | {"STORE_DIR": str(folder / "kept")}
    made = database.step(
        "bench.security.steps", "datasets", str(PUBLISHERS * 2), variables=variables
    )
    halves = made["datasets"][:PUBLISHERS], made["datasets"][PUBLISHERS:]
    numbers, ratios, rates = count(), [], []
    with ExitStack() as stack:
        recorded = stack.enter_context(web.serving(variables, folder))
        application = "bench.security.unrecorded:application"
        bare = stack.enter_context(web.serving(variables, folder, application=application))
        for turn in range(chosen.runs + 1):
            seconds = []
            for port, names in ((recorded, halves[0]), (bare, halves[1])):
                started = time.perf_counter()
                _publish(port, names, made["key"], body.read_bytes(), chosen.batches, numbers)
                seconds.append(time.perf_counter() - started)
            sealing = _sealed(variables)
            ours = seconds[0] + sealing
            total = chosen.batches * PUBLISHERS
            print(
                f"published with evidence {total / ours:6.1f}/s, bare {total / seconds[1]:6.1f}/s"
            )
            ratios += [seconds[1] / ours] if turn else []
            rates += [total / ours] if turn else []
    return {
        "publishing_vs_unrecorded": _median(iter(ratios)),
        "publications_per_s": round(statistics.median(rates), 1),
    }


def _sealed(variables: dict[str, str]) -> float:
    """Seconds to seal what was recorded, without the start of the process."""
    return float(database.step("bench.security.steps", "seal", variables=variables)["seconds"])


def _publish(
    port: int, datasets: list[str], key: str, body: bytes, times: int, numbers: Iterator[int]
) -> None:
    """Each publisher sends so many batches to a dataset of its own, one after the other."""
    with ThreadPoolExecutor(len(datasets)) as pool:
        for done in [pool.submit(_send, port, d, key, body, times, numbers) for d in datasets]:
            done.result()


def _send(
    port: int, dataset: str, key: str, body: bytes, times: int, numbers: Iterator[int]
) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": TYPES["ndjson"]}
    for _ in range(times):
        # No two are the same bytes, which the store would keep once.
        number = str(next(numbers)).encode()
        changed = body.replace(b'"address":"', b'"address":"' + number)
        line.request("POST", f"/api/v1/datasets/{dataset}/batches?kind=changes", changed, headers)
        answer = line.getresponse()
        told = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"not published: {answer.status} {told[:500]!r}")
    line.close()


def _median(ratios: Iterator[float]) -> float:
    return round(statistics.median(ratios), 2)


if __name__ == "__main__":
    sys.exit(main())

"""python -m bench.zombies: are zombies found, and how fast? See bench/README.md for the method."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from functools import partial
from typing import Any

from bench import database
from bench.zombies.score import CRITERIA, Tally

SEEDS = (11, 12, 13)
SYSTEMS = 2000
TEMPLATES, COPIES = 2000, 25
step = partial(database.step, "bench.zombies.steps")


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.zombies", description=__doc__)
    parser.add_argument("--copies", type=int, default=COPIES, help="of 2,000 systems for the scan")
    parser.add_argument("--runs", type=int, default=3, help="scans of which the median counts")
    chosen = parser.parse_args()
    variables = database.make_database("bench_zombies")
    figures = _truth(variables)
    figures |= _speed(variables, chosen.copies, chosen.runs)
    print(json.dumps({"bench": "zombies", "figures": figures}))
    return 0


def _truth(variables: dict[str, str]) -> dict[str, float]:
    """Precision and recall over all seeds together."""
    overall, told = Tally(), {c: Tally() for c in CRITERIA}
    criteria = {c: Tally() for c in CRITERIA}
    silent, accused = 0, 0
    for seed in SEEDS:
        step("fill", str(seed), str(SYSTEMS), variables=variables, as_owner=True)
        scanned = step("scan", variables=variables)
        said = step("rate", str(seed), str(SYSTEMS), variables=variables)
        print(
            f"seed {seed}: {SYSTEMS:,} systems judged in {scanned['seconds']:.1f} s; "
            f"wrong: {said['wrong']}; missed: {said['missed']}"
        )
        overall.take(said["overall"])
        for c in CRITERIA:
            criteria[c].take(said["criteria"][c])
            told[c].take(said["told"][c])
        silent, accused = silent + said["silent"], accused + said["silent_suspected"]
    print(f"\n{'':10}{'precision':>11}{'recall':>9}{'recall where told':>20}{'cases':>8}")
    for c in CRITERIA:
        print(_line(c, criteria[c], f"{told[c].recall:20.3f}"))
    print(_line("overall", overall, " " * 20))
    print(f"\nsystems of which nothing was told: {silent}, of them suspected: {accused}")
    return {
        "precision": round(overall.precision, 4),
        "recall": round(overall.recall, 4),
        "silent_suspected": accused,
    }


def _line(name: str, tally: Tally, told: str) -> str:
    cases = tally.right + tally.missed
    return f"{name:10}{tally.precision:11.3f}{tally.recall:9.3f}{told}{cases:8}"


def _speed(variables: dict[str, str], copies: int, runs: int) -> dict[str, float]:
    """Full scans of a large register from nothing, then scans after 100 systems changed."""
    words = [str(SEEDS[0]), str(TEMPLATES), str(copies)]
    full: list[Any] = []
    made = step("large", *words, variables=variables, as_owner=True)
    print(f"\n{made['systems']:,} systems, {made['signal_years']:,} year arrays")
    for _ in range(runs):
        step("forget", variables=variables, as_owner=True)
        full.append(step("scan", variables=variables))
        print(
            f"full scan: {full[-1]['judged']:,} judged, {full[-1]['opened']:,} cases opened, "
            f"{full[-1]['seconds']:.1f} s, {full[-1]['mb']:.0f} MB"
        )
    again = []
    for _ in range(runs):
        step("change", "100", variables=variables)
        again.append(step("scan", variables=variables))
        print(f"after 100 changes: {again[-1]['judged']} judged, {again[-1]['seconds']:.2f} s")
    return {
        "scan_50k_s": round(statistics.median(one["seconds"] for one in full), 1),
        "scan_50k_mb": round(max(one["mb"] for one in full)),
        "rescan_100_s": round(statistics.median(one["seconds"] for one in again), 2),
        "systems": made["systems"],
    }


if __name__ == "__main__":
    sys.exit(main())

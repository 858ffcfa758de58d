"""python -m bench.catalog: search, duplicates and import at the size of a province.

See bench/README.md for the method.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from functools import partial

from bench import database
from bench.catalog.planting import plant
from bench.catalog.real import is_there
from bench.catalog.truth import Score, find, rate

ENTRIES, ITEMS, SEED = 100_000, 1_000_000, 7
SEEDS = (11, 12, 13)
PARTS = ("planted", "duplicates", "search", "import")
step = partial(database.step, "bench.catalog.steps")


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalog", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--runs", type=int, default=3, help="scans of which the median counts")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    chosen = parser.parse_args()
    if not is_there():
        print("the real catalogues do not lie beside the project: nothing can be grown from them")
        return 1
    figures: dict[str, float] = {}
    if "planted" in chosen.parts:
        planted()
    if {"duplicates", "search"} & set(chosen.parts):
        figures |= _large(chosen)
    if "import" in chosen.parts:
        from bench.catalog import importing

        figures |= importing.measure({})
    print(json.dumps({"bench": "catalog", "figures": figures}))
    return 0


def planted() -> None:
    """Precision and recall on planted duplicates, seed by seed."""
    for seed in SEEDS:
        truth = plant(seed)
        score = rate(truth, find(truth.rows))
        print(
            f"planted, seed {seed}: {len(truth.same)} copies among {len(truth.rows):,} entries: "
            f"precision {score.precision:.3f}, recall {score.recall:.3f}; neighbours taken for "
            f"one: {score.confused.total()} of {len(truth.apart)} pairs"
        )
        print(_missed(score))


def _missed(score: Score) -> str:
    usual = ", ".join(f"{deed} {number}" for deed, number in score.missed_deeds.most_common(3))
    return f"  most missed: {usual or 'none'}"


def _large(chosen: argparse.Namespace) -> dict[str, float]:
    """Scans and searches of a large catalogue."""
    variables = database.make_database("bench_catalog")
    made = step(
        "fill", str(chosen.entries), str(chosen.items), str(SEED),
        variables=variables, as_owner=True,
    )  # fmt: skip
    print(
        f"\n{made['entries']:,} entries, {made['items']:,} items, {made['departments']:,} offices"
    )
    figures = _scans(variables, chosen.runs) if "duplicates" in chosen.parts else {}
    if "search" in chosen.parts:
        from bench.catalog import searching

        figures = searching.measure(variables) | figures
    return figures


def _scans(variables: dict[str, str], runs: int) -> dict[str, float]:
    done = []
    for _ in range(runs):
        step("forget", variables=variables, as_owner=True)
        done.append(step("scan", variables=variables))
        print(
            f"duplicates: {done[-1]['compared']:,} entries compared, {done[-1]['found']:,} pairs, "
            f"{done[-1]['seconds']:.1f} s, {done[-1]['mb']:.0f} MB"
        )
    return {
        "duplicate_scan_s": statistics.median(one["seconds"] for one in done),
        "duplicate_scan_mb": max(one["mb"] for one in done),
    }


if __name__ == "__main__":
    sys.exit(main())

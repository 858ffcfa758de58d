"""python -m bench.pages: what does every page cost at the size of a province? See
bench/README.md."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from typing import Any

from bench import database
from bench.catalog.real import is_there

ENTRIES, ITEMS, SYSTEMS, SEED = 100_000, 500_000, 10_000, 7
step = partial(database.step, "bench.pages.steps")


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--systems", type=int, default=SYSTEMS)
    parser.add_argument("--rounds", type=int, default=7, help="visits of which the median counts")
    chosen = parser.parse_args()
    if not is_there():
        print("the real catalogues do not lie beside the project: nothing can be grown from them")
        return 1
    variables = database.make_database("bench_pages")
    _fill(chosen, variables)
    found = step("visit", str(chosen.rounds), variables=variables)
    print(json.dumps({"bench": "pages", "figures": _told(found)}))
    return 0


def _fill(chosen: argparse.Namespace, variables: dict[str, str]) -> None:
    sizes = (str(chosen.entries), str(chosen.items), str(SEED))
    made = database.step("bench.catalog.steps", "fill", *sizes, variables=variables, as_owner=True)
    database.step("bench.catalog.search_steps", "index", variables=variables, as_owner=True)
    register = step("register", str(chosen.systems), variables=variables, as_owner=True)
    print(
        f"{made['entries']:,} entries, {made['items']:,} items, {register['systems']:,} systems; "
        f"the department that looks has {register['own_entries']:,} entries"
    )


def _told(found: dict[str, Any]) -> dict[str, float]:
    """The table, the slowest first; a kind counts as its costliest visitor sees it."""
    pages = sorted(found["pages"], key=lambda page: -page[-1])
    print(f"sign-in page {found['sign_in_ms']:.1f} ms\n")
    print(f"{'page':44} {'visitor':18} {'ms':>8} {'bare SQL':>9} {'queries':>8} {'KB':>5} ratio")
    for visitor, kind, page_ms, sql_ms, queries, size, ratio in pages:
        print(
            f"{kind:44} {visitor:18} {page_ms:8.1f} {sql_ms:9.1f} {queries:8} {size // 1024:5} "
            f"{ratio:5.2f}"
        )
    slowest = max(page[2] for page in pages)
    return {
        "worst_ratio": pages[0][-1],
        "sign_in_ms": round(found["sign_in_ms"], 1),
        "slowest_ms": round(slowest, 1),
        "most_queries": max(page[4] for page in pages),
        "pages": len({page[1] for page in pages}),
    }


if __name__ == "__main__":
    sys.exit(main())

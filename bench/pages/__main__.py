"""python -m bench.pages: what does every page cost at the size of a province? See
bench/README.md."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from statistics import median
from typing import Any

from bench import database
from bench.catalog.real import is_there

ENTRIES, ITEMS, SYSTEMS, SEED = 100_000, 500_000, 10_000, 7
DATABASE = "bench_pages"
# Addresses are counted as everywhere, and nobody is refused: this address looks without a pause.
LIMITS = "reads=100000000/60,sign-ins=100000000/60"
step = partial(database.step, "bench.pages.steps")


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--systems", type=int, default=SYSTEMS)
    parser.add_argument("--rounds", type=int, default=25, help="visits of which the median counts")
    parser.add_argument("--only", default="", help="visitor and page, as a regular expression")
    parser.add_argument("--keep", action="store_true", help="visit what an earlier run filled")
    parser.add_argument("--busy", action="store_true", help="Python by its processor time")
    chosen = parser.parse_args()
    if chosen.keep:
        variables = database.kept_database(DATABASE)
    elif not is_there():
        print("the real catalogues do not lie beside the project: nothing can be grown from them")
        return 1
    else:
        variables = database.make_database(DATABASE)
        _fill(chosen, variables)
    clock = "processor" if chosen.busy else "wall"
    variables |= {"RATE_LIMITS_ADDRESS": LIMITS}
    told = step("visit", str(chosen.rounds), chosen.only, clock, variables=variables)
    print(json.dumps({"bench": "pages", "figures": _told(told)}))
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


def _told(pages: list[dict[str, Any]]) -> dict[str, float]:
    """The table, the dearest first."""
    if not pages:
        raise SystemExit("no page has this name: nothing was measured")
    pages.sort(key=lambda page: -page["ratio"])
    print(f"{'page':40} {'visitor':18}{'ms':>8}{'bare SQL':>10}{'sign-in':>9}{'queries':>9} ratio")
    for one in pages:
        print(
            f"{one['kind']:40} {one['visitor']:18}{one['page_ms']:8.1f}{one['sql_ms']:10.1f}"
            f"{one['sign_in_ms']:9.1f}{one['queries']:9} {one['ratio']:5.2f}"
        )
    return {
        "worst_ratio": round(pages[0]["ratio"], 2),
        "sign_in_ms": round(median(one["sign_in_ms"] for one in pages), 1),
        "slowest_ms": round(max(one["page_ms"] for one in pages), 1),
        "most_queries": max(one["queries"] for one in pages),
        "most_kb": max(one["size"] for one in pages) // 1024,
        "pages": len({one["kind"] for one in pages}),
    }


if __name__ == "__main__":
    sys.exit(main())

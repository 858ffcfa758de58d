"""Search at two sizes of the catalogue, against the bare index in the same run.

The questions are one to three neighbouring words of names of real entries, as a clerk would type
them, without places and words that stand everywhere. Each is asked several times, in turn with the
bare statement that only finds its matches; of each the median counts, of all questions the 95th
percentile. A search is everything but HTTP: facets of all matches, ranking, marks, items.
"""

from __future__ import annotations

from typing import Any

from bench import database

SMALL, ITEMS_EACH, SEED = 10_000, 10, 7
QUESTIONS, ROUNDS = 200, 5
STEPS = "bench.catalog.search_steps"


def measure(variables: dict[str, str]) -> dict[str, float]:
    """The two figures; ``variables`` lead to the database that holds the large catalogue."""
    small = variables | database.make_database("bench_searching")
    sizes = (str(SMALL), str(SMALL * ITEMS_EACH), str(SEED))
    database.step("bench.catalog.steps", "fill", *sizes, variables=small, as_owner=True)
    little, large = _asked(small), _asked(variables)
    return {
        "search_p95_vs_gin": round(large["search"]["p95"] / large["bare"]["p95"], 2),
        "search_p95_growth": round(large["search"]["p95"] / little["search"]["p95"], 2),
    }


def _asked(variables: dict[str, str]) -> dict[str, Any]:
    made = database.step(STEPS, "index", variables=variables, as_owner=True)
    told = database.step(STEPS, "ask", str(QUESTIONS), str(ROUNDS), variables=variables)
    print(f"search: {made['documents']:,} documents written in {made['seconds']:.0f} s")
    for name, words in (("search", "search with facets"), ("bare", "bare index")):
        figures = ", ".join(f"{part} {told[name][part]:.1f} ms" for part in ("p50", "p95", "most"))
        print(f"  {words}: {figures}")
    print(f"  matches: p95 {told['matches']['p95']:,.0f}, most {told['matches']['most']:,.0f}")
    return told

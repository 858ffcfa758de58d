"""What the search half runs in processes of its own: writing documents, and asking."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.catalog.loading import analyze  # noqa: E402
from bench.catalog.real import read_entries  # noqa: E402
from catalog.search.asking import rows_by_index  # noqa: E402
from catalog.search.finding import find, synonyms_in  # noqa: E402
from catalog.search.indexing import rebuild  # noqa: E402
from catalog.search.matching import Narrowing  # noqa: E402
from catalog.search.query import Asked  # noqa: E402

SEED = 3
_BARE = "SELECT resource_id FROM catalog_searchdocument WHERE words @@ %(words)s::tsquery"


def index() -> dict[str, float]:
    """Documents of everything in force."""
    started = time.perf_counter()
    documents = rebuild()
    analyze()
    return {"documents": documents, "seconds": time.perf_counter() - started}


def ask(count: str, rounds: str) -> dict[str, dict[str, float]]:
    """Milliseconds of search and of the bare index, and how many entries matched."""
    asked = questions(int(count))
    for text in asked:
        find(text, Narrowing())
    search, bare, matches = [], [], []
    for text in asked:
        words = Asked(text, synonyms_in(text)).strict
        times = [
            (_timed(_found, words), _timed(find, text, Narrowing())) for _ in range(int(rounds))
        ]
        bare.append(statistics.median(one for one, _ in times))
        search.append(statistics.median(other for _, other in times))
        matches.append(len(_found(words)))
    return {"search": _spread(search), "bare": _spread(bare), "matches": _spread(matches)}


def questions(count: int) -> list[str]:
    """Neighbouring words of real names, the same in every run."""
    rng = random.Random(SEED)
    found: list[str] = []
    while len(found) < count:
        terms = Asked(rng.choice(read_entries()).name).terms
        words = [t.word for t in terms if t.is_chinese and not (t.is_general or t.is_place)]
        if words:
            size = min(len(words), rng.choice((1, 2, 2, 3)))
            start = rng.randrange(len(words) - size + 1)
            found.append(" ".join(words[start : start + size]))
    return found


def _found(words: str) -> list[tuple[Any, ...]]:
    return rows_by_index(_BARE, {"words": words})


def _timed(deed: Callable[..., Any], *asked: Any) -> float:
    started = time.perf_counter()
    deed(*asked)
    return 1000 * (time.perf_counter() - started)


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": ordered[len(ordered) // 2],
        "p95": ordered[-(-len(ordered) * 95 // 100) - 1],
        "most": ordered[-1],
    }


STEPS = {"index": index, "ask": ask}

if __name__ == "__main__":
    connection.ensure_connection()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

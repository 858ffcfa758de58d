"""What runs in a process of its own: filling the catalogue, and scanning it for duplicates."""

from __future__ import annotations

import json
import resource
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts.actor import CLOCK  # noqa: E402
from bench.catalog.growing import grow  # noqa: E402
from bench.catalog.loading import analyze, empty, load  # noqa: E402
from catalog.actions.likenesses import scan_likenesses  # noqa: E402


def fill(count: str, items: str, seed: str) -> dict[str, float]:
    """A grown catalogue instead of what is there."""
    started = time.perf_counter()
    empty()
    grown = grow(int(count), int(items), int(seed))
    made = time.perf_counter() - started
    load(grown)
    analyze()
    return {
        "entries": grown.entries.num_rows,
        "items": grown.items.num_rows,
        "departments": grown.departments.num_rows,
        "grown_s": round(made, 1),
        "seconds": round(time.perf_counter() - started, 1),
    }


def scan() -> dict[str, float]:
    """All entries compared with all, from nothing, as the timetable asks for it."""
    started = time.perf_counter()
    done = scan_likenesses(actor=CLOCK, whole=True)
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "compared": done.compared,
        "found": done.found,
    }


def forget() -> dict[str, float]:
    """Remove what an earlier scan found."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalog_likeness, catalog_likenessscan")
    return {}


STEPS = {"fill": fill, "forget": forget, "scan": scan}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

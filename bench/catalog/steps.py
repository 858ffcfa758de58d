"""What runs in a process of its own: filling the catalogue, and scanning it for duplicates."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from bench.catalog.growing import grow  # noqa: E402
from bench.catalog.loading import analyze, empty, load  # noqa: E402


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


STEPS = {"fill": fill}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

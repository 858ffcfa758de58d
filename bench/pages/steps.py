"""What runs in processes of its own: filling the platform, and visiting its pages."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import django

django.setup()

from bench.catalog.loading import analyze  # noqa: E402
from bench.pages.filling import VISITORS, add_register  # noqa: E402
from bench.pages.visiting import CLOCKS, browser_of, cost_of, pages_of  # noqa: E402


def register(systems: str) -> dict[str, Any]:
    """Systems, verdicts and people beside the catalogue."""
    made = add_register(int(systems))
    analyze()
    return made


def visit(rounds: str, only: str, clock: str) -> list[dict[str, Any]]:
    """What every page costs every visitor, of those that ``only`` is found in."""
    told = []
    for visitor in VISITORS:
        client = browser_of(visitor)
        for kind, address in pages_of(client).items():
            if not re.search(only, f"{visitor} {kind}"):
                continue
            one = cost_of(client, address, int(rounds), CLOCKS[clock])
            told.append({"visitor": visitor, "kind": kind, **vars(one), "ratio": one.ratio})
    return told


STEPS = {"register": register, "visit": visit}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

"""What runs in processes of its own: filling the platform, and visiting its pages."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from bench.catalog.loading import analyze  # noqa: E402
from bench.pages.filling import VISITORS, add_register  # noqa: E402
from bench.pages.visiting import SIGN_IN, browser_of, cost_of, pages_of  # noqa: E402


def register(systems: str) -> dict[str, Any]:
    """Systems, verdicts and people beside the catalogue."""
    made = add_register(int(systems))
    analyze()
    return made


def visit(rounds: str) -> dict[str, Any]:
    """Of every page of every visitor: [visitor, kind, ms, ms of its statements, queries, ratio]."""
    stranger = cost_of(browser_of(), SIGN_IN, int(rounds))
    told = []
    for visitor in VISITORS:
        client = browser_of(visitor)
        for kind, address in pages_of(client).items():
            one = cost_of(client, address, int(rounds))
            ratio = one.ratio(stranger.page_ms)
            told.append(
                [visitor, kind, one.page_ms, one.sql_ms, one.queries, one.size, round(ratio, 2)]
            )
    return {"sign_in_ms": stranger.page_ms, "pages": told}


STEPS = {"register": register, "visit": visit}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

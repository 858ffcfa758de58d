"""python -m bench.publish.steps make COUNT: empty datasets of persons and the key to publish."""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.hub.scene import Sides, credential_of
from bench.persons import PERSONS


def make(count: str) -> dict[str, Any]:
    """One dataset for each first publication."""
    sides = Sides()
    datasets = [sides.dataset(PERSONS, number) for number in range(1, int(count) + 1)]
    return {
        "datasets": [str(dataset.pk) for dataset in datasets],
        "publisher": credential_of(sides.publisher),
    }


if __name__ == "__main__":
    print(json.dumps({"make": make}[sys.argv[1]](*sys.argv[2:])))

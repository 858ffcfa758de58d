"""Texts that readers take for something else come out of the platform as they went in."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from tests.architecture.bad_input import ARROW, CSV, GB18030, JSON, NDJSON, PARQUET, arrow, parquet
from tests.architecture.bad_values import TEXTS
from tests.factories.exchange import csv_bytes, ndjson

ROWS = [{"code": f"{110000 + n}", "name": text} for n, text in enumerate(TEXTS)]
BODIES = {
    NDJSON: ndjson(ROWS),
    JSON: json.dumps(ROWS).encode(),
    CSV: csv_bytes(ROWS),
    GB18030: csv_bytes(ROWS, "gb18030"),
    PARQUET: parquet(pa.Table.from_pylist(ROWS)),
    ARROW: arrow(pa.Table.from_pylist(ROWS)),
}


@pytest.mark.parametrize("kind", BODIES)
def test_what_is_pulled_is_what_was_published(
    world: Any, publish: Any, client_of: Any, kind: str
) -> None:
    assert publish(BODIES[kind], type=kind).status_code == 201
    lane, reader = world.subscribe(), client_of("reader")
    told = json.loads(reader.get(f"/api/v1/subscriptions/{lane.pk}/changes?limit=100").content)
    pulled = told["items"]
    assert [(one["code"], one["name"]) for one in pulled] == [(r["code"], r["name"]) for r in ROWS]

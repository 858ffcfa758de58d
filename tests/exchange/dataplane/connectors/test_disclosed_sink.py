"""A subscriber's database fed with disclosed batches holds the disclosed table and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.disclosing import disclose_changes, disclose_table
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.masks import read_masks
from exchange.dataplane.publication import Prepared
from exchange.dataplane.reading import fold
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore
from tests.exchange.dataplane.connectors.conftest import Target

CHILDREN = Schema(
    (
        Item("id", "string", required=True),
        Item("name", "string"),
        Item("born", "date"),
        Item("left", "boolean"),
    ),
    ("id",),
)
FIRST = """
{"id":"1","name":"王小明","born":"2015-03-02","left":true}
{"id":"2","name":"李明","left":false}
{"id":"3","name":"欧阳明","left":true}
"""
SECOND = """
{"id":"1","name":"王小明","left":false}
{"id":"2","name":"李小明","left":true}
{"_op":"delete","id":"3"}
{"id":"4","left":false}
{"_op":"delete","id":"5"}
"""
THIRD = """
{"id":"3","name":"赵","left":true}
{"_op":"delete","id":"4"}
"""


def test_a_sink_follows_what_the_grant_shows(
    target: Callable[[Schema], Target],
    publish: Callable[..., Prepared],
    store: FolderStore,
    tmp_path: Path,
) -> None:
    masks: dict[str, Any] = {
        "id": {"kind": "hash"},
        "name": {"kind": "partial", "form": "name"},
        "born": {"kind": "date", "to": "month"},
    }
    shown = Disclosure(
        CHILDREN,
        ("id", "name", "born"),
        read_masks(masks, CHILDREN),
        parse_condition("left = true", CHILDREN),
        b"s" * 32,
    )
    made = target(shown.shown)
    batches: list[Path] = []
    counts = []
    for number, body in enumerate((FIRST, SECOND, THIRD), start=1):
        blob = publish(body, kind="changes", schema=CHILDREN).blob
        assert blob
        file, out = store.path(blob.digest), tmp_path / f"shown{number}"
        disclose_changes(file, shown, out=out, before=batches)
        applied = made.sink.apply(out, Position(1, number))
        counts.append((applied.upserts, applied.deletes))
        batches.append(file)
        assert made.rows() == disclosed(shown, batches, store, tmp_path)
    assert counts == [(2, 0), (1, 2), (1, 0)]
    assert [row[1:] for row in sorted(made.rows(), key=lambda row: row[1])] == [
        ("**", None),
        ("李**", None),
    ]


def disclosed(
    shown: Disclosure,
    batches: list[Path],
    store: FolderStore,
    folder: Path,
) -> list[tuple[Any, ...]]:
    """The whole table as the grant shows it, ordered as the target's rows are."""
    with store.stage() as staged:
        fold(None, batches, CHILDREN, staged)
        table = store.path(store.commit(staged).digest)
    disclose_table(table, shown, format="parquet", out=folder / "table")
    rows = pq.read_table(folder / "table").to_pylist()
    return sorted(tuple(row.values()) for row in rows)

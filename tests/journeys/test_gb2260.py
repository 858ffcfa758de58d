"""Forty years of division codes, published revision by revision as any department would.

The counts are those that the data set's own description gives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from accounts.actor import CLOCK
from exchange.actions.batches import Published
from exchange.actions.deliveries import deliver_due
from exchange.actions.reads import read_changes, read_table
from exchange.models import Batch, Subscription
from exchange.storage import store
from exchange.tables import snapshot_at_head
from tests.factories.exchange import World, make_world
from tests.receivers import Target

DIVISIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "gb2260"
REVISIONS = sorted(DIVISIONS.glob("*.tsv"), key=lambda path: path.stem)
pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not REVISIONS, reason="the folder with the revisions of GB/T 2260 is not beside the project"
    ),
]
ITEMS: list[dict[str, Any]] = [
    {"column": "code", "length": 6, "is_key": True, "is_required": True, "pattern": r"[0-9]{6}"},
    {"column": "name", "length": 40, "is_required": True},
]
JOINS_AT = 40


@pytest.fixture
def world(transactional_db: None) -> World:
    """The division codes; six revisions give one code to several places, so the last one holds."""
    return make_world(ITEMS, on_reject="quarantine", max_rejected_percent=1)


def rows_of(path: Path) -> dict[str, str]:
    """A revision as code -> name; of a code that stands twice the last name."""
    lines = path.read_text().splitlines()[1:]
    return {code: name for _, _, code, name in (line.split("\t") for line in lines)}


def publish(world: World, path: Path) -> Published:
    lines = path.read_text().splitlines()[1:]
    body = "code,name\n" + "".join(
        f"{code},{name}\n" for _, _, code, name in (line.split("\t") for line in lines)
    )
    return world.publish_bytes(body.encode(), format="csv", key=path.stem)


class Reader:
    """A system that begins with the table and goes on with its changes."""

    def __init__(self, world: World, lane: Subscription) -> None:
        self.world, self.lane, self.held = world, lane, {}
        table = read_table(lane, actor=world.actor("reader"), format="parquet")
        self.cursor: str | None = table.cursor
        self.held = {row["code"]: row["name"] for row in pq.read_table(table.path).to_pylist()}

    def catch_up(self) -> None:
        more = True
        while more:
            page = read_changes(
                self.lane, actor=self.world.actor("reader"), cursor=self.cursor, limit=1000
            )
            for change in page.table.to_pylist():
                if change["_op"] == "delete":
                    del self.held[change["code"]]
                else:
                    self.held[change["code"]] = change["name"]
            self.cursor, more = page.cursor, page.has_more


def test_the_72_revisions_make_exactly_the_changes_that_they_are_known_for(
    world: World, target: Target
) -> None:
    assert len(REVISIONS) == 72
    grant = world.grant(["code", "name"])
    sink = world.subscribe(
        "sink", grant, dsn=target.dsn, target_schema="shared", target_table="divisions"
    )
    counts, unchanged, reader = [0, 0, 0], 0, None
    for place, path in enumerate(REVISIONS, 1):
        made = publish(world, path)
        if made.batch is None:
            unchanged += 1
        elif place > 1:
            step = (made.batch.inserted, made.batch.updated, made.batch.deleted)
            counts = [total + more for total, more in zip(counts, step, strict=True)]
        if place == JOINS_AT:
            reader = Reader(world, world.subscribe("pull", grant))
            assert reader.held == rows_of(path)
        if reader and place % 8 == 0:
            reader.catch_up()
            assert reader.held == rows_of(path)
    assert counts == [3537, 297, 3424]
    assert (unchanged, Batch.objects.count()) == (13, 72 - 13)

    last = rows_of(REVISIONS[-1])
    assert reader is not None
    reader.catch_up()
    assert reader.held == last
    deliver_due(actor=CLOCK)
    assert dict(target.rows("shared.divisions")) == last
    sink.refresh_from_db()
    assert sink.position == 72 - 13
    snapshot = snapshot_at_head(world.dataset)
    assert snapshot is not None
    table = pq.read_table(store().path(snapshot.digest)).to_pylist()
    assert {row["code"]: row["name"] for row in table} == last

    # Every revision sent again with its key is known, and changes nothing.
    for path in (REVISIONS[0], REVISIONS[-1]):
        assert publish(world, path).replayed
    assert Batch.objects.count() == 72 - 13

"""The PostgreSQL sink keeps a table equal to the fold of the batches, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.dataplane.conditions import Condition
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.conditions_at_random import CONDITION, SCHEMA, holds
from tests.exchange.dataplane.connectors.conftest import PERSON, Files, Target


def test_a_widened_number_widens_its_column_and_the_former_schema_still_writes(
    target: Callable[[Schema], Target],
) -> None:
    key = Item("id", "integer", required=True)
    fees = [Item("fee", "decimal", length=digits, scale=2) for digits in (4, 12)]
    former, wider = (Schema((key, fee), ("id",)) for fee in fees)
    made = target(former)
    made.sink.apply(
        made.files.changes([("upsert", {"id": 1, "fee": Decimal("12.50")})]), Position(1, 1)
    )
    sink = made.sink_for(wider)
    sink.prepare()
    changes = Files(made.files.folder, wider).changes(
        [("upsert", {"id": 2, "fee": Decimal("1234567890.05")})]
    )
    sink.apply(changes, Position(1, 2))
    made.sink.prepare()
    assert made.rows() == [(1, Decimal("12.50")), (2, Decimal("1234567890.05"))]
    with pytest.raises(Terminal) as refusal:
        made.sink_for(
            Schema((wider.items[0], Item("fee", "decimal", length=12, scale=4)), ("id",))
        ).prepare()
    assert refusal.value.detail == "Column fee is numeric(12,2), not numeric(12,4)."
    assert made.rows() == [(1, Decimal("12.50")), (2, Decimal("1234567890.05"))]


def test_lookup_gives_named_items_of_matching_rows_in_key_order(person: Target) -> None:
    person.sink.load(
        person.files.snapshot([{"id": n, "name": "王" if n % 2 else None} for n in range(1, 6)]),
        Position(1, 2),
    )
    person.sink.create_index(["name"])
    person.sink.create_index(["name"])
    assert person.sink.lookup(["id"], {"name": "王"}, 2) == [{"id": 1}, {"id": 3}]
    assert person.sink.lookup(["name", "id"], {"id": 5}) == [{"name": "王", "id": 5}]
    assert person.sink.lookup(["id"], {"name": None}) == [{"id": 2}, {"id": 4}]
    assert person.sink.lookup(["id"], {"name": "' OR true --"}) == []
    assert person.sink.lookup(["id"], {"id": 2**70}) == []
    found = person.run(
        f"SELECT count(*) FROM pg_indexes WHERE schemaname = '{person.place}'"
        " AND indexdef LIKE '%(name)'"
    )
    assert found == [(1,)]


@pytest.mark.parametrize(
    ("columns", "where", "code"),
    [
        (["id", "xmin"], {}, "unknown-item"),
        (["id"], {'id" OR true --': 1}, "unknown-item"),
        ([], {}, "unknown-item"),
        (["id"], {"id": "no number"}, "value-refused"),
        (["id"], {"name": 5}, "value-refused"),
        (["id"], {"name": "\0"}, "value-refused"),
    ],
)
def test_a_lookup_that_makes_no_sense_is_refused_without_the_value(
    person: Target, columns: list[str], where: dict[str, Any], code: str
) -> None:
    with pytest.raises(Terminal) as refusal:
        person.sink.lookup(columns, where)
    assert refusal.value.code == code
    assert "no number" not in refusal.value.detail


WORDS = ["a", "Z", "王", "é", "e\u0301", "'", '"', "%s", "$v1", "\\", "", None]
ROWS: list[dict[str, Any]] = [
    {
        "k": n,
        "s": word,
        "and": WORDS[n - 5],
        "n": [n - 5, 2**63 - 1, -(2**63), None][n % 4],
        "d": [Decimal(n - 5) / 4, None, Decimal("-0.01")][n % 3],
        "f": [float(n - 5), 0.1 + 0.2, None, 5e-324][n % 4],
        "b": [True, False, None][n % 3],
        "day": [date(2015, 1, 2), date(1, 1, 1), None][n % 3],
        "at": [datetime(2015, 1, 1, 8, n, 0, 1, tzinfo=UTC), None][n % 2],
    }
    for n, word in enumerate(WORDS)
]


def test_lookup_shows_the_rows_for_which_a_condition_holds(
    target: Callable[[Schema], Target],
) -> None:
    made = target(SCHEMA)
    made.sink.load(made.files.snapshot(ROWS), Position(1, 1))

    @settings(max_examples=100, deadline=None)
    @given(CONDITION, st.sampled_from([{}, {"k": 3}, {"s": "王"}, {"s": None}]))
    def agrees(condition: Condition, where: dict[str, Any]) -> None:
        due = [
            {"k": row["k"]}
            for row in ROWS
            if holds(condition, row) is True and where.items() <= row.items()
        ]
        assert made.sink.lookup(["k"], where, condition=condition) == due

    agrees()


def test_a_name_postgresql_would_cut_short_is_refused(target_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(Terminal) as refusal:
        PostgresSink(
            lambda: psycopg2.connect(target_dsn),
            schema_name="s", table="表" * 22, lane=str(uuid4()), schema=PERSON,
        )  # fmt: skip
    assert refusal.value.code == "target-mismatch"


def test_calls_together_share_one_connection_until_one_fails(
    target: Callable[[Schema], Target],
) -> None:
    made, opened = target(PERSON), []

    def connect() -> Any:
        opened.append(psycopg2.connect(made.dsn))
        return opened[-1]

    def refuse() -> None:
        raise LookupError

    sink = made.sink_for(PERSON, connect)
    with sink.together():
        sink.prepare()
        sink.apply(made.files.changes([("upsert", {"id": 1})]), Position(1, 1))
        assert len(opened) == 1
        with pytest.raises(LookupError):
            sink.apply(made.files.changes([("upsert", {"id": 2})]), Position(1, 2), check=refuse)
        assert opened[0].closed
        assert sink.position() == Position(1, 1)
        assert len(opened) == 2
    assert opened[1].closed
    assert made.run("SELECT id FROM {}") == [(1,)]
    sink.position()
    assert len(opened) == 3
    assert opened[2].closed

"""Every sink keeps a table equal to the fold of the batches, whatever happens: one suite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exchange.dataplane.connectors.base import Applied, Position
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.conftest import PERSON, Files, MysqlTarget, Target

EVERYTHING = Schema(
    (
        Item("code", "string", required=True),
        Item("day", "date", required=True),
        Item("count", "integer"),
        Item("fee", "decimal", length=12, scale=2),
        Item("ratio", "float"),
        Item("valid", "boolean"),
        Item("at", "datetime"),
        Item("remark", "string"),
    ),
    ("code", "day"),
)
EVENT = Schema((Item("plate", "string"), Item("speed", "integer")))


@pytest.fixture(params=["postgres", "mysql"])
def new_target(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[Schema], Target | MysqlTarget]:
    """A place in a database of each kind that has a sink, with nothing there yet."""
    if request.param == "mysql":
        server = request.getfixturevalue("mariadb")
        return lambda schema: MysqlTarget(server, tmp_path, schema)
    dsn = request.getfixturevalue("target_dsn")
    return lambda schema: Target(dsn, tmp_path, schema)


@pytest.fixture
def target(
    new_target: Callable[[Schema], Target | MysqlTarget],
) -> Callable[[Schema], Target | MysqlTarget]:
    """The same, made ready."""

    def build(schema: Schema) -> Target | MysqlTarget:
        made = new_target(schema)
        made.sink.prepare()
        return made

    return build


def test_a_new_target_has_no_position_before_and_after_prepare(
    new_target: Callable[[Schema], Target],
) -> None:
    fresh = new_target(PERSON)
    assert fresh.sink.position() is None
    fresh.sink.prepare()
    fresh.sink.prepare()
    assert fresh.sink.position() is None
    assert fresh.rows() == []


def test_every_type_comes_back_as_it_was_sent(target: Callable[[Schema], Target]) -> None:
    made = target(EVERYTHING)
    rows = [
        {
            "code": "a,\"b\"\n\\.\r\n'", "day": date(1, 1, 1), "count": -(2**63),
            "fee": Decimal("-9999999999.99"), "ratio": 0.1 + 0.2, "valid": False,
            "at": datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC), "remark": "",
        },
        {
            "code": "𠮷\t鑫", "day": date(9999, 12, 31), "count": 2**63 - 1,
            "fee": Decimal("0.10"), "ratio": 5e-324, "valid": True,
            "at": datetime(1, 1, 1, tzinfo=UTC), "remark": None,
        },
        {
            "code": "\\.", "day": date(2026, 2, 28), "count": None, "fee": None, "ratio": None,
            "valid": None, "at": None, "remark": "NULL",
        },
    ]  # fmt: skip
    expected = sorted(rows, key=lambda row: (row["code"], row["day"]))

    assert made.sink.load(made.files.snapshot(rows), Position(1, 1)).upserts == 3
    assert _sorted(made.read()) == expected
    made.run("DELETE FROM {}")
    made.sink.apply(made.files.changes([("upsert", row) for row in rows]), Position(1, 2))
    assert _sorted(made.read()) == expected


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["code"], row["day"]))


def test_a_load_replaces_every_row_and_says_how_many(person: Target) -> None:
    outcome = person.sink.load(person.files.snapshot([{"id": 3, "name": "李"}]), Position(1, 4))
    assert outcome == Applied(Position(1, 4), upserts=1, deletes=2)
    assert person.rows() == [(3, "李")]
    assert person.sink.position() == Position(1, 4)


def test_an_empty_snapshot_empties_the_table(person: Target) -> None:
    person.sink.load(person.files.snapshot([]), Position(1, 2))
    assert person.rows() == []
    assert person.sink.position() == Position(1, 2)


def test_a_batch_upserts_and_deletes_by_key(person: Target) -> None:
    changes = [
        ("upsert", {"id": 2, "name": "赵"}),
        ("upsert", {"id": 3, "name": "钱"}),
        ("delete", {"id": 1, "name": None}),
        ("delete", {"id": 9, "name": None}),
    ]
    outcome = person.sink.apply(person.files.changes(changes), Position(1, 2))
    assert outcome == Applied(Position(1, 2), upserts=2, deletes=1)
    assert person.rows() == [(2, "赵"), (3, "钱")]


def test_the_last_change_to_a_key_in_a_batch_wins(person: Target) -> None:
    changes = [
        ("delete", {"id": 1, "name": None}),
        ("upsert", {"id": 1, "name": "first"}),
        ("upsert", {"id": 1, "name": "last"}),
        ("upsert", {"id": 2, "name": "gone"}),
        ("delete", {"id": 2, "name": None}),
    ]
    person.sink.apply(person.files.changes(changes), Position(1, 2))
    assert person.rows() == [(1, "last")]


def test_a_batch_sent_twice_has_its_effect_once(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    person.sink.apply(changes, Position(1, 2))
    person.run("UPDATE {} SET name = 'seen' WHERE id = 5")
    assert person.sink.apply(changes, Position(1, 2)) == Applied(Position(1, 2), skipped=True)
    assert person.sink.apply(changes, Position(1, 1)) == Applied(Position(1, 2), skipped=True)
    assert person.rows()[-1] == (5, "seen")


def test_a_batch_out_of_turn_is_refused_and_changes_nothing(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(1, 3))
    assert refusal.value.code == "offset-gap"
    assert refusal.value.detail == "The target holds batch 1; 3 does not follow."
    assert person.rows() == [(1, "王"), (2, None)]
    assert person.sink.position() == Position(1, 1)


def test_a_first_batch_must_be_number_one(target: Callable[[Schema], Target]) -> None:
    made = target(PERSON)
    changes = made.files.changes([("upsert", {"id": 1, "name": "王"})])
    with pytest.raises(Terminal) as refusal:
        made.sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "offset-gap"
    assert made.sink.position() is None
    made.sink.apply(changes, Position(1, 1))
    assert made.sink.position() == Position(1, 1)


def test_another_epoch_needs_a_load(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(2, 2))
    assert refusal.value.code == "offset-epoch"
    person.sink.load(person.files.snapshot([{"id": 7, "name": "吴"}]), Position(2, 1))
    with pytest.raises(Terminal) as refusal:
        person.sink.load(person.files.snapshot([]), Position(1, 9))
    assert refusal.value.code == "offset-epoch"
    assert person.rows() == [(7, "吴")]
    assert person.sink.position() == Position(2, 1)


def test_an_older_snapshot_does_not_turn_the_table_back(person: Target) -> None:
    person.sink.apply(person.files.changes([("delete", {"id": 1, "name": None})]), Position(1, 2))
    outcome = person.sink.load(person.files.snapshot([{"id": 1, "name": "王"}]), Position(1, 1))
    assert outcome == Applied(Position(1, 2), skipped=True)
    assert person.rows() == [(2, None)]


def test_a_stale_worker_is_kept_out_by_its_check(person: Target) -> None:
    class LeaseLostError(Exception):
        pass

    def check() -> None:
        raise LeaseLostError

    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    with pytest.raises(LeaseLostError):
        person.sink.apply(changes, Position(1, 2), check=check)
    with pytest.raises(LeaseLostError):
        person.sink.load(person.files.snapshot([]), Position(1, 2), check=check)
    assert person.rows() == [(1, "王"), (2, None)]
    assert person.sink.position() == Position(1, 1)


@pytest.mark.parametrize("first_ever", [True, False])
def test_two_workers_with_one_batch_apply_it_once(
    target: Callable[[Schema], Target], first_ever: bool
) -> None:
    made = target(EVENT)
    changes = made.files.changes([("upsert", {"plate": "京A", "speed": 60})])
    number = 1
    if not first_ever:
        made.sink.apply(changes, Position(1, 1))
        number = 2
    start, outcomes = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        outcomes.append(made.sink.apply(changes, Position(1, number)).skipped)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [False] + [True] * 7
    assert len(made.rows()) == number


def test_events_without_a_key_are_known_by_batch_and_place(
    target: Callable[[Schema], Target],
) -> None:
    made = target(EVENT)
    made.sink.load(made.files.snapshot([{"plate": "京A", "speed": 50}]), Position(1, 3))
    events = [{"plate": "京B", "speed": None}, {"plate": "京B", "speed": None}]
    batch = made.files.changes([("upsert", event) for event in events])
    outcome = made.sink.apply(batch, Position(1, 4))
    assert outcome == Applied(Position(1, 4), upserts=2)
    assert made.rows() == [(3, 1, "京A", 50), (4, 1, "京B", None), (4, 2, "京B", None)]


def test_a_batch_that_deletes_without_a_key_is_refused(target: Callable[[Schema], Target]) -> None:
    made = target(EVENT)
    batch = made.files.changes([("delete", {"plate": "京A", "speed": None})])
    with pytest.raises(Terminal) as refusal:
        made.sink.apply(batch, Position(1, 1))
    assert refusal.value.code == "key-missing"
    assert made.rows() == []
    assert made.sink.position() is None


def test_a_table_of_key_items_alone_can_be_changed(target: Callable[[Schema], Target]) -> None:
    made = target(Schema((Item("id", "integer", required=True),), ("id",)))
    changes = [("upsert", {"id": 1}), ("upsert", {"id": 2}), ("delete", {"id": 1})]
    made.sink.apply(made.files.changes(changes), Position(1, 1))
    made.sink.apply(made.files.changes([("upsert", {"id": 2})]), Position(1, 2))
    assert made.run("SELECT id FROM {}") == [(2,)]


def test_a_new_item_becomes_a_column_and_old_rows_stay(person: Target) -> None:
    grown = Schema((*PERSON.items, Item("fee", "decimal", length=8, scale=2)), ("id",))
    sink = person.sink_for(grown)
    sink.prepare()
    sink.prepare()
    changes = Files(person.files.folder, grown).changes(
        [("upsert", {"id": 2, "name": "赵", "fee": Decimal("1.50")})]
    )
    sink.apply(changes, Position(1, 2))
    assert person.rows() == [(1, "王", None), (2, "赵", Decimal("1.50"))]

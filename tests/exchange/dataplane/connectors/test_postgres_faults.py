"""What the sink does when the target, the network or a worker fails in the middle."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
from psycopg2 import sql

from config import env
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres_copy import copy_rows
from exchange.dataplane.connectors.postgres_errors import translated
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.conftest import PERSON, Files, Target


@pytest.mark.parametrize(
    ("schema", "detail"),
    [
        (
            Schema((PERSON.items[0], Item("name", "integer")), ("id",)),
            "Column name is text, not bigint.",
        ),
        (
            Schema((PERSON.items[0], Item("name", "string", required=True)), ("id", "name")),
            "The primary key is id, not id, name.",
        ),
        (Schema(PERSON.items), "The primary key is id, not _batch, _seq."),
    ],
)
def test_a_table_of_another_form_is_refused_by_name(
    person: Target, schema: Schema, detail: str
) -> None:
    with pytest.raises(Terminal) as refusal:
        person.sink_for(schema).prepare()
    assert (refusal.value.code, refusal.value.detail) == ("target-mismatch", detail)
    assert person.rows() == [(1, "王"), (2, None)]


def test_a_dropped_column_is_terminal_and_moves_nothing(person: Target) -> None:
    person.run("ALTER TABLE {} DROP COLUMN name")
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "target-mismatch"
    assert '"name"' in refusal.value.detail
    assert person.run("SELECT id FROM {} ORDER BY id") == [(1,), (2,)]
    assert person.sink.position() == Position(1, 1)


def test_a_rule_of_the_target_is_named_without_the_row(person: Target) -> None:
    person.run("ALTER TABLE {} ADD CONSTRAINT no_secrets CHECK (name <> 'secret-value')")
    changes = person.files.changes([("upsert", {"id": 5, "name": "secret-value"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "target-constraint"
    assert refusal.value.detail == "A rule of the target refuses a row at no_secrets."
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert person.sink.position() == Position(1, 1)


def test_a_locked_row_is_transient_and_the_retry_succeeds(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 1, "name": "周"})])
    impatient = person.sink_for(
        PERSON, lambda: psycopg2.connect(person.dsn, options="-c lock_timeout=100ms")
    )
    holder = psycopg2.connect(person.dsn)
    with holder.cursor() as cursor:
        cursor.execute(f'UPDATE "{person.place}".t SET name = name WHERE id = 1')
        with pytest.raises(Transient) as refusal:
            impatient.apply(changes, Position(1, 2))
    holder.close()
    assert refusal.value.code == "target-busy"
    assert person.sink.position() == Position(1, 1)
    assert not impatient.apply(changes, Position(1, 2)).skipped


def test_a_read_only_target_is_transient(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 1, "name": "周"})])
    sink = person.sink_for(
        PERSON,
        lambda: psycopg2.connect(person.dsn, options="-c default_transaction_read_only=on"),
    )
    with pytest.raises(Transient) as refusal:
        sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "target-read-only"
    assert sink.position() == Position(1, 1)


def test_a_connection_lost_before_commit_is_transient_and_applies_once(person: Target) -> None:
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    opened: list[Any] = []

    def connect() -> Any:
        opened.append(psycopg2.connect(person.dsn))
        return opened[-1]

    def cut() -> None:
        person.run(f"SELECT pg_terminate_backend({opened[-1].get_backend_pid()})")

    sink = person.sink_for(PERSON, connect)
    with pytest.raises(Transient):
        sink.apply(changes, Position(1, 2), check=cut)
    assert person.rows() == [(1, "王"), (2, None)]
    assert not sink.apply(changes, Position(1, 2)).skipped
    assert person.rows() == [(1, "王"), (2, None), (5, "孙")]


def test_a_server_that_vanishes_during_copy_is_transient(person: Target) -> None:
    connection = psycopg2.connect(person.dsn)
    batch = pa.RecordBatch.from_pylist([{"id": 5, "name": "x" * 100_000}], PERSON.arrow)

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch
        person.run(f"SELECT pg_terminate_backend({connection.get_backend_pid()})")
        for _ in range(1000):
            yield batch

    table = sql.Identifier(person.place, "t")
    with connection.cursor() as cursor, pytest.raises(Transient) as failure, translated():
        copy_rows(cursor, table, ["id", "name"], batches())
    connection.close()
    assert failure.value.code in {"connection-lost", "target-busy"}
    assert person.rows() == [(1, "王"), (2, None)]


def test_two_transactions_that_wait_for_each_other_end_transient(person: Target) -> None:
    other = psycopg2.connect(person.dsn, options="-c deadlock_timeout=1h")
    # The sink's session looks for a deadlock once, so the other must have crossed it by then.
    sink = person.sink_for(
        PERSON, lambda: psycopg2.connect(person.dsn, options="-c deadlock_timeout=1s")
    )
    changes = person.files.changes([("upsert", {"id": 2, "name": "周"})])
    failures: list[Transient] = []

    def work() -> None:
        try:
            sink.apply(changes, Position(1, 2))
        except Transient as failure:
            failures.append(failure)

    worker = threading.Thread(target=work)
    with other.cursor() as cursor:
        cursor.execute(f'UPDATE "{person.place}".t SET name = name WHERE id = 2')
        worker.start()
        _wait_until_blocked(person, other.get_backend_pid())
        cursor.execute(f'UPDATE "{person.place}".shuqiao_offsets SET applied_at = now()')
    worker.join(30)
    other.close()
    assert [failure.code for failure in failures] == ["target-busy"]
    assert person.sink.position() == Position(1, 1)
    assert not sink.apply(changes, Position(1, 2)).skipped
    assert person.rows() == [(1, "王"), (2, "周")]


def _wait_until_blocked(person: Target, holder: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if person.run(
            f"SELECT 1 FROM pg_stat_activity WHERE {holder} = ANY (pg_blocking_pids(pid))"
        ):
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits for the holder")


def test_a_broken_batch_file_is_named_and_changes_nothing(person: Target) -> None:
    torn = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    torn.write_bytes(torn.read_bytes()[:-20])
    for work in (person.sink.apply, person.sink.load):
        with pytest.raises(Terminal) as refusal:
            work(torn, Position(1, 2))
        assert refusal.value.code == "batch-unreadable"
    assert person.rows() == [(1, "王"), (2, None)]
    assert person.sink.position() == Position(1, 1)


def test_a_file_without_a_named_column_is_unreadable(person: Target) -> None:
    other = Schema((PERSON.items[0],), ("id",))
    with pytest.raises(Terminal) as refusal:
        person.sink.load(Files(person.files.folder, other).snapshot([{"id": 1}]), Position(1, 2))
    assert refusal.value.code == "batch-unreadable"
    assert person.rows() == [(1, "王"), (2, None)]


_KILLED = """
import sys, psycopg2
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.connectors.postgres_copy import copy_rows
from exchange.dataplane.connectors.postgres_errors import translated
from exchange.dataplane.schema import Item, Schema
from kernel.failpoints import arm
dsn, place, lane, verb, path, number, spec = sys.argv[1:]
from pathlib import Path
schema = Schema((Item("id", "integer", required=True), Item("name", "string")), ("id",))
sink = PostgresSink(lambda: psycopg2.connect(dsn), schema_name=place, table="t", lane=lane,
                    schema=schema)
arm(spec)
getattr(sink, verb)(Path(path), Position(1, int(number)))
"""


@pytest.mark.parametrize("verb", ["apply", "load"])
@pytest.mark.parametrize(
    ("point", "survives"),
    [("sink.after_copy", False), ("sink.before_commit", False), ("sink.after_commit", True)],
)
def test_a_kill_at_any_step_leaves_the_fold_and_nothing_twice(
    person: Target, verb: str, point: str, survives: bool
) -> None:
    before, after = [(1, "王"), (2, None)], [(2, "赵"), (3, "钱")]
    if verb == "load":
        path = person.files.snapshot([{"id": 2, "name": "赵"}, {"id": 3, "name": "钱"}])
    else:
        path = person.files.changes(
            [
                ("upsert", {"id": 2, "name": "赵"}),
                ("upsert", {"id": 3, "name": "钱"}),
                ("delete", {"id": 1, "name": None}),
            ]
        )
    command = [person.dsn, person.place, person.lane, verb, str(path), "2", f"{point}:exit"]
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, *command], cwd=env.BASE_DIR, timeout=60, check=False
    )
    assert died.returncode == 137
    assert person.rows() == (after if survives else before)
    assert person.sink.position() == Position(1, 2 if survives else 1)

    again = getattr(person.sink, verb)(path, Position(1, 2))
    assert again.skipped is (survives and verb == "apply")
    assert person.rows() == after
    assert person.sink.position() == Position(1, 2)

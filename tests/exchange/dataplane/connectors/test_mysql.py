"""What is MySQL's own: names, growth, rules of the target, faults in the middle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from config import env
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.mysql import read_dsn
from exchange.dataplane.connectors.mysql_tables import MysqlTable
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.conftest import PERSON, Files, MysqlTarget
from tests.mariadb import MariaServer

KEY = Item("id", "integer", required=True)


@pytest.fixture
def target(mariadb: MariaServer, tmp_path: Path) -> Callable[[Schema], MysqlTarget]:
    def build(schema: Schema) -> MysqlTarget:
        made = MysqlTarget(mariadb, tmp_path, schema)
        made.sink.prepare()
        return made

    return build


def test_keys_that_differ_by_case_accent_or_a_space_are_different_rows(
    target: Callable[[Schema], MysqlTarget],
) -> None:
    made = target(Schema((Item("code", "string", length=10, required=True),), ("code",)))
    codes = ["a", "A", "a ", "á", "ａ", "𠮷", "", "'; --", "\\", "%s"]
    changes = [("upsert", {"code": code}) for code in codes]
    outcome = made.sink.apply(made.files.changes(changes), Position(1, 1))
    assert outcome.upserts == len(codes)
    assert sorted(code for (code,) in made.run("SELECT code FROM {}")) == sorted(codes)


def test_columns_and_values_that_the_subscriber_added_stay(person: MysqlTarget) -> None:
    person.run("ALTER TABLE {} ADD COLUMN note varchar(20), ADD INDEX (note)")
    person.run("UPDATE {} SET note = 'mine' WHERE id = 2")
    person.sink.apply(person.files.changes([("upsert", {"id": 2, "name": "赵"})]), Position(1, 2))
    assert person.run("SELECT id, name, note FROM {} WHERE id = 2") == [(2, "赵", "mine")]


def test_a_unique_index_of_the_subscribers_refuses_and_never_takes_another_row(
    person: MysqlTarget,
) -> None:
    person.run("ALTER TABLE {} ADD UNIQUE INDEX one_name (name(50))")
    changes = person.files.changes([("upsert", {"id": 3, "name": "王"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "target-constraint"
    assert refusal.value.detail == "A rule of the target refuses a row at one_name."
    assert person.rows() == [(1, "王"), (2, None)]
    assert person.sink.position() == Position(1, 1)


def test_a_check_of_the_target_is_named_without_the_row(person: MysqlTarget) -> None:
    person.run("ALTER TABLE {} ADD CONSTRAINT no_secrets CHECK (name <> 'secret-value')")
    changes = person.files.changes([("upsert", {"id": 5, "name": "secret-value"})])
    with pytest.raises(Terminal) as refusal:
        person.sink.apply(changes, Position(1, 2))
    assert refusal.value.code == "target-constraint"
    assert "no_secrets" in refusal.value.detail
    assert "secret-value" not in refusal.value.detail
    assert refusal.value.__cause__ is None
    assert person.sink.position() == Position(1, 1)


def test_a_locked_row_is_transient_and_the_retry_succeeds(person: MysqlTarget) -> None:
    changes = person.files.changes([("upsert", {"id": 1, "name": "周"})])
    holder = person.connect()
    impatient = person.sink_for(
        PERSON, lambda: person.connect(init_command="SET innodb_lock_wait_timeout = 1")
    )
    with holder.cursor() as cursor:
        cursor.execute(f"UPDATE `{person.place}`.t SET name = 'x' WHERE id = 1")
        with pytest.raises(Transient) as refusal:
            impatient.apply(changes, Position(1, 2))
    holder.rollback()
    holder.close()
    assert refusal.value.code == "target-busy"
    assert person.sink.position() == Position(1, 1)
    assert not impatient.apply(changes, Position(1, 2)).skipped
    assert person.rows()[0] == (1, "周")


def test_a_connection_lost_before_commit_is_transient_and_applies_once(
    person: MysqlTarget,
) -> None:
    changes = person.files.changes([("upsert", {"id": 5, "name": "孙"})])
    opened = []

    def connect():
        opened.append(person.connect())
        return opened[-1]

    sink = person.sink_for(PERSON, connect)
    with pytest.raises(Transient):
        sink.apply(
            changes, Position(1, 2), check=lambda: person.run(f"KILL {opened[-1].thread_id()}")
        )
    assert person.rows() == [(1, "王"), (2, None)]
    assert not sink.apply(changes, Position(1, 2)).skipped
    assert person.rows() == [(1, "王"), (2, None), (5, "孙")]


def test_a_widened_number_widens_its_column_and_another_scale_is_refused(
    target: Callable[[Schema], MysqlTarget],
) -> None:
    fees = [Item("fee", "decimal", length=digits, scale=2) for digits in (4, 12)]
    former, wider = (Schema((KEY, fee), ("id",)) for fee in fees)
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
    other = Schema((KEY, Item("fee", "decimal", length=12, scale=4)), ("id",))
    with pytest.raises(Terminal) as refusal:
        made.sink_for(other).prepare()
    assert refusal.value.detail == "Column fee is decimal(12,2), not decimal(12,4)."


def test_a_table_with_another_key_is_refused(person: MysqlTarget) -> None:
    other = Schema((KEY, Item("name", "string", length=9, required=True)), ("id", "name"))
    with pytest.raises(Terminal) as refusal:
        person.sink_for(other).prepare()
    assert refusal.value.code == "target-mismatch"
    assert person.rows() == [(1, "王"), (2, None)]


def test_a_batch_of_many_statements_arrives_whole(person: MysqlTarget) -> None:
    rows = [("upsert", {"id": n, "name": "长" * 400}) for n in range(10, 3010)]
    assert person.sink.apply(person.files.changes(rows), Position(1, 2)).upserts == 3000
    assert person.run("SELECT count(*), min(char_length(name)) FROM {} WHERE id >= 10") == [
        (3000, 400)
    ]


@pytest.mark.parametrize(
    ("items", "key"),
    [
        ([Item("a", "string", length=900, required=True)], ("a",)),
        ([KEY, Item("d", "decimal", length=38, scale=35)], ("id",)),
    ],
)
def test_what_mysql_cannot_keep_is_said_beforehand(items: list[Item], key: tuple[str]) -> None:
    with pytest.raises(Terminal) as refusal:
        _ = MysqlTable("s", "t", Schema(tuple(items), key)).columns
    assert refusal.value.code == "target-mismatch"


@pytest.mark.parametrize(
    "dsn",
    [
        "mysql://db.example/x",
        "mysql://u:p@db.example",
        "mysql://u:p@db.example:port/x",
        "mysql://u:p@db.example/x?local_infile=1",
        "mysql://u:p@db.example/x?tls=none",
    ],
)
def test_a_connection_string_of_another_form_is_refused_without_repeating_it(dsn: str) -> None:
    with pytest.raises(Terminal) as refusal:
        read_dsn(dsn)
    assert refusal.value.code == "dsn-refused"
    assert "db.example" not in refusal.value.detail


def test_a_connection_string_is_read_with_its_escapes() -> None:
    login = read_dsn("mysql://hub:p%40ss%2Fw@db.example/shared?tls=verify")
    assert (login.host, login.port, login.user) == ("db.example", 3306, "hub")
    assert (login.password, login.database, login.tls) == ("p@ss/w", "shared", "verify")


_KILLED = """
import sys, pymysql
from pathlib import Path
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.mysql import MysqlSink
from exchange.dataplane.schema import Item, Schema
from kernel.failpoints import arm
port, place, lane, verb, path, spec = sys.argv[1:]
schema = Schema((Item("id", "integer", required=True), Item("name", "string")), ("id",))
connect = lambda: pymysql.connect(host="127.0.0.1", port=int(port), user="hub",
                                  password="hub-secret", charset="utf8mb4")
sink = MysqlSink(connect, schema_name=place, table="t", lane=lane, schema=schema)
arm(spec)
getattr(sink, verb)(Path(path), Position(1, 2))
"""


@pytest.mark.parametrize("verb", ["apply", "load"])
@pytest.mark.parametrize(
    ("point", "survives"),
    [("sink.after_copy", False), ("sink.before_commit", False), ("sink.after_commit", True)],
)
def test_a_kill_at_any_step_leaves_the_fold_and_nothing_twice(
    person: MysqlTarget, verb: str, point: str, survives: bool
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
    told = [str(person.server.port), person.place, person.lane, verb, str(path), f"{point}:exit"]
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, *told], cwd=env.BASE_DIR, timeout=60, check=False
    )
    assert died.returncode == 137
    assert person.rows() == (after if survives else before)
    assert person.sink.position() == Position(1, 2 if survives else 1)
    again = getattr(person.sink, verb)(path, Position(1, 2))
    assert again.skipped is (survives and verb == "apply")
    assert person.rows() == after

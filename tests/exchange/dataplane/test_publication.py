"""From a body to a batch: kinds, policies, differences, counts and bytes."""

import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from exchange.dataplane.errors import Refused, RowError, Terminal, TooLarge
from exchange.dataplane.limits import Limits, Policy
from exchange.dataplane.publication import Prepared
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore

Publish = Callable[..., Prepared]
Rows = Callable[[Any], list[dict[str, Any]]]

FIRST = '{"code":"2","age":20}\n{"code":"1","age":10}\n{"code":"3"}\n'
QUARANTINE = Policy("quarantine", max_rejected=0.5)


def short(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(r["_op"], r["_seq"], r["code"], r["age"]) for r in rows]


def path_of(store: FolderStore, ref: Any) -> Path:
    return store.path(ref.digest)


def test_a_first_snapshot_is_all_inserts_sorted_by_key(publish: Publish, rows: Rows) -> None:
    made = publish(FIRST)
    assert (made.received, made.accepted, made.rejected) == (3, 3, 0)
    assert (made.inserted, made.updated, made.deleted, made.rows_in_blob) == (3, 0, 0, 3)
    assert (made.upserts, made.deletes) == (3, 0)
    assert short(rows(made.blob)) == [
        ("upsert", 1, "1", 10),
        ("upsert", 2, "2", 20),
        ("upsert", 3, "3", None),
    ]
    assert [row["code"] for row in rows(made.snapshot)] == ["1", "2", "3"]
    assert made.rejects is None
    assert made.errors == []


def test_the_files_have_the_promised_columns(publish: Publish, store: FolderStore) -> None:
    made = publish(FIRST)
    batch = pq.read_schema(path_of(store, made.blob))
    assert batch.names[:3] == ["_op", "_seq", "code"]
    after = publish('{"code":"1"}\n', base=path_of(store, made.snapshot))
    table = pq.read_schema(path_of(store, after.snapshot))
    assert table.names == batch.names[2:]
    metadata = pq.read_metadata(path_of(store, made.blob))
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_file_of_a_first_snapshot_is_the_table_too(publish: Publish, rows: Rows) -> None:
    made = publish(FIRST)
    assert made.snapshot == made.blob
    assert [row["_op"] for row in rows(made.snapshot)] == ["upsert"] * 3


def test_a_snapshot_against_its_base_is_the_difference(
    publish: Publish, rows: Rows, store: FolderStore
) -> None:
    base = path_of(store, publish(FIRST).snapshot)
    made = publish('{"code":"4"}\n{"code":"1","age":11}\n{"code":"3"}\n', base=base)
    assert (made.inserted, made.updated, made.deleted, made.rows_in_blob) == (1, 1, 1, 3)
    assert short(rows(made.blob)) == [
        ("upsert", 1, "1", 11),
        ("delete", 2, "2", None),
        ("upsert", 3, "4", None),
    ]
    assert [row["code"] for row in rows(made.snapshot)] == ["1", "3", "4"]


def test_an_unchanged_snapshot_makes_no_batch(
    publish: Publish, store: FolderStore, stored: Callable[[], list[str]]
) -> None:
    base = path_of(store, publish(FIRST).snapshot)
    before = stored()
    shuffled = '{"age":10,"code":"1"}\n{"code":"3"}\n{"code":"2","age":20}\n'
    made = publish(shuffled, base=base)
    assert (made.blob, made.snapshot, made.rows_in_blob) == (None, None, 0)
    assert (made.received, made.accepted) == (3, 3)
    assert stored() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"age":1', '"age":null'),
        ('"age":null', '"age":0'),
        ('"name":null', '"name":""'),
        ('"income":1.00', '"income":1.01'),
        ('"score":0.1', '"score":0.10000000000000002'),
        ('"married":false', '"married":null'),
        ('"seen":"2026-01-01T00:00:00Z"', '"seen":"2026-01-01T00:00:00.000001Z"'),
        ('"name":"a"', '"name":"A"'),
        ('"name":"a"', '"name":"a "'),
    ],
)
def test_every_difference_of_a_value_is_an_update(
    publish: Publish, store: FolderStore, before: str, after: str
) -> None:
    base = path_of(store, publish(f'{{"code":"1",{before}}}\n').snapshot)
    made = publish(f'{{"code":"1",{after}}}\n', base=base)
    assert (made.inserted, made.updated, made.deleted) == (0, 1, 0)


def test_an_empty_snapshot_is_refused_rather_than_delete_every_row(
    publish: Publish, store: FolderStore, stored: Callable[[], list[str]]
) -> None:
    base = path_of(store, publish(FIRST).snapshot)
    before = stored()
    with pytest.raises(Refused) as refusal:
        publish("", base=base)
    assert (refusal.value.code, refusal.value.received) == ("empty-snapshot", 0)
    assert stored() == before


def test_a_base_of_an_older_schema_is_compared_with_null_for_new_items(
    publish: Publish, store: FolderStore, rows: Rows
) -> None:
    old = Schema((Item("code", "string", required=True), Item("n", "integer")), ("code",))
    new = Schema(
        (Item("code", "string", required=True), Item("n", "decimal", scale=1), Item("m", "string")),
        ("code",),
    )
    first = publish('{"code":"1","n":1}\n{"code":"2","n":2}\n', schema=old)
    base = path_of(store, first.snapshot)
    made = publish('{"code":"1","n":1}\n{"code":"2","n":2,"m":"x"}\n', schema=new, base=base)
    assert (made.inserted, made.updated, made.deleted) == (0, 1, 0)
    assert [(r["code"], r["m"]) for r in rows(made.blob)] == [("2", "x")]


def test_a_base_without_the_key_is_terminal(publish: Publish, store: FolderStore) -> None:
    other = Schema((Item("id", "string", required=True),), ("id",))
    base = path_of(store, publish('{"id":"1"}\n', schema=other).snapshot)
    with pytest.raises(Terminal, match="schema-mismatch"):
        publish(FIRST, base=base)


def test_a_corrupt_base_is_found_before_it_is_used(publish: Publish, store: FolderStore) -> None:
    base = path_of(store, publish(FIRST).snapshot)
    data = base.read_bytes()
    base.chmod(0o600)
    base.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(Terminal) as refusal:
        publish(FIRST, base=base)
    assert refusal.value.code == "blob-corrupt"


def test_changes_carry_upserts_and_deletes_in_order(publish: Publish, rows: Rows) -> None:
    body = (
        '{"code":"3","age":1}\n'
        '{"_op":"delete","code":"1","age":999}\n'
        '{"_op":"upsert","code":"2","age":2}\n'
    )
    made = publish(body, kind="changes")
    assert (made.inserted, made.updated, made.deleted, made.rows_in_blob) == (2, 0, 1, 3)
    assert made.snapshot is None
    assert short(rows(made.blob)) == [
        ("upsert", 1, "3", 1),
        ("delete", 2, "1", None),
        ("upsert", 3, "2", 2),
    ]


def test_a_delete_needs_the_key_alone(publish: Publish) -> None:
    schema = Schema(
        (Item("code", "string", required=True), Item("name", "string", required=True)), ("code",)
    )
    assert publish('{"_op":"delete","code":"1"}\n', kind="changes", schema=schema).deleted == 1
    csv = "_op,code\ndelete,1\ndelete,2\n"
    assert publish(csv, kind="changes", format="csv", schema=schema).deleted == 2
    with pytest.raises(Refused) as refusal:
        publish('{"_op":"delete","name":"x"}\n{"code":"1"}\n', kind="changes", schema=schema)
    assert [(e.line, e.column, e.code) for e in refusal.value.errors] == [
        (1, "code", "required"),
        (2, "name", "required"),
    ]


@pytest.mark.parametrize("operation", ['"insert"', '"DELETE"', '""', "1"])
def test_an_unknown_operation_is_named(publish: Publish, operation: str) -> None:
    with pytest.raises(Refused) as refusal:
        publish(f'{{"_op":{operation},"code":"1"}}\n', kind="changes")
    assert [(e.column, e.code) for e in refusal.value.errors] == [("_op", "operation")]


def test_appended_rows_need_no_key_and_may_repeat(publish: Publish, rows: Rows) -> None:
    schema = Schema((Item("event", "string", required=True),))
    made = publish('{"event":"b"}\n{"event":"a"}\n{"event":"a"}\n', kind="append", schema=schema)
    assert (made.inserted, made.rows_in_blob, made.snapshot) == (3, 3, None)
    assert [(r["_op"], r["_seq"], r["event"]) for r in rows(made.blob)] == [
        ("upsert", 1, "b"),
        ("upsert", 2, "a"),
        ("upsert", 3, "a"),
    ]


@pytest.mark.parametrize("kind", ["snapshot", "changes"])
def test_without_a_key_rows_can_only_be_appended(publish: Publish, kind: str) -> None:
    with pytest.raises(Terminal, match="key-missing"):
        publish("", kind=kind, schema=Schema((Item("a", "string"),)))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"kind": "replace"}, "kind-unknown"),
        ({"format": "xlsx"}, "format-unknown"),
        ({"encoding": "gbk"}, "encoding-unknown"),
    ],
)
def test_an_unknown_choice_is_terminal(publish: Publish, options: Any, code: str) -> None:
    with pytest.raises(Terminal) as refusal:
        publish(FIRST, **options)
    assert refusal.value.code == code


@pytest.mark.parametrize("kind", ["changes", "append"])
def test_an_empty_body_makes_no_batch(publish: Publish, kind: str) -> None:
    made = publish("", kind=kind)
    assert (made.blob, made.received, made.rows_in_blob) == (None, 0, 0)


@pytest.mark.parametrize("kind", ["snapshot", "changes"])
def test_a_key_repeated_in_the_body_is_named_with_the_line_that_holds(
    publish: Publish, stored: Callable[[], list[str]], kind: str
) -> None:
    body = '{"code":"key1"}\n{"code":"b"}\n{"code":"key1","age":1}\n{"code":"key1"}\n'
    with pytest.raises(Refused) as refusal:
        publish(body, kind=kind)
    assert refusal.value.errors == [
        RowError(1, "code", "key-repeated", "the key stands again at line 4", "k**1"),
        RowError(3, "code", "key-repeated", "the key stands again at line 4", "k**1"),
    ]
    assert (refusal.value.received, refusal.value.rejected) == (4, 2)
    assert stored() == []


def test_parts_of_a_key_may_repeat(publish: Publish) -> None:
    schema = Schema(
        (Item("a", "string", required=True), Item("b", "integer", required=True)), ("a", "b")
    )
    body = '{"a":"x","b":1}\n{"a":"x","b":2}\n{"a":"y","b":1}\n'
    assert publish(body, schema=schema).accepted == 3
    with pytest.raises(Refused) as refusal:
        publish(body + '{"a":"x","b":2}\n', schema=schema)
    assert [(e.line, e.column) for e in refusal.value.errors] == [(2, "a,b")]


def test_quarantine_keeps_the_good_rows_and_names_the_bad_ones(
    publish: Publish, rows: Rows
) -> None:
    body = (
        '{"code":"1","age":1}\n{"code":"2","age":"x","born":"2026-13-01"}\n'
        '{"code":"1","age":3}\n{"code":"4"}\n'
    )
    made = publish(body, policy=QUARANTINE)
    assert (made.received, made.accepted, made.rejected) == (4, 2, 2)
    assert short(rows(made.blob)) == [("upsert", 1, "1", 3), ("upsert", 2, "4", None)]
    bad = rows(made.rejects)
    assert [(r["_line"], r["_errors"], r["code"], r["age"], r["born"]) for r in bad] == [
        (1, "code:key-repeated", "1", "1", None),
        (2, "age:type; born:range", "2", "x", "2026-13-01"),
    ]
    assert [(e.line, e.code) for e in made.errors] == [
        (1, "key-repeated"),
        (2, "type"),
        (2, "range"),
    ]


def test_quarantine_has_a_threshold(publish: Publish, stored: Callable[[], list[str]]) -> None:
    body = '{"code":"1"}\n{"age":1}\n{"code":"3"}\n{"age":2}\n'
    assert publish(body, policy=QUARANTINE).rejected == 2
    before = stored()
    with pytest.raises(Refused) as refusal:
        publish(body, policy=Policy("quarantine", max_rejected=0.49))
    assert refusal.value.code == "too-many-rejected"
    assert (refusal.value.received, refusal.value.accepted, refusal.value.rejected) == (4, 2, 2)
    assert stored() == before


def test_a_row_that_cannot_be_read_is_not_a_row_that_is_gone(
    publish: Publish, store: FolderStore, rows: Rows
) -> None:
    base = path_of(store, publish(FIRST).snapshot)
    made = publish('{"code":"1","age":999}\n{"code":"2","age":21}\n', base=base, policy=QUARANTINE)
    assert (made.inserted, made.updated, made.deleted) == (0, 1, 1)
    assert short(rows(made.blob)) == [("upsert", 1, "2", 21), ("delete", 2, "3", None)]
    assert [(r["code"], r["age"]) for r in rows(made.snapshot)] == [("1", 10), ("2", 21)]


def test_only_the_first_hundred_errors_are_named_and_all_are_counted(publish: Publish) -> None:
    body = "".join(f'{{"code":"{n}","age":-1}}\n' for n in range(1, 251))
    with pytest.raises(Refused) as refusal:
        publish(body, limits=Limits(block_bytes=700, max_row_bytes=600))
    assert [e.line for e in refusal.value.errors] == list(range(1, 101))
    assert (refusal.value.received, refusal.value.rejected) == (250, 250)


def test_rules_of_text_are_named(publish: Publish) -> None:
    schema = Schema(
        (
            Item("code", "string", required=True, check="credit-code"),
            Item("kind", "string", codes=("甲", "乙")),
            Item("rank", "integer", codes=("1", "2")),
            Item("zip", "string", pattern="[0-9]{6}|none"),
        ),
        ("code",),
    )
    body = (
        '{"code":"91330100799655058B","kind":"甲","rank":2,"zip":"none"}\n'
        '{"code":"91330100799655058C","kind":"丙","rank":3,"zip":"1234567"}\n'
        '{"code":"","zip":"x123456"}\n'
    )
    with pytest.raises(Refused) as refusal:
        publish(body, schema=schema)
    assert [(e.line, e.column, e.code, e.value_masked) for e in refusal.value.errors] == [
        (2, "code", "check-digit", "9**********C"),
        (2, "kind", "code-list", "*"),
        (2, "rank", "code-list", "*"),
        (2, "zip", "pattern", "1*****7"),
        (3, "code", "required", ""),
        (3, "code", "check-digit", ""),
        (3, "zip", "pattern", "x*****6"),
    ]


def test_bounds_of_days_and_decimals_are_inclusive(publish: Publish) -> None:
    schema = Schema(
        (
            Item("code", "string", required=True),
            Item("day", "date", minimum="2026-01-01", maximum="2026-12-31"),
            Item("sum", "decimal", length=6, scale=2, minimum="0.50", maximum=10),
        ),
        ("code",),
    )
    good = '{"code":"1","day":"2026-01-01","sum":0.5}\n{"code":"2","day":"2026-12-31","sum":10}\n'
    bad = (
        '{"code":"3","day":"2025-12-31","sum":0.49}\n{"code":"4","day":"2027-01-01","sum":10.01}\n'
    )
    assert publish(good, schema=schema).accepted == 2
    with pytest.raises(Refused) as refusal:
        publish(good + bad, schema=schema)
    assert [(e.line, e.column, e.code) for e in refusal.value.errors] == [
        (3, "day", "range"),
        (3, "sum", "range"),
        (4, "day", "range"),
        (4, "sum", "range"),
    ]


def test_a_body_above_the_limit_is_not_read(publish: Publish) -> None:
    with pytest.raises(TooLarge, match="body-too-large"):
        publish(FIRST, limits=Limits(max_bytes=10))


def test_equal_rows_give_equal_bytes_in_any_order_and_format(
    publish: Publish, store: FolderStore
) -> None:
    lines = [f'{{"code":"{n:03}","age":{n % 150},"income":"{n}.50"}}' for n in range(300)]
    small = Limits(row_group_rows=100, block_bytes=2000, max_row_bytes=1000, batch_rows=70)
    first = publish("\n".join(lines), limits=small)
    random.Random(7).shuffle(lines)
    second = publish("\n".join(lines), limits=small)
    array = publish(f"[{','.join(lines)}]", format="json", limits=small)
    assert first == second == array
    metadata = pq.read_metadata(path_of(store, first.snapshot))
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [100] * 3


def test_nothing_is_left_in_the_workspace(publish: Publish, store: FolderStore) -> None:
    publish(FIRST)
    with pytest.raises(Refused):
        publish('{"age":1}\n')
    assert list((store.root / "stage").iterdir()) == []


def test_dates_of_the_first_and_last_year_are_kept(publish: Publish, rows: Rows) -> None:
    made = publish('{"code":"1","born":"0001-01-01"}\n{"code":"2","born":"9999-12-31"}\n')
    assert [row["born"] for row in rows(made.snapshot)] == [datetime.date.min, datetime.date.max]

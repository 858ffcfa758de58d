"""Changes that leave under a grant: their fold is the shown table, and no other row is named."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import Condition
from exchange.dataplane.disclosing import disclose_changes
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.limits import Limits
from exchange.dataplane.masks import read_masks
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.publication import Prepared
from exchange.dataplane.reading import fold, read_rows
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore
from tests.exchange.dataplane.children import CHILDREN, SALT, condition
from tests.exchange.dataplane.conditions_at_random import CONDITION, SCHEMA, VALUES, holds

Publish = Callable[..., Prepared]


@pytest.fixture
def log(publish: Publish, store: FolderStore) -> Callable[..., list[Path]]:
    """log(body, body, ...): the files of one batch of changes each."""

    def write(*bodies: str) -> list[Path]:
        paths = []
        for body in bodies:
            made = publish(body, kind="changes", schema=CHILDREN)
            assert made.blob
            paths.append(store.path(made.blob.digest))
        return paths

    return write


def changes(path: Path) -> list[tuple[Any, ...]]:
    table = pq.read_table(path)
    return [tuple(row.values()) for row in table.to_pylist()]


YOUNG = 'age < 16 and secret = "yes"'
FIRST = (
    '{"id":"1","age":7,"secret":"yes"}\n{"id":"2","age":77,"secret":"yes"}\n'
    '{"id":"3","age":7,"secret":"no"}\n{"id":"4","age":7,"secret":"yes"}\n'
)
SECOND = (
    '{"id":"0","age":88}\n'
    '{"id":"1","age":70,"secret":"yes"}\n{"id":"2","age":7,"secret":"yes"}\n'
    '{"_op":"delete","id":"3","age":5}\n{"_op":"delete","id":"4"}\n{"_op":"delete","id":"9"}\n'
    '{"id":"5","age":9,"secret":"yes"}\n'
)


def test_a_row_that_leaves_the_filter_is_a_delete_and_one_never_seen_is_nothing(
    log: Callable[..., list[Path]], tmp_path: Path
) -> None:
    first, second = log(FIRST, SECOND)
    shown = Disclosure(CHILDREN, ("id", "age"), condition=condition(YOUNG))
    assert shown.needs_history
    assert disclose_changes(first, shown, out=tmp_path / "1") == 2
    assert changes(tmp_path / "1") == [("upsert", 1, "1", 7), ("upsert", 2, "4", 7)]
    assert disclose_changes(second, shown, out=tmp_path / "2", before=[first]) == 4
    assert changes(tmp_path / "2") == [
        ("delete", 1, "1", None),
        ("upsert", 2, "2", 7),
        ("delete", 3, "4", None),
        ("upsert", 4, "5", 9),
    ]
    assert pq.read_schema(tmp_path / "2") == shown.shown.batch_arrow
    page = read_rows(tmp_path / "2", ["id", "age"], 1, 2, with_ops=True)
    assert page["_seq"].to_pylist() == [2, 3]


def test_the_earlier_table_may_be_a_snapshot_or_the_batches_or_both(
    log: Callable[..., list[Path]], store: FolderStore, tmp_path: Path
) -> None:
    third = '{"id":"1","age":1,"secret":"yes"}\n{"id":"2","age":17,"secret":"yes"}\n'
    fourth = '{"id":"1","age":18}\n{"id":"2","age":19}\n{"_op":"delete","id":"5"}\n'
    paths = log(FIRST, SECOND, third, fourth)
    shown = Disclosure(CHILDREN, ("id",), condition=condition(YOUNG))
    found = []
    for held in range(4):
        snapshot = None
        if held:
            with store.stage() as staged:
                fold(None, paths[:held], CHILDREN, staged)
                snapshot = store.path(store.commit(staged).digest)
        out = tmp_path / str(held)
        disclose_changes(paths[3], shown, out=out, snapshot=snapshot, before=paths[held:3])
        found.append(changes(out))
    assert found == [[("delete", 1, "1"), ("delete", 2, "5")]] * 4


def test_a_filter_on_the_key_alone_needs_no_history(
    log: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (batch,) = log(SECOND)
    shown = Disclosure(CHILDREN, ("id", "age"), condition=condition('id in ("0", "3")'))
    assert not shown.needs_history
    assert disclose_changes(batch, shown, out=tmp_path / "out") == 2
    assert changes(tmp_path / "out") == [("upsert", 1, "0", 88), ("delete", 2, "3", None)]


def test_a_delete_carries_the_key_alone_and_the_key_is_masked_alike(
    log: Callable[..., list[Path]], tmp_path: Path
) -> None:
    first, second = log(FIRST, SECOND)
    masks = read_masks({"id": {"kind": "hash"}, "age": {"kind": "full", "show": "stars"}}, CHILDREN)
    shown = Disclosure(CHILDREN, ("id", "age"), masks, salt=SALT)
    assert not shown.needs_history
    assert disclose_changes(first, shown, out=tmp_path / "1") == 4
    assert disclose_changes(second, shown, out=tmp_path / "2") == 7
    keys = {row[2] for row in changes(tmp_path / "1")}
    later = changes(tmp_path / "2")
    assert [row[0] for row in later] == ["upsert"] * 3 + ["delete"] * 3 + ["upsert"]
    assert [row[3] for row in later] == ["***"] * 3 + [None] * 3 + ["***"]
    assert len({row[2] for row in later} & keys) == 4


def test_events_without_a_key_are_dropped_where_they_do_not_match(
    publish: Publish, store: FolderStore, tmp_path: Path
) -> None:
    schema = Schema((Item("plate", "string"), Item("speed", "integer")))
    body = "".join(f'{{"plate":"{n}","speed":{n}}}\n' for n in range(9))
    made = publish(body, kind="append", schema=schema)
    assert made.blob
    shown = Disclosure(schema, ("plate",), condition=parse_condition("speed > 6", schema))
    assert not shown.needs_history
    out = tmp_path / "out"
    assert disclose_changes(store.path(made.blob.digest), shown, out=out) == 2
    assert changes(out) == [("upsert", 1, "7"), ("upsert", 2, "8")]


SMALL = Limits(row_group_rows=3, batch_rows=2)
CHANGE = st.tuples(
    st.sampled_from(["upsert", "upsert", "delete"]),
    st.fixed_dictionaries(
        {name: values if name == "k" else st.none() | values for name, values in VALUES.items()}
    ),
)
BATCHES = st.lists(
    st.lists(CHANGE, min_size=1, max_size=6, unique_by=lambda change: change[1]["k"]),
    min_size=1,
    max_size=5,
)


def blob(store: FolderStore, schema: pa.Schema, rows: list[dict[str, Any]]) -> Path:
    with store.stage() as staged:
        write_rows(staged, schema, [pa.Table.from_pylist(rows, schema)], SMALL)
        return store.path(store.commit(staged).digest)


def batch_file(store: FolderStore, batch: list[tuple[str, dict[str, Any]]]) -> Path:
    rows = [{"_op": op, "_seq": n, **row} for n, (op, row) in enumerate(batch, start=1)]
    return blob(store, SCHEMA.batch_arrow, rows)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITION, BATCHES, st.integers(0, 5))
def test_the_shown_changes_folded_are_the_shown_table_and_name_no_row_that_is_not_theirs(
    shown_rows: Condition, batches: list[list[tuple[str, dict[str, Any]]]], kept: int
) -> None:
    shown = Disclosure(SCHEMA, ("k", "s", "d"), condition=shown_rows)
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(folder)
        files = [batch_file(store, batch) for batch in batches]
        table: dict[int, dict[str, Any]] = {}
        theirs: dict[int, tuple[Any, ...]] = {}
        tables = []
        for number, batch in enumerate(batches):
            tables.append(blob(store, SCHEMA.arrow, [table[k] for k in sorted(table)]))
            start = min(kept, number)
            out = Path(folder) / "out"
            disclose_changes(
                files[number],
                shown,
                out=out,
                snapshot=tables[start] if start else None,
                before=files[start:number],
                limits=SMALL,
            )
            for op, _, key, *rest in changes(out):
                if op == "upsert":
                    theirs[key] = tuple(rest)
                elif shown.needs_history:
                    assert key in theirs, "a delete names a row that was never shown"
                    del theirs[key]
                    assert rest == [None, None]
                else:
                    # Without history a delete is theirs by its key, there before or not.
                    assert holds(shown_rows, dict.fromkeys(VALUES) | {"k": key}) is True
                    theirs.pop(key, None)
                    assert rest == [None, None]
            for op, row in batch:
                table.pop(row["k"], None)
                if op == "upsert":
                    table[row["k"]] = row
            due = {k: (r["s"], r["d"]) for k, r in table.items() if holds(shown_rows, r) is True}
            assert theirs == due

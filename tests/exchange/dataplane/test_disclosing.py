"""What leaves under a grant: whole tables, changes and pages hold what it shows and no more."""

import csv
import io
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import Condition, ConditionInvalid
from exchange.dataplane.disclosing import disclose_changes, disclose_page, disclose_table
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.encoding import FORMATS
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.masks import read_masks
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.publication import Prepared
from exchange.dataplane.reading import fold, read_rows
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore
from tests.exchange.dataplane.conditions_at_random import CONDITION, SCHEMA, VALUES, holds

Publish = Callable[..., Prepared]
SALT = b"s" * 32

CHILDREN = Schema(
    (
        Item("id", "string", required=True),
        Item("name", "string"),
        Item("phone", "string"),
        Item("division", "string"),
        Item("age", "integer"),
        Item("born", "date"),
        Item("income", "decimal", length=8, scale=2),
        Item("seen", "datetime"),
        Item("secret", "string"),
    ),
    ("id",),
)
MASKS = {
    "id": {"kind": "hash"},
    "name": {"kind": "partial", "form": "name"},
    "phone": {"kind": "partial", "form": "telephone"},
    "born": {"kind": "date", "to": "year"},
    "division": {"kind": "division", "digits": 4},
}
ROWS = [
    {"id": "canary-1", "name": "王canary明", "phone": "138canary4567", "division": "990102",
     "age": 7, "born": "2015-03-02", "income": "1.50", "seen": "2026-01-31T08:00:00Z",
     "secret": "canary"},
    {"id": "canary-2", "name": "canary", "phone": "canary", "division": "980102", "age": 7,
     "income": "7777.77", "secret": "canary"},
    {"id": "canary-3", "name": None, "division": "990202", "age": 66, "secret": "canary"},
    {"id": "4", "division": "990202", "age": 0, "secret": "x"},
]  # fmt: skip
NAMES = ("name", "id", "phone", "division", "age", "born", "seen")


def condition(text: str) -> Condition:
    return parse_condition(text, CHILDREN)


def disclosure(text: str = 'division starts with "99" and age < 16 and secret = "canary"') -> Any:
    return Disclosure(CHILDREN, NAMES, read_masks(MASKS, CHILDREN), condition(text), SALT)


@pytest.fixture
def children(publish: Publish, store: FolderStore) -> Path:
    body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    made = publish(body, schema=CHILDREN)
    assert made.snapshot
    return store.path(made.snapshot.digest)


def rows_of(path: Path, format: str) -> list[dict[str, Any]]:
    data = path.read_bytes()
    if format == "parquet":
        return pq.read_table(path).to_pylist()
    if format == "arrow":
        return pa.ipc.open_stream(data).read_all().to_pylist()
    if format == "csv":
        return [dict(row) for row in csv.DictReader(io.StringIO(data.decode()))]
    return json.loads(data) if format == "json" else [json.loads(x) for x in data.splitlines()]


@pytest.mark.parametrize("format", FORMATS)
def test_a_table_leaves_masked_and_filtered_in_every_format(
    children: Path, tmp_path: Path, format: str
) -> None:
    out = tmp_path / "out"
    shown = disclosure()
    assert disclose_table(children, shown, format=format, out=out) == 1
    found = rows_of(out, format)
    plain = [{name: str(value) for name, value in row.items()} for row in found]
    assert [list(row) for row in plain] == [list(NAMES)]
    assert plain[0].pop("seen")[:10] == "2026-01-31"
    assert len(plain[0].pop("id")) == 32
    assert plain == [
        {"name": "王**", "phone": "138******4567", "division": "9901", "age": "7", "born": "2015"}
    ]
    assert b"canary" not in out.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["body", "out", "store"]


@pytest.mark.parametrize("format", FORMATS)
def test_where_no_row_is_shown_the_table_is_empty(
    children: Path, tmp_path: Path, format: str
) -> None:
    out = tmp_path / "out"
    assert disclose_table(children, disclosure("age > 99"), format=format, out=out) == 0
    assert rows_of(out, format) == []
    if format in ("parquet", "arrow"):
        schema = pq.read_schema(out) if format == "parquet" else pa.ipc.open_stream(out).schema
        assert schema == disclosure().shown.arrow


def test_columnar_files_have_the_types_that_the_schema_says(children: Path, tmp_path: Path) -> None:
    disclose_table(children, disclosure(), format="parquet", out=tmp_path / "out")
    assert pq.read_schema(tmp_path / "out") == disclosure().shown.arrow
    assert disclosure().shown.by_name["born"].type == "string"


def test_rows_keep_their_order_in_groups_that_do_not_tell_where_rows_are_left_out(
    store: FolderStore, tmp_path: Path
) -> None:
    schema = Schema((Item("n", "integer", required=True),), ("n",))
    with store.stage() as staged:
        write_rows(staged, schema.arrow, [pa.table({"n": range(70_000)})], Limits())
        source = store.path(store.commit(staged).digest)
    shown = Disclosure(schema, ("n",), condition=parse_condition("n < 30 or n >= 40000", schema))
    limits = Limits(row_group_rows=8192, batch_rows=4096)
    out = tmp_path / "out"
    assert disclose_table(source, shown, format="parquet", out=out, limits=limits) == 30_030
    assert pq.read_table(out)["n"].to_pylist() == [*range(30), *range(40_000, 70_000)]
    groups = pq.read_metadata(out)
    sizes = [groups.row_group(n).num_rows for n in range(groups.num_row_groups)]
    assert sizes == [8192, 8192, 8192, 5454]
    disclose_table(source, shown, format="arrow", out=out, limits=limits)
    assert [b.num_rows for b in pa.ipc.open_stream(out.read_bytes())] == sizes
    disclose_table(source, shown, format="ndjson", out=out, limits=limits)
    lines = out.read_text().splitlines()
    assert (len(lines), lines[0], lines[30]) == (30_030, '{"n":0}', '{"n":40000}')


def test_the_condition_sees_what_is_stored_and_not_what_is_shown(children: Path) -> None:
    table = pq.read_table(children)
    masks = read_masks({"age": {"kind": "full"}, "division": {"kind": "full"}}, CHILDREN)
    shown = Disclosure(CHILDREN, ("id", "age", "division"), masks, condition("age = 66"))
    assert disclose_page(table, shown).to_pylist() == [
        {"id": "canary-3", "age": None, "division": None}
    ]


def test_a_page_needs_the_items_of_the_condition_too(children: Path) -> None:
    shown = disclosure()
    assert shown.source_names == (
        "id", "name", "phone", "division", "age", "born", "seen", "secret",
    )  # fmt: skip
    table = pq.read_table(children)
    page = disclose_page(table.select(shown.source_names), shown)
    assert page.schema == shown.shown.arrow
    assert page["name"].to_pylist() == ["王**"]
    with pytest.raises(Terminal) as refusal:
        disclose_page(table.select(NAMES), shown)
    assert (refusal.value.code, refusal.value.detail) == ("column-unknown", "secret")


def test_pages_made_at_the_same_time_do_not_see_each_other(children: Path) -> None:
    table = pq.read_table(children)
    some = [Disclosure(CHILDREN, ("id",), condition=condition(f"age = {n}")) for n in (0, 7, 66)]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda n: disclose_page(table, some[n % 3])["id"], range(30)))
    due = [["4"], ["canary-1", "canary-2"], ["canary-3"]]
    assert [page.to_pylist() for page in pages] == due * 10


def test_a_file_older_than_the_schema_has_null_for_what_it_lacks(
    children: Path, tmp_path: Path
) -> None:
    newer = Schema((*CHILDREN.items, Item("town", "string")), CHILDREN.key)
    masks = read_masks({"town": {"kind": "hash"}}, newer)
    missing = parse_condition("town is null", newer)
    shown = Disclosure(newer, ("id", "town"), masks, missing, SALT)
    assert disclose_table(children, shown, format="parquet", out=tmp_path / "out") == 4
    assert pq.read_table(tmp_path / "out")["town"].to_pylist() == [None] * 4


def test_a_damaged_table_is_not_shown(children: Path, tmp_path: Path) -> None:
    children.chmod(0o600)
    children.write_bytes(children.read_bytes()[:-9])
    with pytest.raises(Terminal, match="blob-corrupt"):
        disclose_table(children, disclosure(), format="csv", out=tmp_path / "out")
    with pytest.raises(Terminal, match="format-unknown"):
        disclose_table(children, disclosure(), format="xml", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_disclosure_that_does_not_fit_the_schema_cannot_be_made() -> None:
    masks = read_masks({"name": {"kind": "full"}}, CHILDREN)
    other = parse_condition("x = 1", Schema((Item("x", "integer"),)))
    retyped = parse_condition("age = 1.5", Schema((Item("age", "float"),)))
    for given_, code in (
        ({"names": ("id", "other")}, "column-unknown"),
        ({"names": ()}, "column-unknown"),
        ({"names": ("id", "id")}, "column-unknown"),
        ({"names": ("name",)}, "key-missing"),
        ({"names": ("id",), "masks": masks}, "mask-invalid"),
        ({"names": ("id",), "masks": read_masks({"id": MASKS["id"]}, CHILDREN)}, "salt-missing"),
        ({"names": ("id",), "condition": other}, "condition-invalid"),
        ({"names": ("id",), "condition": retyped}, "condition-invalid"),
    ):
        with pytest.raises(Terminal) as refusal:
            Disclosure(CHILDREN, **given_)
        assert refusal.value.code == code


def test_a_filter_whose_item_is_gone_shows_nothing_rather_than_everything() -> None:
    shown = disclosure()
    smaller = CHILDREN.select([name for name in CHILDREN.names if name != "secret"])
    with pytest.raises(ConditionInvalid, match="there is no item 'secret'"):
        Disclosure(smaller, shown.names, shown.masks, shown.condition, shown.salt)


def test_the_digest_changes_with_everything_that_is_shown() -> None:
    shown = disclosure()
    fewer = read_masks({**MASKS, "name": {"kind": "full"}}, CHILDREN)
    others = [
        Disclosure(CHILDREN, NAMES[:-1], shown.masks, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES[::-1], shown.masks, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES, fewer, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES, shown.masks, None, SALT),
        Disclosure(CHILDREN, NAMES, shown.masks, shown.condition, b"t" * 32),
    ]
    assert disclosure().digest == shown.digest
    assert len({shown.digest, *(each.digest for each in others)}) == 6
    assert [each.is_plain for each in others] == [False] * 5
    assert Disclosure(CHILDREN, NAMES).is_plain


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
def test_the_shown_changes_folded_are_the_shown_table_and_name_no_other_row(
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
                else:
                    assert key in theirs, "a delete names a row that was never shown"
                    del theirs[key]
                    assert rest == [None, None]
            for op, row in batch:
                table.pop(row["k"], None)
                if op == "upsert":
                    table[row["k"]] = row
            due = {k: (r["s"], r["d"]) for k, r in table.items() if holds(shown_rows, r) is True}
            assert theirs == due

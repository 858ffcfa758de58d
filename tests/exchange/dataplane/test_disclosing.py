"""Tables and pages that leave under a grant hold what it shows and no more."""

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosing import disclose_page, disclose_table
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.encoding import FORMATS
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.masks import read_masks
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.publication import Prepared
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore
from tests.exchange.dataplane.children import (
    CHILDREN,
    NAMES,
    ROWS,
    SALT,
    condition,
    disclosure,
)

Publish = Callable[..., Prepared]


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

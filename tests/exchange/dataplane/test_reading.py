"""What was stored is read back: folded, projected, page by page, in every format."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.publication import Prepared
from exchange.dataplane.reading import encode, fold, project, read_rows
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore
from tests.exchange.dataplane.schemas import PERSONS

Publish = Callable[..., Prepared]

RECORD = (
    '{"code":"1","name":"a\\"\\n,","age":7,"income":"1.50","score":0.1,"married":true,'
    '"born":"0999-01-31","seen":"2026-01-31T08:00:00.25+08:00"}\n'
    '{"code":"2","name":""}\n'
)
FORMATS = ("ndjson", "json", "csv", "parquet", "arrow")


@pytest.fixture
def batch(publish: Publish, store: FolderStore) -> Path:
    made = publish(RECORD)
    assert made.blob
    return store.path(made.blob.digest)


@pytest.fixture
def table(publish: Publish, store: FolderStore) -> Path:
    made = publish(RECORD)
    assert made.snapshot
    return store.path(made.snapshot.digest)


def test_json_carries_exact_values(table: Path, tmp_path: Path) -> None:
    assert project(table, PERSONS.names, format="ndjson", out=tmp_path / "out") == 2
    lines = (tmp_path / "out").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "code": "1",
            "name": 'a"\n,',
            "age": 7,
            "income": "1.50",
            "score": 0.1,
            "married": True,
            "born": "0999-01-31",
            "seen": "2026-01-31T00:00:00.250000Z",
        },
        {"code": "2", "name": "", **dict.fromkeys(PERSONS.names[2:])},
    ]


def test_csv_quotes_text_and_tells_null_from_empty(table: Path, tmp_path: Path) -> None:
    assert project(table, PERSONS.names, format="csv", out=tmp_path / "out") == 2
    text = (tmp_path / "out").read_bytes().decode()
    assert text.endswith('"2","",,,,,,\n')
    assert list(csv.reader(io.StringIO(text)))[1] == [
        "1",
        'a"\n,',
        "7",
        "1.50",
        "0.1",
        "true",
        "0999-01-31",
        "2026-01-31T00:00:00.250000Z",
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_a_projection_has_the_named_columns_only_in_the_order_named(
    batch: Path, tmp_path: Path, format: str
) -> None:
    assert project(batch, ["name", "code"], format=format, out=tmp_path / "out") == 2
    data = (tmp_path / "out").read_bytes()
    if format == "parquet":
        assert pq.read_table(tmp_path / "out").column_names == ["name", "code"]
    elif format == "arrow":
        assert pa.ipc.open_stream(data).read_all().column_names == ["name", "code"]
    elif format == "csv":
        assert data.splitlines()[0] == b'"name","code"'
    else:
        rows = json.loads(data) if format == "json" else map(json.loads, data.splitlines())
        assert [list(row) for row in rows] == [["name", "code"]] * 2
    assert b"income" not in data


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", ["batch", "table"])
def test_rows_can_carry_their_operation_and_place(
    request: pytest.FixtureRequest, tmp_path: Path, source: str, format: str
) -> None:
    path = request.getfixturevalue(source)
    project(path, ["code"], format=format, out=tmp_path / "out", with_ops=True)
    data = (tmp_path / "out").read_bytes()
    expected = [
        {"_op": "upsert", "_seq": 1, "code": "1"},
        {"_op": "upsert", "_seq": 2, "code": "2"},
    ]
    found: Any
    if format == "parquet":
        found = pq.read_table(tmp_path / "out").to_pylist()
    elif format == "arrow":
        found = pa.ipc.open_stream(data).read_all().to_pylist()
    elif format == "csv":
        found = [{**r, "_seq": int(r["_seq"])} for r in csv.DictReader(io.StringIO(data.decode()))]
    else:
        found = json.loads(data) if format == "json" else [*map(json.loads, data.splitlines())]
    assert found == expected


@pytest.mark.parametrize("format", FORMATS)
def test_a_page_encodes_to_the_same_values_as_a_file(
    batch: Path, tmp_path: Path, format: str
) -> None:
    project(batch, PERSONS.names, format=format, out=tmp_path / "out")
    page = encode(read_rows(batch, PERSONS.names, 0, 10), format)
    if format == "json":
        assert json.loads(page) == json.loads((tmp_path / "out").read_bytes())
    else:
        assert page == (tmp_path / "out").read_bytes()


@pytest.mark.parametrize(
    ("format", "empty"), [("ndjson", b""), ("json", b"[]\n"), ("csv", b'"code"\n')]
)
def test_a_page_without_rows_is_an_empty_document(batch: Path, format: str, empty: bytes) -> None:
    assert encode(read_rows(batch, ["code"], 2, 10), format) == empty


@pytest.mark.parametrize("columns", [[], ["other"], ["_op"], ["code", "_seq"]])
def test_only_items_can_be_named(batch: Path, tmp_path: Path, columns: list[str]) -> None:
    with pytest.raises(Terminal, match="column-unknown"):
        project(batch, columns, format="csv", out=tmp_path / "out")
    with pytest.raises(Terminal, match="column-unknown"):
        read_rows(batch, columns, 0, 1)
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused(batch: Path, tmp_path: Path) -> None:
    with pytest.raises(Terminal, match="format-unknown"):
        project(batch, ["code"], format="xml", out=tmp_path / "out")
    with pytest.raises(Terminal, match="format-unknown"):
        encode(read_rows(batch, ["code"], 0, 1), "xml")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("start", "limit", "groups"), [(0, 10, 1), (95, 10, 2), (250, 500, 1), (299, 1, 1), (300, 5, 0)]
)
def test_a_page_reads_only_the_row_groups_it_needs(
    publish: Publish,
    store: FolderStore,
    monkeypatch: pytest.MonkeyPatch,
    start: int,
    limit: int,
    groups: int,
) -> None:
    body = "".join(f'{{"code":"{n:03}"}}\n' for n in range(300))
    made = publish(body, limits=Limits(row_group_rows=100))
    assert made.blob
    read: list[int] = []
    original = pq.ParquetFile.read_row_groups

    def noted(self: pq.ParquetFile, numbers: list[int], **options: Any) -> pa.Table:
        read.extend(numbers)
        return original(self, numbers, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", noted)
    page = read_rows(store.path(made.blob.digest), ["code"], start, limit, with_ops=True)
    wanted = range(start, min(start + limit, 300))
    assert page["code"].to_pylist() == [f"{n:03}" for n in wanted]
    assert page["_seq"].to_pylist() == [n + 1 for n in wanted]
    assert len(read) == groups


def test_a_fold_of_batches_is_the_table(
    publish: Publish, store: FolderStore, tmp_path: Path
) -> None:
    first = publish('{"code":"1","age":1}\n{"code":"2"}\n{"code":"3"}\n')
    second = publish(
        '{"code":"2","age":2}\n{"_op":"delete","code":"1"}\n{"code":"0"}\n', kind="changes"
    )
    third = publish('{"code":"1","age":9}\n{"_op":"delete","code":"3"}\n', kind="changes")
    paths = [store.path(made.blob.digest) for made in (first, second, third) if made.blob]
    assert fold(None, paths, PERSONS, tmp_path / "all") == 3
    assert first.snapshot
    snapshot = store.path(first.snapshot.digest)
    assert fold(snapshot, paths[1:], PERSONS, tmp_path / "since") == 3
    assert (tmp_path / "all").read_bytes() == (tmp_path / "since").read_bytes()
    rows = pq.read_table(tmp_path / "all").select(["code", "age"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [("0", None), ("1", 9), ("2", 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all", "body", "since", "store"]


def test_a_fold_without_key_puts_batches_behind_each_other(
    publish: Publish, store: FolderStore, tmp_path: Path
) -> None:
    schema = Schema((Item("a", "string"),))
    paths = []
    for body in ('{"a":"2"}\n{"a":"1"}\n', '{"a":"2"}\n'):
        made = publish(body, kind="append", schema=schema)
        assert made.blob
        paths.append(store.path(made.blob.digest))
    assert fold(None, paths, schema, tmp_path / "out") == 3
    assert pq.read_table(tmp_path / "out")["a"].to_pylist() == ["2", "1", "2"]


def test_a_fold_under_a_newer_schema_has_null_for_what_was_not_there(
    publish: Publish, store: FolderStore, tmp_path: Path
) -> None:
    made = publish('{"code":"1"}\n')
    newer = Schema((*PERSONS.items, Item("town", "string")), ("code",))
    assert made.blob
    fold(None, [store.path(made.blob.digest)], newer, tmp_path / "out")
    assert pq.read_table(tmp_path / "out").select(["code", "town"]).to_pylist() == [
        {"code": "1", "town": None}
    ]


def test_a_fold_of_nothing_is_an_empty_table(tmp_path: Path) -> None:
    assert fold(None, [], PERSONS, tmp_path / "out") == 0
    assert pq.read_schema(tmp_path / "out").names == list(PERSONS.names)


def test_a_blob_whose_bytes_changed_is_not_read(batch: Path, tmp_path: Path) -> None:
    data = bytearray(batch.read_bytes())
    data[20] ^= 1
    batch.chmod(0o600)
    batch.write_bytes(data)
    with pytest.raises(Terminal) as refusal:
        project(batch, ["code"], format="csv", out=tmp_path / "out")
    assert refusal.value.code == "blob-corrupt"
    with pytest.raises(Terminal) as refusal:
        fold(None, [batch], PERSONS, tmp_path / "out")
    assert refusal.value.code == "blob-corrupt"
    assert not (tmp_path / "out").exists()


def test_a_blob_cut_short_is_corrupt_and_one_not_there_is_missing(
    batch: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(batch.read_bytes()[:-20])
    with pytest.raises(Terminal, match="blob-corrupt"):
        read_rows(cut, ["code"], 0, 1)
    with pytest.raises(Terminal, match="blob-missing"):
        read_rows(tmp_path / "none", ["code"], 0, 1)

"""A whole read merged with the published table: exactly what the two-table comparison finds."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane import merging
from exchange.dataplane.publication import Policy, Published, prepare_parts
from exchange.dataplane.reading import fold, read_rows
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore

SCHEMA = Schema(
    (
        Item("place", "string", required=True),
        Item("number", "integer", required=True),
        Item("name", "string", length=20),
        Item("share", "decimal", length=6, scale=2),
    ),
    ("place", "number"),
)


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "store")


@pytest.fixture
def publish(store, tmp_path, monkeypatch):
    """``publish(rows, published)``: the rows in parts of ten, merged in pieces of seven."""
    monkeypatch.setattr(merging, "PIECE_ROWS", 7)
    made = []

    def run(rows, published=None, kind="snapshot", ordered=True, **how):
        keys = sorted(rows, key=lambda key: (key[0].encode(), key[1])) if ordered else list(rows)
        paths = []
        for start in range(0, max(len(keys), 1), 10):
            part = [
                {"place": key[0], "number": key[1], "name": rows[key], "share": None}
                for key in keys[start : start + 10]
            ]
            path = tmp_path / f"part-{len(made)}-{start:04d}"
            pq.write_table(pa.Table.from_pylist(part, schema=SCHEMA.arrow), path)
            paths.append(path)
        made.append(paths)
        return prepare_parts(
            paths, kind=kind, schema=SCHEMA, published=published, store=store, **how
        )

    return run


def after(store, tmp_path, published, prepared):
    """The table once the batch is laid over what was published."""
    files = [*published.batches, *([store.path(prepared.blob.digest)] if prepared.blob else [])]
    out = tmp_path / "after"
    fold(published.snapshot, files, SCHEMA, out)
    rows = read_rows(out, list(SCHEMA.names), 0, 1_000_000).to_pylist()
    return {(row["place"], row["number"]): row["name"] for row in rows}


def changed(store, prepared):
    if prepared.blob is None:
        return []
    table = read_rows(
        store.path(prepared.blob.digest), ["place", "number"], 0, 10**6, with_ops=True
    )
    return [(row["_op"], row["place"], row["number"]) for row in table.to_pylist()]


def altered(chance, rows, much):
    """The rows with some changed, gone and new."""
    kept = {key: name for key, name in rows.items() if chance.random() > much / 3}
    kept = {
        k: (f"新{chance.random():.3f}" if chance.random() < much / 3 else n)
        for k, n in kept.items()
    }
    fresh = int(len(rows) * much / 3)
    return kept | {(chance.choice("甲乙ab"), chance.randint(0, 500)): "增" for _ in range(fresh)}


@pytest.mark.parametrize("seed", range(12))
def test_any_two_versions_with_batches_between_them(store, publish, tmp_path, seed):
    chance = random.Random(seed)
    rows = {(chance.choice("甲乙ab"), chance.randint(0, 300)): "旧" for _ in range(150)}
    first = publish(rows)
    snapshot = store.path(first.snapshot.digest)
    batches = []
    for much in (0.3, 0.0, 0.9, 0.05)[: seed % 5]:
        published = Published(snapshot, tuple(batches))
        old, rows = rows, altered(chance, rows, much)
        made = publish(rows, published)
        assert after(store, tmp_path, published, made) == rows
        wanted = {k for k in rows if old.get(k) != rows[k]}, {k for k in old if k not in rows}
        found = changed(store, made)
        assert {(p, n) for op, p, n in found if op == "upsert"} == wanted[0]
        assert {(p, n) for op, p, n in found if op == "delete"} == wanted[1]
        assert len(found) == len(wanted[0]) + len(wanted[1])
        assert made.inserted == len(rows.keys() - old.keys())
        assert (made.updated, made.deleted) == (len(wanted[0]) - made.inserted, len(wanted[1]))
        assert made.snapshot is None
        if made.blob:
            batches.append(store.path(made.blob.digest))


def test_the_same_table_makes_no_batch(store, publish):
    rows = {("a", number): "旧" for number in range(35)}
    first = publish(rows)
    assert publish(rows, Published(store.path(first.snapshot.digest))).blob is None


def test_rows_out_of_order_are_compared_all_the_same(store, publish):
    rows = {("a", number): "旧" for number in range(35)}
    published = Published(store.path(publish(rows).snapshot.digest))
    mixed = dict(reversed(rows.items())) | {("a", 7): "新"}
    made = publish(mixed, published, ordered=False)
    assert changed(store, made) == [("upsert", "a", 7)]


def test_a_row_whose_successor_is_rejected_is_not_gone(store, publish):
    rows = {("a", number): "旧" for number in range(35)}
    published = Published(store.path(publish(rows).snapshot.digest))
    bad = rows | {("a", 7): "长" * 30}
    del bad["a", 9]
    made = publish(bad, published, policy=Policy("quarantine", 0.5))
    assert changed(store, made) == [("delete", "a", 9)]
    assert made.rejected == 1

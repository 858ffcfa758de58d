"""Properties: what is accepted is read back equal, and a difference folded is the new table."""

import datetime
import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.dataplane.encoding import encode
from exchange.dataplane.errors import BodyMalformed, Refused
from exchange.dataplane.limits import Limits, Policy
from exchange.dataplane.publication import Prepared, prepare
from exchange.dataplane.reading import fold, project
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore

SCHEMA = Schema(
    (
        Item("k", "integer", required=True),
        Item("s", "string"),
        Item("d", "decimal", length=9, scale=3),
        Item("f", "float"),
        Item("b", "boolean"),
        Item("day", "date"),
        Item("at", "datetime"),
    ),
    ("k",),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
AWKWARD = st.sampled_from(["", " ", '"', '""', "\n", "\r\n", ",", "}", '{"k":1}', "null", "\ufeff"])
ROW = st.fixed_dictionaries(
    {
        "k": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 6),
        "s": st.none() | TEXT | AWKWARD,
        "d": st.none() | st.decimals(Decimal("-999999.999"), Decimal("999999.999"), places=3),
        "f": st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda f: f + 0.0),
        "b": st.none() | st.booleans(),
        "day": st.none() | st.dates(),
        "at": st.none() | st.datetimes(timezones=st.just(datetime.UTC)),
    }
)
TABLE = st.lists(ROW, max_size=8, unique_by=lambda row: row["k"])
SMALL = Limits(row_group_rows=3, block_bytes=400, max_row_bytes=2000, batch_rows=2)
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def publish(
    store: FolderStore,
    body: bytes,
    format: str,
    *,
    base: Path | None = None,
    kind: Any = "snapshot",
) -> Prepared:
    with tempfile.NamedTemporaryFile(dir=store.root) as file:
        file.write(body)
        file.flush()
        return prepare(
            Path(file.name),
            kind=kind,
            format=format,
            schema=SCHEMA,
            base=base,
            store=store,
            limits=SMALL,
        )


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA.arrow)


@QUICK
@given(TABLE)
def test_every_format_in_gives_the_same_blob_and_every_format_out_the_same_rows(
    rows: list[dict[str, Any]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(folder)
        made = publish(store, encode(table_of(rows), "parquet"), "parquet")
        for format in ("ndjson", "json", "csv", "arrow"):
            assert publish(store, encode(table_of(rows), format), format) == made
        if not rows:
            assert made.snapshot is None
            return
        assert made.snapshot
        path = store.path(made.snapshot.digest)
        table = pq.read_table(path, columns=list(SCHEMA.names))
        assert table.to_pylist() == sorted(rows, key=lambda row: row["k"])
        for format in ("ndjson", "json", "csv", "parquet", "arrow"):
            out = Path(folder) / "out"
            project(path, SCHEMA.names, format=format, out=out)
            assert publish(store, out.read_bytes(), format).snapshot == made.snapshot


@QUICK
@given(TABLE, st.lists(TABLE, min_size=1, max_size=3))
def test_the_differences_folded_are_the_last_table(
    first: list[dict[str, Any]], rest: list[list[dict[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(folder)
        base: Path | None = None
        batches = []
        before: dict[int, dict[str, Any]] = {}
        # A table is not emptied by a snapshot, so those without rows are left out.
        for rows in filter(None, [first, *rest]):
            made = publish(store, encode(table_of(rows), "ndjson"), "ndjson", base=base)
            after = {row["k"]: row for row in rows}
            common = after.keys() & before.keys()
            assert (made.inserted, made.updated, made.deleted) == (
                len(after.keys() - before.keys()),
                sum(after[k] != before[k] for k in common),
                len(before.keys() - after.keys()),
            )
            if made.blob and made.snapshot:
                batches.append(store.path(made.blob.digest))
                base = store.path(made.snapshot.digest)
            before = after
        out = Path(folder) / "out"
        assert fold(None, batches, SCHEMA, out, SMALL) == len(before)
        if base is not None:
            # The first table is kept in its batch file, which has columns of its own besides.
            assert pq.read_table(out).equals(pq.read_table(base, columns=list(SCHEMA.names)))


LINES = st.lists(
    st.sampled_from(
        [
            '{"k":1}',
            '{"k":2,"s":"x"}',
            '{"k":"3"}',
            '{"k":4,"d":1.2345}',
            '{"k":5,"b":1}',
            '{"other":1,"k":6}',
            '{"k":7,"s":"}\\u0000"}',
            "",
            "{",
            '{"k":8,"f":NaN}',
            "null",
        ]
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_accepted_and_rejected_are_always_all_that_was_received(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "body"
        body.write_text("\n".join(lines))
        broken = next(
            (n for n, line in enumerate(lines, 1) if line in ("{", "null") or "NaN" in line), None
        )
        try:
            made = prepare(
                body,
                kind="append",
                format="ndjson",
                schema=SCHEMA,
                store=FolderStore(folder),
                policy=Policy("quarantine", 1.0),
            )
        except BodyMalformed as error:
            found = error.line
        else:
            found = None
        assert found == broken
        if broken:
            return
        records = [(n, line) for n, line in enumerate(lines, 1) if line]
        good = [json.loads(line) for _, line in records if line in ('{"k":1}', '{"k":2,"s":"x"}')]
        assert made.received == len(records)
        assert made.accepted == len(good) == made.rows_in_blob
        assert made.accepted + made.rejected == made.received
        assert {error.line for error in made.errors} <= {n for n, _ in records}


@settings(max_examples=120, deadline=None)
@given(
    st.binary(max_size=200) | TEXT.map(str.encode),
    st.sampled_from(["ndjson", "json", "csv", "parquet", "arrow"]),
)
def test_any_bytes_are_read_or_refused_in_words(body: bytes, format: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(folder)
        try:
            made = publish(store, body, format, kind="append")
        except (BodyMalformed, Refused):
            made = None
        if made is None:
            assert list(store.iter_digests()) == []
        else:
            assert made.accepted == made.received

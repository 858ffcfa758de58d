"""Parquet and Arrow: columns are checked by type, values are cast only without loss."""

import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane.errors import BodyMalformed, Refused, TooLarge
from exchange.dataplane.limits import Limits
from exchange.dataplane.publication import Prepared

Publish = Callable[..., Prepared]
Rows = Callable[[Any], list[dict[str, Any]]]


def parquet(table: pa.Table, **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def arrow(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as stream:
        stream.write_table(table)
    return buffer.getvalue()


ENCODERS = {"parquet": parquet, "arrow": arrow}


def codes(count: int) -> pa.Array:
    return pa.array([str(n) for n in range(count)])


@pytest.mark.parametrize("format", ENCODERS)
def test_other_types_of_the_same_values_are_taken(
    publish: Publish, rows: Rows, format: str
) -> None:
    table = pa.table(
        {
            "code": pa.array(["1"], pa.large_string()),
            "name": pa.array(["甲"]).dictionary_encode(),
            "age": pa.array([7], pa.uint64()),
            "income": pa.array([Decimal("1.500")], pa.decimal128(20, 3)),
            "score": pa.array([2], pa.int32()),
            "born": pa.array([datetime.date(2026, 1, 31)], pa.date64()),
            "seen": pa.array([1_000_000_000], pa.timestamp("ns", tz="Asia/Shanghai")),
        }
    )
    row = rows(publish(ENCODERS[format](table), format=format).snapshot)[0]
    assert (row["name"], row["age"], str(row["income"]), row["score"]) == ("甲", 7, "1.50", 2.0)
    assert (row["born"].isoformat(), row["seen"].isoformat()) == (
        "2026-01-31",
        "1970-01-01T00:00:01+00:00",
    )
    assert row["married"] is None


@pytest.mark.parametrize("format", ENCODERS)
@pytest.mark.parametrize(
    ("column", "values", "code"),
    [
        ("age", pa.array([1, 2**63], pa.uint64()), "range"),
        ("income", pa.array([Decimal("1.500"), Decimal("1.255")]), "range"),
        ("income", pa.array([1, 10_000_000], pa.int64()), "range"),
        ("score", pa.array([1.0, float("nan")]), "not-finite"),
        ("score", pa.array([1.0, float("inf")]), "not-finite"),
        ("name", pa.array(["a", "b\0"]), "nul"),
        ("born", pa.array([0, 2_932_897], pa.date32()), "range"),
        ("born", pa.array([0, -719_163], pa.date32()), "range"),
        ("seen", pa.array([0, 1], pa.timestamp("ns", tz="UTC")), "type"),
    ],
)
def test_a_value_that_would_lose_is_named_by_its_row(
    publish: Publish, format: str, column: str, values: pa.Array, code: str
) -> None:
    table = pa.table({"code": codes(2), column: values})
    with pytest.raises(Refused) as refusal:
        publish(ENCODERS[format](table), format=format)
    assert [(e.line, e.column, e.code) for e in refusal.value.errors] == [(2, column, code)]


@pytest.mark.parametrize("format", ENCODERS)
@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"name": ["a"]}, "column-missing"),
        ({"code": ["1"], "other": ["a"]}, "column-unknown"),
        ({"code": ["1"], "_op": ["delete"]}, "column-unknown"),
        ({"code": [1]}, "column-type"),
        ({"code": ["1"], "age": ["7"]}, "column-type"),
        ({"code": ["1"], "age": [1.0]}, "column-type"),
        ({"code": ["1"], "seen": pa.array([0], pa.timestamp("us"))}, "column-type"),
        ({"code": ["1"], "name": [["a"]]}, "column-type"),
    ],
)
def test_columns_that_do_not_fit_are_refused_whole(
    publish: Publish, stored: Callable[[], list[str]], format: str, columns: Any, code: str
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        publish(ENCODERS[format](pa.table(columns)), format=format)
    assert refusal.value.code == code
    assert stored() == []


@pytest.mark.parametrize("format", ENCODERS)
def test_a_damaged_body_is_malformed(
    publish: Publish, stored: Callable[[], list[str]], format: str
) -> None:
    whole = ENCODERS[format](pa.table({"code": codes(1000), "name": codes(1000)}))
    spoiled = bytearray(whole)
    spoiled[len(whole) // 3 : len(whole) // 3 + 60] = b"\xff" * 60
    for body in (b"", b"no such file", whole[: len(whole) // 2], bytes(spoiled)):
        with pytest.raises(BodyMalformed) as refusal:
            publish(body, format=format)
        assert refusal.value.code == format
    assert stored() == []


def test_text_that_is_no_utf8_is_malformed(publish: Publish) -> None:
    data = pa.py_buffer(b"\xb1\xb1")
    ends = pa.array([0, 2], pa.int32()).buffers()[1]
    column = pa.Array.from_buffers(pa.string(), 1, [None, ends, data])
    for format, encoder in ENCODERS.items():
        with pytest.raises(BodyMalformed):
            publish(encoder(pa.table({"code": column})), format=format)


def test_a_file_that_declares_too_many_rows_is_not_unpacked(publish: Publish) -> None:
    body = parquet(pa.table({"code": codes(1000)}))
    with pytest.raises(TooLarge, match="too-many-rows"):
        publish(body, format="parquet", limits=Limits(max_rows=999))


def test_a_small_file_that_unfolds_to_a_large_one_is_cut_off(publish: Publish) -> None:
    table = pa.table({"code": codes(2000), "name": pa.repeat("x" * 100_000, 2000)})
    body = parquet(table, compression="zstd")
    assert len(body) < 40_000
    with pytest.raises(TooLarge, match="body-too-large"):
        publish(body, format="parquet", limits=Limits(max_expanded_bytes=20_000_000))


def test_one_value_above_the_row_limit_is_refused(publish: Publish) -> None:
    body = arrow(pa.table({"code": ["1"], "name": ["x" * 1000]}))
    with pytest.raises(BodyMalformed, match="row-too-long"):
        publish(body, format="arrow", limits=Limits(max_row_bytes=500))


@pytest.mark.parametrize("format", ENCODERS)
def test_an_empty_body_with_columns_is_an_empty_table(publish: Publish, format: str) -> None:
    table = pa.table({"code": pa.array([], pa.string())})
    assert publish(ENCODERS[format](table), format=format).received == 0

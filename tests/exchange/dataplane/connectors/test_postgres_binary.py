"""Whatever goes to PostgreSQL in its own form comes back as it was."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres_binary import encode_rows, is_binary
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.conftest import Target

DECIMALS = ((1, 0), (4, 4), (5, 4), (9, 0), (12, 2), (15, 3), (16, 8), (18, 0), (18, 4))
WIDE = ((17, 2), (18, 18), (38, 10))


def name_of(precision: int, scale: int) -> str:
    return f"d{precision}_{scale}"


SCHEMA = Schema(
    (
        Item("n", "integer", required=True),
        Item("text", "string"),
        Item("day", "date"),
        Item("at", "datetime"),
        Item("ratio", "float"),
        Item("valid", "boolean"),
        *(Item(name_of(p, s), "decimal", length=p, scale=s) for p, s in DECIMALS),
    ),
    ("n",),
)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-scale))


ROW = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
        "day": st.none() | st.dates(),
        "at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "ratio": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "valid": st.none() | st.booleans(),
        **{name_of(p, s): st.none() | decimals(p, s) for p, s in DECIMALS},
    }
)


def test_random_rows_come_back_as_they_were(target: Callable[[Schema], Target]) -> None:
    made = target(SCHEMA)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(ROW, max_size=20))
    def comes_back(values: list[dict[str, Any]]) -> None:
        made.lane = str(uuid4())
        rows = [{"n": n, **row} for n, row in enumerate(values)]
        made.sink_for(SCHEMA).load(made.files.snapshot(rows), Position(1, 1))
        found = made.read()
        assert found == rows
        # A zero may have lost its sign, a decimal its place no digit.
        assert [str(row["d12_2"]) for row in found] == [str(row["d12_2"]) for row in rows]

    comes_back()


def test_first_and_last_values_of_each_type(target: Callable[[Schema], Target]) -> None:
    made = target(SCHEMA)
    rows: list[dict[str, Any]] = [
        {"n": -(2**63), "day": date.min, "at": datetime.min.replace(tzinfo=UTC), "text": ""},
        {"n": 2**63 - 1, "day": date.max, "at": datetime.max.replace(tzinfo=UTC), "text": "𠮷"},
        {"n": 0, "day": date(2000, 1, 1) - timedelta(days=1), "ratio": 5e-324, "valid": False},
        {"n": 1, "day": date(2000, 1, 1), "ratio": -1.7976931348623157e308, "valid": True},
    ]
    full = [dict.fromkeys(SCHEMA.names) | row for row in rows]
    made.sink.load(made.files.snapshot(full), Position(1, 1))
    assert made.read() == sorted(full, key=lambda row: int(row["n"]))


@pytest.mark.parametrize(("precision", "scale"), WIDE)
def test_decimals_of_too_many_digits_go_as_text(
    target: Callable[[Schema], Target], precision: int, scale: int
) -> None:
    schema = Schema(
        (
            Item("n", "integer", required=True),
            Item("d", "decimal", length=precision, scale=scale),
        ),
        ("n",),
    )
    made = target(schema)
    most = Decimal(10**precision - 1).scaleb(-scale)
    rows = [{"n": 1, "d": most}, {"n": 2, "d": -most}, {"n": 3, "d": None}]
    made.sink.load(made.files.snapshot(rows), Position(1, 1))
    assert not is_binary(schema.arrow) or precision <= 18
    assert made.read() == rows


def test_a_slice_is_encoded_as_the_rows_it_holds() -> None:
    rows = [
        {name: None for name in SCHEMA.names} | {"n": n, "text": "x" * n, "valid": n % 2 == 0}
        for n in range(20)
    ]
    whole = pa.RecordBatch.from_pylist(rows, SCHEMA.arrow)
    alone = pa.RecordBatch.from_pylist(rows[7:12], SCHEMA.arrow)
    assert bytes(encode_rows(whole.slice(7, 5))) == bytes(encode_rows(alone))
    assert bytes(encode_rows(whole.slice(3, 0))) == b""

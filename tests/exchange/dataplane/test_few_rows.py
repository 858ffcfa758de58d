"""A few rows without the engine: shown, masked and written as the engine does it."""

import datetime
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.dataplane.conditions import Condition
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.encoding import encode
from exchange.dataplane.few_rows import Shower, json_text
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.conditions_at_random import CONDITION, SCHEMA, TABLE

SALT = bytes(range(32))
UTC = datetime.UTC
CHINESE = "北京上海四川省杭州市西湖区凉山彝族自治县旗盟地州路街号园小开发欧阳司马王明 \u3000ab1X-😀"
TEXTS = (
    st.text(st.sampled_from(CHINESE), max_size=14)
    | st.from_regex(r"[0-9]{5,19}[Xx]?", fullmatch=True)
    | st.sampled_from(["四川省凉山彝族自治州西昌市航天大道", "北京市朝阳区建国路1号", "欧阳明", ""])
)
FIRST = datetime.datetime(1, 1, 2, tzinfo=UTC)
LAST = datetime.datetime(9999, 12, 31, 15, tzinfo=UTC)
MOMENTS = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
KINDS: list[tuple[Item, dict[str, Any], st.SearchStrategy[Any]]] = [
    *(
        (Item("x", "string"), mask, TEXTS)
        for mask in (
            {"kind": "full"},
            {"kind": "full", "show": "stars"},
            *({"kind": "partial", "form": f} for f in ("identity", "telephone", "name", "address")),
            {"kind": "partial", "form": "ends", "head": 2, "tail": 3},
            {"kind": "partial", "form": "ends", "head": 3},
            {"kind": "hash"},
            {"kind": "division", "digits": 2},
            {"kind": "division", "digits": 4},
        )
    ),
    (Item("x", "integer"), {"kind": "hash"}, st.integers(-(2**63), 2**63 - 1)),
    (Item("x", "boolean"), {"kind": "hash"}, st.booleans()),
    (Item("x", "date"), {"kind": "hash"}, st.dates()),
    (Item("x", "datetime"), {"kind": "hash"}, MOMENTS),
    (
        Item("x", "decimal", length=9, scale=3),
        {"kind": "hash"},
        st.decimals(-999999, 999999, places=3),
    ),
    *((Item("x", "date"), {"kind": "date", "to": to}, st.dates()) for to in ("year", "month")),
    *(
        (Item("x", "datetime"), {"kind": "date", "to": to}, MOMENTS)
        for to in ("year", "month", "day")
    ),
    (
        Item("x", "integer"),
        {"kind": "bucket", "width": 10},
        st.integers(-(2**63), 2**63 - 1) | st.integers(-30, 30),
    ),
    (
        Item("x", "decimal", length=6, scale=2),
        {"kind": "bucket", "width": "0.25"},
        st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2),
    ),
    (
        Item("x", "float"),
        {"kind": "bucket", "width": 0.5},
        st.floats(allow_nan=False, allow_infinity=False).map(lambda f: f + 0.0)
        | st.floats(-9, 9).map(lambda f: f + 0.0),
    ),
]


def tuples(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in rows]


@pytest.mark.parametrize(
    ("item", "mask", "values"), KINDS, ids=[f"{i.type} {m}" for i, m, _ in KINDS]
)
def test_a_mask_shows_of_a_value_what_it_shows_of_a_column(item, mask, values):
    schema = Schema((Item("k", "integer", required=True), item), ("k",))
    masks = read_masks({"x": mask}, schema)
    disclosure = Disclosure(schema, schema.names, masks, salt=SALT)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.none() | values, min_size=1, max_size=8))
    def same(given_values: list[Any]) -> None:
        page = pa.table(
            {"k": range(len(given_values)), "x": pa.array(given_values, item.arrow_type)}
        )
        shown = Shower(disclosure, ("k", "x")).show(list(enumerate(given_values)))
        assert shown == disclose_page(page, disclosure).to_pylist()

    same()


@settings(max_examples=80, deadline=None)
@given(CONDITION, TABLE)
def test_a_condition_chooses_the_rows_that_the_engine_chooses(
    condition: Condition, rows: list[dict[str, Any]]
) -> None:
    disclosure = Disclosure(SCHEMA, ("k",), condition=condition)
    page = disclose_page(pa.Table.from_pylist(rows, SCHEMA.arrow), disclosure)
    shower = Shower(disclosure, ("k",))
    assert shower.show(tuples(rows, disclosure.source_names)) == page.to_pylist()


@settings(max_examples=60, deadline=None)
@given(TABLE)
def test_rows_are_written_as_every_answer_of_data_is(rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA.arrow)
    # Decimals with their scale, as the database keeps them.
    stored = tuples(table.to_pylist(), SCHEMA.names)
    shown = Shower(Disclosure(SCHEMA, SCHEMA.names), SCHEMA.names).show(stored)
    assert json.loads(json_text(shown)) == json.loads(encode(table, "json"))


def test_a_moment_beyond_the_calendar_in_china_is_still_shown():
    last = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for to, seen in (("year", "10000"), ("month", "10000-01"), ("day", "10000-01-01")):
        schema = Schema((Item("x", "datetime"),))
        masks = read_masks({"x": {"kind": "date", "to": to}}, schema)
        shown = Shower(Disclosure(schema, ("x",), masks), ("x",)).show([(last,)])
        assert shown == [{"x": seen}]

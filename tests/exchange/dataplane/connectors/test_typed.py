"""What a source's columns become: the item's values, or texts that validation names."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from exchange.dataplane.casting import quick
from exchange.dataplane.connectors.typed import as_item, as_texts, column_of
from exchange.dataplane.errors import Terminal
from exchange.dataplane.items import Item

ZONE = "Asia/Shanghai"
NOON = datetime.datetime.fromisoformat("2026-01-31T12:00:00")
DAY = datetime.date(2026, 1, 31)
MOMENT = datetime.timedelta(seconds=0.5)
MIDNIGHT = datetime.datetime.fromisoformat("2026-01-31T00:00:00")
ITEMS = {
    kind: Item("value", kind, **({"length": 12, "scale": 2} if kind == "decimal" else {}))
    for kind in ("string", "integer", "decimal", "float", "boolean", "date", "datetime")
}


def item_of(values, kind, arrow_type=None):
    made = as_item(pa.chunked_array([pa.array(values, arrow_type)]), ITEMS[kind], ZONE)
    return made.type == ITEMS[kind].arrow_type, made.to_pylist()


@pytest.mark.parametrize(
    ("values", "arrow_type", "written"),
    [
        ([[1, None], None], pa.list_(pa.int64()), ["[1,null]", None]),
        ([[1]], pa.list_view(pa.int64()), ["[1]"]),
        ([{"街道": "东街", "units": Decimal("2.50")}], None, ['{"街道":"东街","units":"2.50"}']),
        ([{"photo": b"\xff"}], None, ['{"photo":"ff"}']),
        ([[("a", 1)]], pa.map_(pa.string(), pa.int64()), ['[["a",1]]']),
        ([(1, 2, 3)], pa.month_day_nano_interval(), ["[1,2,3]"]),
        ([[float("nan"), 2.5]], None, ["[NaN,2.5]"]),
        ([datetime.timedelta(1)], pa.duration("ms"), ["1 day, 0:00:00"]),
        ([datetime.time(8, 30)], pa.time32("s"), ["08:30:00"]),
        (["东", "东"], pa.dictionary(pa.int8(), pa.string()), ["东", "东"]),
        (["东".encode()], pa.binary(), ["东"]),
    ],
)
def test_a_column_of_any_type_has_a_written_form(values, arrow_type, written):
    for kind in ITEMS:
        fits, found = item_of(values, kind, arrow_type)
        assert (fits, found) == (kind == "string", written)


@pytest.mark.parametrize(
    ("values", "arrow_type", "written"),
    [
        ([123456789012.0, 0.5, 1e-7], pa.float64(), ["123456789012", "0.5", "0.0000001"]),
        ([Decimal("1E-7"), Decimal(5)], pa.decimal128(38, 10), ["0.0000001000", "5.0000000000"]),
        ([NOON], pa.timestamp("ns"), ["2026-01-31T12:00:00"]),
        ([NOON + MOMENT], pa.timestamp("us"), ["2026-01-31T12:00:00.500000"]),
        ([NOON], pa.timestamp("us", "CST"), ["2026-01-31T12:00:00+00:00"]),
    ],
)
def test_numbers_and_moments_are_written_as_validation_and_people_read_them(
    values, arrow_type, written
):
    assert item_of(values, "string", arrow_type) == (True, written)


@pytest.mark.parametrize(
    ("values", "arrow_type"),
    [
        (
            [[datetime.datetime.fromisoformat("2026-01-31"), None]],
            pa.list_(pa.timestamp("us", "CST")),
        ),
        ([[1]], pa.list_(pa.timestamp("ns"))),
    ],
)
def test_what_has_no_written_form_is_refused_with_its_column(values, arrow_type):
    with pytest.raises(Terminal, match="'value'") as refused:
        item_of(values, "string", arrow_type)
    assert refused.value.code == "source-unreadable"


@pytest.mark.parametrize("kind", ITEMS)
def test_bytes_that_are_no_text_are_refused_with_their_column(kind):
    with pytest.raises(Terminal, match="'value' holds bytes that are no UTF-8") as refused:
        item_of([b"\xff\xfe"], kind)
    assert refused.value.code == "source-encoding"
    with pytest.raises(Terminal, match="'photo'"):
        as_texts(pa.array([b"\xff\xfe"]), "photo")


@pytest.mark.parametrize(
    ("values", "arrow_type", "kind"),
    [
        ([MIDNIGHT], pa.timestamp("us"), "integer"),
        ([True], pa.bool_(), "integer"),
        ([True], pa.bool_(), "float"),
        ([20260131], pa.int64(), "date"),
        ([1767225600], pa.int64(), "datetime"),
        ([DAY], pa.date32(), "datetime"),
        ([NOON], pa.timestamp("us"), "date"),
        ([MIDNIGHT], pa.timestamp("us", "UTC"), "date"),
        ([2**53 + 0.5, 1.5], pa.float64(), "integer"),
    ],
)
def test_a_value_of_another_kind_stays_a_text(values, arrow_type, kind):
    fits, found = item_of(values, kind, arrow_type)
    assert not fits
    assert all(isinstance(one, str) for one in found)


@pytest.mark.parametrize(
    ("values", "arrow_type", "kind", "held"),
    [
        ([MIDNIGHT, None], pa.timestamp("us"), "date", [DAY, None]),
        ([DAY], pa.date64(), "date", [DAY]),
        ([3.0, None], pa.float64(), "integer", [3, None]),
        ([Decimal("7")], pa.decimal128(10, 0), "integer", [7]),
        (["1", "0"], pa.large_string(), "boolean", [True, False]),
        ([1, 0], pa.int8(), "decimal", [Decimal("1.00"), Decimal("0.00")]),
        (["2026-01-31"], pa.string_view(), "date", [DAY]),
        ([None, None], pa.null(), "date", [None, None]),
    ],
)
def test_a_value_of_the_item_s_kind_keeps_its_meaning(values, arrow_type, kind, held):
    assert item_of(values, kind, arrow_type) == (True, held)


def test_a_time_without_a_zone_is_one_of_the_source_s_zone():
    fits, [found] = item_of([NOON], "datetime", pa.timestamp("ns"))
    assert fits
    assert found == datetime.datetime(2026, 1, 31, 4, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("texts", "kind", "kept"),
    [
        (
            ["2026-01-31 08:00:00", "n/a", "2026-01-31T08:00:00Z", None],
            "datetime",
            ["2026-01-31T08:00:00+08:00", "n/a", "2026-01-31T08:00:00+00:00", None],
        ),
        (["0x10", "7"], "integer", ["0x10", "7"]),
        (["1e3", "7"], "decimal", ["1e3", "7"]),
    ],
)
def test_what_a_text_means_hangs_on_no_other(texts, kind, kept):
    assert item_of(texts, kind) == (False, kept)
    beside = [read_alone(one, kind) for one in kept]
    assert [read_alone(*item_of([text], kind, pa.string())[1], kind) for text in texts] == beside


def read_alone(value, kind):
    """What validation reads in it."""
    if not isinstance(value, str):
        return value
    read = quick(ITEMS[kind], pa.array([value]))
    return value if read is None else read[0].as_py()


def test_a_driver_s_bytes_are_no_number():
    for kind in ITEMS.keys() - {"string"}:
        with pytest.raises(Terminal, match="'value' is given bytes"):
            column_of([b"12"], ITEMS[kind], ZONE)


@pytest.mark.parametrize(
    ("values", "kind", "held"),
    [
        ([20260131], "date", ["20260131"]),
        ([DAY, MIDNIGHT], "date", [DAY, DAY]),
        ([NOON], "date", ["2026-01-31T12:00:00"]),
        ([b"text", b"\xff"], "string", ["74657874", "ff"]),
        ([b"text", "text"], "string", ["74657874", "text"]),
        ([1.0, None], "integer", [1, None]),
        ([True], "integer", ["true"]),
    ],
)
def test_values_of_a_driver_keep_their_meaning(values, kind, held):
    assert column_of(values, ITEMS[kind], ZONE).to_pylist() == held

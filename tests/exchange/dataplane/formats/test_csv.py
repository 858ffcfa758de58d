"""CSV: the header names the items, every record has its width, lines are physical."""

from collections.abc import Callable
from typing import Any

import pytest

from exchange.dataplane.errors import BodyMalformed, Refused
from exchange.dataplane.limits import Limits
from exchange.dataplane.publication import Prepared
from exchange.dataplane.schema import Item, Schema

Publish = Callable[..., Prepared]
Rows = Callable[[Any], list[dict[str, Any]]]


def test_fields_are_cast_and_empty_ones_are_null(publish: Publish, rows: Rows) -> None:
    body = (
        "name,code,age,income,score,married,born,seen\r\n"
        '"李,""四",1,+7,.5,1e3,是,2026-01-31,2026-01-31 08:00:00+08:00\r\n'
        ',2,"",,,FALSE,,\r\n'
        '"",3,007,12.,-0,0,,\r\n'
    )
    made = publish(body, format="csv")
    found = rows(made.snapshot)
    assert [(r["code"], r["name"], r["age"], r["married"]) for r in found] == [
        ("1", '李,"四', 7, True),
        ("2", None, None, False),
        ("3", "", 7, False),
    ]
    assert [str(r["income"]) for r in found] == ["0.50", "None", "12.00"]
    assert [str(r["score"]) for r in found] == ["1000.0", "None", "0.0"]
    assert found[0]["seen"].isoformat() == "2026-01-31T00:00:00+00:00"


def test_gb18030_is_read_where_declared(publish: Publish, rows: Rows) -> None:
    body = "code,name\n1,𠮷数据\n".encode("gb18030")
    assert rows(publish(body, format="csv", encoding="gb18030").snapshot)[0]["name"] == "𠮷数据"


@pytest.mark.parametrize(
    ("body", "encoding", "line", "column"),
    [
        ("code,name\n1,数据\n".encode("gbk"), "utf-8", 2, 3),
        (b"code,name\n1,a\n2,\xff\n", "gb18030", 3, 3),
    ],
)
def test_a_byte_of_another_encoding_is_placed_with_advice(
    publish: Publish, body: bytes, encoding: str, line: int, column: int
) -> None:
    with pytest.raises(BodyMalformed, match="declare the encoding") as refusal:
        publish(body, format="csv", encoding=encoding)
    assert (refusal.value.code, refusal.value.line) == ("encoding", line)
    assert refusal.value.column == column


def test_a_byte_order_mark_is_no_part_of_the_header(publish: Publish) -> None:
    assert publish(b"\xef\xbb\xbfcode\n1\n", format="csv").accepted == 1


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("", "header-missing", 1),
        ("\n1\n", "header-missing", 1),
        ("code,other\n1,2\n", "column-unknown", 1),
        ("code,_op\n1,delete\n", "column-unknown", 1),
        ("name\n1\n", "column-missing", 1),
        ("code,code\n1,2\n", "column-repeated", 1),
        ("\r\x01", "header-unreadable", 1),
        ("code,name\n1,a\n2\n", "column-count", 3),
        ("code,name\n1,a\n2,b,c\n", "column-count", 3),
        ("code,name\n1,a\x00b\n", "nul", 2),
        ('code,name\n1,"abc\n2,b\n', "csv-quote", None),
        ('code,name\n1,a\n2,"b', "csv-quote", None),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused_whole(
    publish: Publish, stored: Callable[[], list[str]], body: str, code: str, line: int
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        publish(body, format="csv")
    assert (refusal.value.code, refusal.value.line) == (code, line)
    assert stored() == []


def test_an_error_names_the_physical_line_behind_line_ends_in_quotes(publish: Publish) -> None:
    body = 'code,name,age\n1,"a\nb",1\n2,c,x\n3,"d\n\n",1\n4,e,1.0\n'
    with pytest.raises(Refused) as refusal:
        publish(body, format="csv")
    assert [(e.line, e.column, e.code) for e in refusal.value.errors] == [
        (4, "age", "type"),
        (8, "age", "type"),
    ]


def test_lines_go_on_over_blocks(publish: Publish) -> None:
    body = "code,name,age\n" + "".join(f'{n},"\n",1\n' for n in range(500)) + "x,,y\n"
    with pytest.raises(Refused) as refusal:
        publish(body, format="csv", limits=Limits(block_bytes=256, max_row_bytes=128))
    assert [(e.line, e.column) for e in refusal.value.errors] == [(1002, "age")]
    assert refusal.value.received == 501


def test_blank_lines_at_the_end_are_no_records(publish: Publish) -> None:
    assert publish("code,name\n1,a\n\n\r\n\n", format="csv").received == 1


def test_a_header_alone_is_an_empty_table(publish: Publish) -> None:
    assert publish("code,name\n", format="csv").received == 0


def test_in_a_single_column_a_blank_line_is_a_record(publish: Publish, rows: Rows) -> None:
    schema = Schema((Item("a", "string"),))
    made = publish('a\nx\n\n""\n\n', kind="append", format="csv", schema=schema)
    assert [row["a"] for row in rows(made.blob)] == ["x", None, "", None]


def test_an_open_quote_does_not_swallow_memory(publish: Publish) -> None:
    body = 'code,name\n1,"' + "x\n" * 20_000
    with pytest.raises(BodyMalformed) as refusal:
        publish(body, format="csv", limits=Limits(block_bytes=1024, max_row_bytes=1024))
    assert refusal.value.code in ("row-too-long", "column-count")


@pytest.mark.parametrize("value", ["0x1F", "1e3", " 1", "1_000", "１", "1,0", "NaN", "--1"])
def test_an_integer_is_digits_only(publish: Publish, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        publish(f'code,age\n1,"{value}"\n', format="csv")
    assert refusal.value.errors[0].code == "type"


@pytest.mark.parametrize("value", ["NaN", "inf", "Infinity", "0x1p3", "1e", "."])
def test_a_float_is_a_written_number(publish: Publish, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        publish(f"code,score\n1,{value}\n", format="csv")
    assert refusal.value.errors[0].code == "type"

"""NDJSON: what strict JSON allows is read by line, anything else is named."""

from collections.abc import Callable
from typing import Any

import pytest

from exchange.dataplane.errors import BodyMalformed, Refused, TooLarge
from exchange.dataplane.limits import Limits
from exchange.dataplane.publication import Prepared
from exchange.dataplane.schema import Item, Schema

Publish = Callable[..., Prepared]
Rows = Callable[[Any], list[dict[str, Any]]]

MALFORMED = [
    ("truncated body", '{"code":"1"}\n{"code":"2","na', "json", 2),
    ("NaN", '{"code":"1","score":NaN}\n', "json-not-finite", 1),
    ("Infinity", '{"code":"1","score":-Infinity}\n', "json-not-finite", 1),
    ("NaN in a text field", '{"code":NaN}\n', "json-not-finite", 1),
    ("duplicate key", '{"code":"1"}\n{"code":"1","code":"2"}\n', "json-duplicate-key", 2),
    ("escaped duplicate key", '{"code":"1","\\u0063ode":"2"}\n', "json-duplicate-key", 1),
    ("comma before the brace", '{"code":"1",}\n', "json", 1),
    ("single quotes", "{'code':'1'}\n", "json", 1),
    ("leading zero", '{"code":"1","age":01}\n', "json", 1),
    ("a comment", '{"code":"1"} // x\n', "json", 1),
    ("two objects on a line", '{"code":"1"}{"code":"2"}\n', "json", 1),
    ("two objects on a line, one blank", '{"code":"1"}{"code":"2"}\n\n', "json", 1),
    ("null between objects", '{"code":"1"}null{"code":"2"}\n', "json", 1),
    ("null line", '{"code":"1"}\nnull\n', "json-not-object", 2),
    ("null only", "null\n", "json-not-object", 1),
    ("array line", '[{"code":"1"}]\n', "json-not-object", 1),
    ("string line", '"x"\n', "json-not-object", 1),
    ("lone surrogate", '{"code":"\\ud800"}\n', "json", 1),
    ("raw control character", '{"code":"a\tb"}\n', "json", 1),
    ("deep nesting", '{"code":' + "[" * 200_000 + "]" * 200_000 + "}\n", "json-too-deep", 1),
    ("deep unknown field", '{"x":' + '{"a":' * 40 + "1" + "}" * 40 + "}\n", "json-too-deep", 1),
    ("object over two lines", '{"code":\n"1"}\n', "json", 1),
]


@pytest.mark.parametrize(
    ("body", "code", "line"), [case[1:] for case in MALFORMED], ids=[c[0] for c in MALFORMED]
)
def test_a_body_that_is_no_strict_json_is_refused_whole(
    publish: Publish, stored: Callable[[], list[str]], body: str, code: str, line: int
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        publish(body)
    assert (refusal.value.code, refusal.value.line) == (code, line)
    assert stored() == []


@pytest.mark.parametrize(
    ("body", "code", "line", "column"),
    [
        (b'{"code":"1"}\n{"code":"\xb1\xb1"}\n', "encoding", 2, 10),
        (b'{"code":"1"}\n{"code":"a\x00b"}\n', "nul", 2, 11),
        (b'{"code":"\xed\xa0\x80"}\n', "encoding", 1, 10),
    ],
)
def test_a_bad_byte_is_placed(
    publish: Publish, body: bytes, code: str, line: int, column: int
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        publish(body)
    assert (refusal.value.code, refusal.value.line, refusal.value.column) == (code, line, column)


WRONG = [
    ("unknown field", '"other":1', "other", "unknown-field"),
    ("number for text", '"name":1', "name", "type"),
    ("true for text", '"name":true', "name", "type"),
    ("text for integer", '"age":"12"', "age", "type"),
    ("point for integer", '"age":1.0', "age", "type"),
    ("exponent for integer", '"age":1e1', "age", "type"),
    ("beyond 64 bits", '"age":9223372036854775808', "age", "range"),
    ("5,000 digits", '"age":' + "1" * 5000, "age", "range"),
    ("5,000 digits before the point", '"income":' + "1" * 5000, "income", "range"),
    ("beyond a double", '"score":1e400', "score", "range"),
    ("text for float", '"score":"1.5"', "score", "type"),
    ("decimal with exponent", '"income":1e2', "income", "type"),
    ("decimal text with exponent", '"income":"1e2"', "income", "type"),
    ("decimal no number", '"income":"abc"', "income", "type"),
    ("decimal NaN text", '"income":"NaN"', "income", "type"),
    ("decimal too fine", '"income":1.255', "income", "range"),
    ("decimal too large", '"income":1000000', "income", "range"),
    ("number for boolean", '"married":1', "married", "type"),
    ("text for boolean", '"married":"true"', "married", "type"),
    ("number for date", '"born":20260131', "born", "type"),
    ("other date form", '"born":"2026/01/31"', "born", "type"),
    ("empty date", '"born":""', "born", "type"),
    ("no such day", '"born":"2026-02-30"', "born", "range"),
    ("year 0", '"born":"0000-01-01"', "born", "range"),
    ("year 10000", '"born":"10000-01-01"', "born", "type"),
    ("infinity date", '"born":"infinity"', "born", "type"),
    ("time without zone", '"seen":"2026-01-31T08:00:00"', "seen", "type"),
    ("nanoseconds", '"seen":"2026-01-31T08:00:00.0000001Z"', "seen", "type"),
    ("hour 24", '"seen":"2026-01-31T24:00:00Z"', "seen", "type"),
    ("year 0 by its zone", '"seen":"0001-01-01T00:00:00+08:00"', "seen", "range"),
    ("object for text", '"name":{"a":1}', "name", "type"),
    ("list for text", '"name":["a"]', "name", "type"),
    ("NUL", '"name":"a\\u0000b"', "name", "nul"),
    ("too long", '"name":"一二三四五"', "name", "length"),
    ("below minimum", '"age":-1', "age", "range"),
    ("above maximum", '"age":151', "age", "range"),
]


@pytest.mark.parametrize(
    ("member", "column", "code"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_value_that_breaks_a_rule_is_named_with_its_line(
    publish: Publish, stored: Callable[[], list[str]], member: str, column: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        publish('{"code":"1"}\n{"code":"2",' + member + '}\n{"code":"3"}\n')
    found = refusal.value
    assert [(e.line, e.column, e.code) for e in found.errors] == [(2, column, code)]
    assert (found.received, found.accepted, found.rejected) == (3, 2, 1)
    assert stored() == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ('"age":150', 150),
        ('"age":-0', 0),
        ('"age":null', None),
        ('"income":123456.78', "123456.78"),
        ('"income":"-0.50"', "-0.50"),
        ('"income":1.2500', "1.25"),
        ('"score":-0.0', 0.0),
        ('"score":1e-300', 1e-300),
        ('"name":"}{\\"\\u0061"', '}{"a'),
        ('"name":"𠮷"', "𠮷"),
        ('"name":""', ""),
        ('"born":"0001-01-01"', "0001-01-01"),
        ('"seen":"2026-01-31T08:00:00.5+08:00"', "2026-01-31 00:00:00.500000+00:00"),
    ],
)
@pytest.mark.parametrize("slow", [False, True])
def test_both_routes_read_the_same_value(
    publish: Publish, rows: Rows, member: str, value: Any, slow: bool
) -> None:
    # A blank line sends the block down the slower route.
    made = publish('{"code":"1",' + member + "}\n" + ("\n" if slow else ""))
    name = member.split('"')[1]
    found = rows(made.snapshot)[0][name]
    assert (str(found) if isinstance(value, str) else found) == value
    assert str(found) != "-0.0"


def test_a_decimal_keeps_digits_that_a_double_would_lose(publish: Publish, rows: Rows) -> None:
    schema = Schema((Item("sum", "decimal", length=30, scale=2),))
    body = '{"sum":12345678901234567890.12}\n\n{"sum":"12345678901234567890.13"}\n'
    made = publish(body, kind="append", schema=schema)
    assert [str(row["sum"]) for row in rows(made.blob)] == [
        "12345678901234567890.12",
        "12345678901234567890.13",
    ]


def test_lines_are_physical_over_blocks_blank_lines_and_line_ends(publish: Publish) -> None:
    lines = [f'{{"code":"{number}"}}' for number in range(1, 401)]
    lines[99], lines[299] = "", '{"code":"x","age":"1"}'
    for end in ("\n", "\r\n"):
        with pytest.raises(Refused) as refusal:
            publish(end.join(lines), limits=Limits(block_bytes=512, max_row_bytes=256))
        assert [(e.line, e.code) for e in refusal.value.errors] == [(300, "type")]
        assert (refusal.value.received, refusal.value.rejected) == (399, 1)


def test_a_byte_order_mark_is_no_part_of_the_first_record(publish: Publish) -> None:
    assert publish(b'\xef\xbb\xbf{"code":"1"}\n').accepted == 1


def test_a_line_above_the_limit_is_refused_without_being_parsed(publish: Publish) -> None:
    body = '{"code":"1"}\n{"code":"2","name":"' + "x" * 300 + '"}\n'
    with pytest.raises(BodyMalformed) as refusal:
        publish(body, limits=Limits(max_row_bytes=200))
    assert (refusal.value.code, refusal.value.line) == ("row-too-long", 2)


def test_more_rows_than_the_limit_are_refused(publish: Publish) -> None:
    with pytest.raises(TooLarge, match="too-many-rows"):
        publish('{"code":"1"}\n{"code":"2"}\n', limits=Limits(max_rows=1))


def test_a_refusal_does_not_quote_values(publish: Publish) -> None:
    with pytest.raises(BodyMalformed) as broken:
        publish('{"code":"secret-value')
    assert "secret" not in str(broken.value)
    with pytest.raises(Refused) as refused:
        publish('{"code":"1","name":"zhangsanfeng"}\n')
    assert refused.value.errors[0].value_masked == "z**********g"
    assert "zhang" not in str(refused.value)

"""Row conditions: read from text and JSON, refused in words, and meaning what they say."""

import datetime
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from exchange.dataplane.condition_json import condition_to_json, read_condition
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import (
    All,
    Among,
    Between,
    Compare,
    Condition,
    ConditionInvalid,
    Either,
    Missing,
    Not,
    Starts,
    canonical,
    items_used,
)
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.conditions_at_random import CONDITION, SCHEMA, TABLE, holds

CHILDREN = Schema(
    (
        Item("id", "string", required=True),
        Item("name", "string"),
        Item("division", "string"),
        Item("age", "integer"),
        Item("income", "decimal", length=8, scale=2),
        Item("rate", "float"),
        Item("alone", "boolean"),
        Item("born", "date"),
        Item("seen", "datetime"),
        Item("in", "string"),
    ),
    ("id",),
)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (
            'division = "990100" and age < 16',
            All((Compare("division", "=", "990100"), Compare("age", "<", 16))),
        ),
        (
            "age < 3 or age > 60 and alone = TRUE",
            Either(
                (
                    Compare("age", "<", 3),
                    All((Compare("age", ">", 60), Compare("alone", "=", True))),
                )
            ),
        ),
        ("NOT (age <> -3)", Not(Compare("age", "!=", -3))),
        ("division in ('990100','990200')", Among("division", ("990100", "990200"))),
        ("division not in ('9')", Not(Among("division", ("9",)))),
        ("name is null", Missing("name")),
        ("name Is Not Null", Not(Missing("name"))),
        ('name starts with "王"', Starts("name", "王")),
        ("income >= 12.5", Compare("income", ">=", Decimal("12.50"))),
        ("rate != 1e-3", Compare("rate", "!=", 0.001)),
        (
            'born between "2010-01-01" and "2015-12-31" and age = 1',
            All(
                (
                    Between("born", datetime.date(2010, 1, 1), datetime.date(2015, 12, 31)),
                    Compare("age", "=", 1),
                )
            ),
        ),
        (
            'seen < "2015-09-01T08:00:00+08:00"',
            Compare("seen", "<", datetime.datetime(2015, 9, 1, tzinfo=datetime.UTC)),
        ),
        ("`in` = 'say \"it''s\"'", Compare("in", "=", 'say "it\'s"')),
    ],
)
def test_a_text_says_one_condition(text: str, condition: Condition) -> None:
    assert parse_condition(text, CHILDREN) == condition
    assert parse_condition(canonical(condition), CHILDREN) == condition


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("not(age=1)", "not age = 1"),
        ("not name is null", "name is not null"),
        ("age=1 and (age=2 or not `in` in ('\"'))", 'age = 1 and (age = 2 or `in` not in (""""))'),
        ("income = 1", "income = 1.00"),
        ('seen > "2015-09-01T08:00:00+08:00"', 'seen > "2015-09-01T00:00:00Z"'),
        ("alone=false", "alone = false"),
        ("rate = -0.0", "rate = 0.0"),
    ],
)
def test_equal_conditions_are_written_alike(text: str, written: str) -> None:
    assert canonical(parse_condition(text, CHILDREN)) == written


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 1, "expected the name of an item, found the end"),
        ("agee = 1", 1, "there is no item 'agee'; items: id, name, division"),
        ("age = 1 and Age = 2", 13, "there is no item 'Age'"),
        ('age < "16"', 7, "age is integer: write a whole number of at most 64 bits, such as 16"),
        ("age = 1.5", 7, "age is integer"),
        ("age = 9223372036854775808", 7, "age is integer"),
        (
            "division = 990100",
            12,
            'division is string: write the value in quotes, such as "990100"',
        ),
        ("income = 1.555", 10, "income is decimal: write a number of 8 digits at most, 2 of them"),
        ("income = 1234567", 10, "income is decimal"),
        ("rate = 1e999", 8, "rate is float: write a number, such as 0.5"),
        ("alone = 1", 9, "alone is boolean: write true or false"),
        ("alone > true", 9, "alone is boolean: write alone = true, not >"),
        ('born = "2015-02-30"', 8, "born: there is no day 2015-02-30"),
        ('born = "20150230"', 8, 'write a day in quotes, such as "2015-09-01"'),
        ('seen = "2015-02-03 08:00:00"', 8, "write a time with its zone"),
        ('seen = "2015-02-03T25:00:00Z"', 8, "seen: there is no time"),
        ('seen = "0001-01-01T00:00:00+08:00"', 8, "seen: there is no time"),
        ("age between 5 and 3", 13, "between takes the lower value first"),
        ("age between 5 or 3", 15, "expected 'and' and the upper value, found 'or'"),
        ("age in ()", 9, "expected a value"),
        ("age in (1 2)", 11, "expected ')' or a comma, found '2'"),
        ("age starts with 1", 17, "age is integer; only a string can be tested by its start"),
        ("name starts 'x'", 13, "expected 'with' after starts"),
        ("age is 1", 8, "expected 'null' after is, found '1'"),
        (
            "age not = 1",
            9,
            "expected =, !=, <, <=, >, >=, in, is, starts with or between after age",
        ),
        ("age = 1 age = 2", 9, "expected and, or, or the end, found 'age'"),
        ("(age = 1", 9, "expected ')' to close the bracket of character 1, found the end"),
        ("age = 1)", 8, "expected and, or, or the end, found ')'"),
        ("age = age", 7, "expected a value"),
        ("in = 'x'", 1, "expected the name of an item, found 'in'"),
        ('name = "x', 8, 'the text that starts here has no closing "'),
        ("name = “x”", 8, 'write " instead of the full-width “'),
        ("age = 1 -- all", 9, "this is no number"),
        ("age = 1 /* all */", 9, "'/' has no meaning here"),
        ("age = 1; drop table t", 8, "';' has no meaning here"),
        ("age = 0x10", 7, "this is no number"),
        ("lower(name) = 'x'", 1, "there is no item 'lower'"),
        ("name = 'a\0b'", 8, "name: the text holds a NUL character"),
        ("name = '\ud800'", 8, "name: the text holds half a character"),
        ("(" * 65 + "age = 1" + ")" * 65, 65, "more than 64 brackets are open"),
        ("not " * 65 + "age = 1", 257, "more than 64 brackets are open"),
    ],
)
def test_a_text_that_says_nothing_is_refused_with_its_place(
    text: str, position: int, said: str
) -> None:
    with pytest.raises(ConditionInvalid) as refusal:
        parse_condition(text, CHILDREN)
    assert refusal.value.code == "condition-invalid"
    assert refusal.value.position == position
    assert refusal.value.detail.startswith(f"at character {position}: ")
    assert said in refusal.value.detail


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age = 1 or " * 400, "it has 4400 characters; at most 4000"),
        (" or ".join(["age = 1"] * 201), "it has 201 tests; at most 200"),
        ("(age = 1 or " * 16 + "age = 1" + ")" * 16, "it is nested more than 16 deep"),
    ],
)
def test_a_condition_has_bounds(text: str, said: str) -> None:
    with pytest.raises(ConditionInvalid) as refusal:
        parse_condition(text, CHILDREN)
    assert said in refusal.value.detail


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "a condition is an object"),
        ({}, "op is one of =, !="),
        ({"item": "age", "op": "like", "value": 1}, "op is one of"),
        ({"item": "age", "op": ["="], "value": 1}, "op is one of"),
        ({"item": "age", "op": "="}, "a test with '=' has the members ['item', 'op', 'value']"),
        ({"item": "age", "op": "=", "value": 1, "x": 1}, "has the members"),
        ({"item": "age", "op": "=", "value": True}, "age is integer"),
        ({"item": "age", "op": "=", "value": None}, "age is integer"),
        ({"item": "age", "op": "in", "values": 1}, "values is a list"),
        ({"item": "age", "op": "in", "values": []}, "in takes 1 to 200 values"),
        ({"item": ["age"], "op": "is null"}, "there is no item"),
        ({"item": "rate", "op": "=", "value": float("nan")}, "rate is float"),
        ({"and": [{"item": "age", "op": "is null"}]}, "and, or take a list of 2 to 200"),
        ({"and": [], "or": []}, "op is one of"),
        (
            json.loads('{"not":' * 20 + '{"item": "age", "op": "is null"}' + "}" * 20),
            "it is nested more than 16 deep",
        ),
        (
            {"item": "name", "op": "in", "values": ["x" * 50] * 100},
            "it is longer than 4000 characters",
        ),
    ],
)
def test_json_that_says_nothing_is_refused(data: Any, said: str) -> None:
    with pytest.raises(ConditionInvalid) as refusal:
        read_condition(data, CHILDREN)
    assert said in refusal.value.detail


def test_a_condition_names_the_items_it_looks_at() -> None:
    text = "age < 3 or not (name is null and age in (1)) or income = 1"
    assert items_used(parse_condition(text, CHILDREN)) == {"age", "name", "income"}


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("age != 1", [3]),
        ("not age = 1", [3]),
        ("age not in (1)", [3]),
        ("age != 1 or age is null", [2, 3]),
        ("age is null", [2]),
        ("age = 1 or not age = 1", [1, 3]),
    ],
)
def test_a_row_without_the_item_matches_only_where_null_is_asked_for(
    text: str, matching: list[int]
) -> None:
    schema = Schema((Item("k", "integer", required=True), Item("age", "integer")), ("k",))
    table = pa.table({"k": [1, 2, 3], "age": [1, None, 2]})
    shown = Disclosure(schema, ("k",), condition=parse_condition(text, schema))
    assert disclose_page(table, shown)["k"].to_pylist() == matching


INJECTIONS = (
    "' OR true --",
    '" OR true --',
    "'; DROP TABLE x; --",
    "\\' OR 1=1 #",
    "$1",
    "$v1",
    "%s",
    "%(v1)s",
    "getvariable('v1')",
    "/*",
    "\u2019 OR \u2018\u2019=\u2018",
    "\uff07 OR 1=1",
    "{}",
    "a\nb",
)


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize("form", ["name = {}", "name in ('x', {})", "name starts with {}"])
def test_what_looks_like_sql_is_a_text_like_any_other(value: str, form: str) -> None:
    quoted = "'" + value.replace("'", "''") + "'"
    condition = parse_condition(form.format(quoted), CHILDREN)
    assert parse_condition(canonical(condition), CHILDREN) == condition
    rows = [{"id": "1", "name": value}, {"id": "2", "name": "other"}, {"id": "3"}]
    page = pa.Table.from_pylist(rows, CHILDREN.arrow)
    shown = disclose_page(page, Disclosure(CHILDREN, ("id", "name"), condition=condition))
    assert shown.to_pylist() == [{"id": "1", "name": value}]


@settings(max_examples=200, deadline=None)
@given(CONDITION)
def test_what_is_written_is_read_back_equal(condition: Condition) -> None:
    assert parse_condition(canonical(condition), SCHEMA) == condition
    plain = json.loads(json.dumps(condition_to_json(condition)))
    assert read_condition(plain, SCHEMA) == condition


@settings(max_examples=80, deadline=None)
@given(CONDITION, TABLE)
def test_the_engine_shows_the_rows_for_which_the_condition_holds(
    condition: Condition, rows: list[dict[str, Any]]
) -> None:
    disclosure = Disclosure(SCHEMA, ("k",), condition=condition)
    page = disclose_page(pa.Table.from_pylist(rows, SCHEMA.arrow), disclosure)
    assert page["k"].to_pylist() == [row["k"] for row in rows if holds(condition, row) is True]

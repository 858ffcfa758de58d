"""Records made up from a schema keep to every rule of it."""

import json
from pathlib import Path

import pytest

from exchange.dataplane.publication import prepare
from exchange.dataplane.samples import from_pattern, sample_records
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import FolderStore

HARD = Schema(
    (
        Item("code", "string", required=True, pattern="[0-9]{6}"),
        Item("credit", "string", required=True, check="credit-code", length=18),
        Item("person", "string", check="citizen-id"),
        Item("level", "string", codes=("1", "2")),
        Item("grade", "integer", codes=("7", "8")),
        Item("area", "decimal", length=8, scale=2, minimum="0.5", maximum="9.75"),
        Item("people", "integer", minimum=1000, maximum=2000),
        Item("share", "float", minimum=0, maximum=1),
        Item("urban", "boolean", required=True),
        Item("founded", "date", maximum="1999-12-31"),
        Item("changed", "datetime", minimum="2030-01-01T00:00:00Z"),
        Item("plate", "string", pattern="(京|沪)[A-Z][0-9A-Z]{5}"),
        Item("name", "string", title="名称", length=5),
    ),
    ("code", "credit"),
)


def test_every_sample_is_accepted_by_the_hub_itself(tmp_path: Path) -> None:
    samples = sample_records(HARD, 3)
    assert len(samples) == 3
    body = tmp_path / "body"
    body.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in samples))
    store = FolderStore(tmp_path / "store")
    made = prepare(body, kind="snapshot", format="ndjson", schema=HARD, store=store)
    assert (made.accepted, made.rejected) == (3, 0)
    missing = [name for each in samples for name, value in each.items() if value is None]
    assert missing == []


def test_what_cannot_be_made_up_is_null_and_where_required_there_is_no_sample() -> None:
    odd = Item("odd", "string", pattern="[^a-z]+")
    assert sample_records(Schema((Item("n", "integer"), odd)), 1) == [{"n": 1, "odd": None}]
    needed = Item("odd", "string", pattern="[^a-z]+", required=True)
    assert sample_records(Schema((needed,)), 2) == []


@pytest.mark.parametrize(
    ("pattern", "first", "second"),
    [
        (r"\d{3}", "111", "222"),
        ("[A-C]x?", "Bx", "Cx"),
        ("(?:ab|cd)+", "ab", "cd"),
        ("^9{2}$", "99", "99"),
        (r"\w+\s-", "a -", "a -"),
    ],
)
def test_texts_from_patterns(pattern: str, first: str, second: str) -> None:
    assert (from_pattern(pattern, 0), from_pattern(pattern, 1)) == (first, second)


@pytest.mark.parametrize("pattern", ["a{1000}", "[^0-9]", r"\p{Han}+", "(" * 500])
def test_no_text_from_what_is_no_plain_pattern(pattern: str) -> None:
    assert from_pattern(pattern, 0) is None

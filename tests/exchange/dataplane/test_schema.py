"""A schema is checked when it is made, and evolves under a declared level."""

from typing import Any

import pyarrow as pa
import pytest

from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Item, Schema, incompatibilities

CODE = Item("code", "string", required=True)


def of(*items: Item, key: tuple[str, ...] = ("code",)) -> Schema:
    return Schema((CODE, *items), key)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item("Name", "string"), "lower-case"),
        (Item("_op", "string"), "lower-case"),
        (Item("9a", "string"), "lower-case"),
        (Item("a" * 64, "string"), "lower-case"),
        (Item("xmin", "string"), "lower-case"),
        (Item("a", "text"), "type is one of"),
        (Item("a", "string", length=0), "whole numbers"),
        (Item("a", "integer", length=3), "only string and decimal"),
        (Item("a", "decimal"), "declares its scale"),
        (Item("a", "integer", scale=2), "declares its scale"),
        (Item("a", "decimal", length=39, scale=2), "at most 38"),
        (Item("a", "decimal", length=2, scale=3), "at most 38"),
        (Item("a", "string", pattern="(?=x)"), "RE2"),
        (Item("a", "string", pattern="("), "RE2"),
        (Item("a", "integer", pattern="1"), "only a string"),
        (Item("a", "string", check="isbn"), "check is one of"),
        (Item("a", "integer", check="citizen-id"), "only a string"),
        (Item("a", "date", codes=("1",)), "code list"),
        (Item("a", "string", codes=()), "at least one"),
        (Item("a", "integer", codes=("x",)), "is no integer"),
        (Item("a", "string", minimum=1), "no minimum"),
        (Item("a", "integer", minimum=2, maximum=1), "above maximum"),
        (Item("a", "date", minimum="2026-02-30"), "is no date"),
        (CODE, "stands twice"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(item: Item, said: str) -> None:
    with pytest.raises(Terminal, match=said) as refusal:
        of(item)
    assert refusal.value.code == "schema-invalid"


@pytest.mark.parametrize(
    ("items", "key", "said"),
    [
        ((), (), "1 to 1000 items"),
        ((CODE,), ("id",), "which is no item"),
        ((CODE,), ("code", "code"), "twice"),
        ((Item("code", "string"),), ("code",), "must be required"),
        ((Item("code", "float", required=True),), ("code",), "not a float"),
    ],
)
def test_a_key_names_required_items(
    items: tuple[Item, ...], key: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Terminal, match=said):
        Schema(items, key)


def test_a_schema_survives_json_and_has_a_digest_of_its_own() -> None:
    schema = of(
        Item("kind", "string", title="类型", codes=("1", "2")),
        Item("sum", "decimal", length=12, scale=2, minimum="0.00"),
    )
    again = Schema.from_json(schema.to_json())
    assert again == schema
    assert again.digest == schema.digest
    assert schema.to_json()["items"][0] == {"name": "code", "type": "string", "required": True}
    assert of().digest != schema.digest


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"items": {}},
        {"items": [{"name": "a"}]},
        {"items": [{"name": "a", "type": "string", "nullable": True}]},
        {"items": [{"name": "a", "type": "string", "codes": "ab"}]},
        {"items": [{"name": "a", "type": "string"}], "owner": 1},
        {"items": [{"name": "a", "type": "string", "length": "8"}]},
    ],
)
def test_json_that_is_no_schema_is_refused(data: Any) -> None:
    with pytest.raises(Terminal):
        Schema.from_json(data)


def test_a_selection_keeps_order_and_drops_a_key_cut_short() -> None:
    schema = Schema(
        (CODE, Item("day", "date", required=True), Item("n", "integer")), ("code", "day")
    )
    assert schema.select(["n", "code"]).names == ("code", "n")
    assert schema.select(["n", "code"]).key == ()
    assert schema.select(["day", "code"]).key == ("code", "day")
    with pytest.raises(Terminal, match="other"):
        schema.select(["other"])


def test_arrow_types_are_those_of_the_items() -> None:
    schema = of(Item("a", "decimal", length=8, scale=2), Item("t", "datetime"))
    assert schema.arrow.types == [pa.string(), pa.decimal128(8, 2), pa.timestamp("us", tz="UTC")]
    assert schema.batch_arrow.names == ["_op", "_seq", "code", "a", "t"]


def text(**rules: Any) -> Schema:
    return of(Item("a", "string", **rules))


CHANGES = [
    ("nothing", of(), of(), 0, 0),
    ("optional item added", of(), text(), 0, 0),
    ("required item added", of(), text(required=True), 1, 0),
    ("optional item removed", text(), of(), 0, 0),
    ("required item removed", text(required=True), of(), 0, 1),
    ("made required", text(), text(required=True), 1, 0),
    ("made optional", text(required=True), text(), 0, 1),
    ("type changed", text(), of(Item("a", "date")), 1, 1),
    ("integer to decimal", of(Item("a", "integer")), of(Item("a", "decimal", scale=2)), 0, 1),
    (
        "integer to a narrow decimal",
        of(Item("a", "integer")),
        of(Item("a", "decimal", length=18, scale=0)),
        1,
        1,
    ),
    (
        "decimal widened",
        of(Item("a", "decimal", length=8, scale=2)),
        of(Item("a", "decimal", length=10, scale=3)),
        0,
        1,
    ),
    ("length grown", text(length=4), text(length=5), 0, 1),
    ("length dropped", text(length=4), text(), 0, 1),
    ("pattern set", text(), text(pattern="x"), 1, 0),
    (
        "pattern changed",
        text(pattern="y"),
        text(pattern="x"),
        1,
        1,
    ),
    (
        "minimum raised",
        of(Item("a", "integer", minimum=1)),
        of(Item("a", "integer", minimum=2)),
        1,
        0,
    ),
    ("maximum raised", of(Item("a", "date", maximum="2026-01-01")), of(Item("a", "date")), 0, 1),
    (
        "code added",
        text(codes=("1",)),
        text(codes=("1", "2")),
        0,
        1,
    ),
    (
        "check digit set",
        text(),
        text(check="credit-code"),
        1,
        0,
    ),
    ("title changed", text(), text(title="甲"), 0, 0),
]


@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_each_level_names_what_it_forbids(
    old: Schema, new: Schema, backward: int, forward: int
) -> None:
    assert incompatibilities(old, new, "none") == []
    assert len(incompatibilities(old, new, "backward")) == backward
    assert len(incompatibilities(old, new, "forward")) == forward
    assert len(incompatibilities(old, new, "full")) == backward + forward


def test_a_message_names_the_item_and_who_is_hurt() -> None:
    old, new = of(), of(Item("age", "integer", required=True))
    assert incompatibilities(old, new, "full") == [
        (
            "backward: item 'age' is required and the data is without it; "
            "consumers with the new schema cannot read data already published"
        )
    ]


def test_a_changed_key_breaks_every_level_but_none() -> None:
    new = Schema((CODE, Item("day", "date", required=True)), ("code", "day"))
    old = Schema((CODE, Item("day", "date", required=True)), ("code",))
    assert incompatibilities(old, new, "none") == []
    for level in ("backward", "forward", "full"):
        assert incompatibilities(old, new, level) == ["key: changed from code to code, day"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(Terminal, match="compatibility-level"):
        incompatibilities(of(), of(), "transitive")

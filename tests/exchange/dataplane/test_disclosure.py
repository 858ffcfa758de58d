"""What one grant shows: a disclosure fits its schema or is not made."""

import pytest

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import ConditionInvalid
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.children import CHILDREN, MASKS, NAMES, SALT, disclosure


def test_a_disclosure_that_does_not_fit_the_schema_cannot_be_made() -> None:
    masks = read_masks({"name": {"kind": "full"}}, CHILDREN)
    other = parse_condition("x = 1", Schema((Item("x", "integer"),)))
    retyped = parse_condition("age = 1.5", Schema((Item("age", "float"),)))
    for given_, code in (
        ({"names": ("id", "other")}, "column-unknown"),
        ({"names": ()}, "column-unknown"),
        ({"names": ("id", "id")}, "column-unknown"),
        ({"names": ("name",)}, "key-missing"),
        ({"names": ("id",), "masks": masks}, "mask-invalid"),
        ({"names": ("id",), "masks": read_masks({"id": MASKS["id"]}, CHILDREN)}, "salt-missing"),
        ({"names": ("id",), "condition": other}, "condition-invalid"),
        ({"names": ("id",), "condition": retyped}, "condition-invalid"),
    ):
        with pytest.raises(Terminal) as refusal:
            Disclosure(CHILDREN, **given_)
        assert refusal.value.code == code


def test_a_filter_whose_item_is_gone_shows_nothing_rather_than_everything() -> None:
    shown = disclosure()
    smaller = CHILDREN.select([name for name in CHILDREN.names if name != "secret"])
    with pytest.raises(ConditionInvalid, match="there is no item 'secret'"):
        Disclosure(smaller, shown.names, shown.masks, shown.condition, shown.salt)


def test_the_digest_changes_with_everything_that_is_shown() -> None:
    shown = disclosure()
    fewer = read_masks({**MASKS, "name": {"kind": "full"}}, CHILDREN)
    others = [
        Disclosure(CHILDREN, NAMES[:-1], shown.masks, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES[::-1], shown.masks, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES, fewer, shown.condition, SALT),
        Disclosure(CHILDREN, NAMES, shown.masks, None, SALT),
        Disclosure(CHILDREN, NAMES, shown.masks, shown.condition, b"t" * 32),
    ]
    assert disclosure().digest == shown.digest
    assert len({shown.digest, *(each.digest for each in others)}) == 6
    assert [each.is_plain for each in others] == [False] * 5
    assert Disclosure(CHILDREN, NAMES).is_plain

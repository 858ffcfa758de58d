"""Which steps between schemas keep which level, and what of them each item tells."""

from dataclasses import replace

import pytest

from exchange.dataplane.evolution import item_changes, level_of
from exchange.dataplane.schema import Item, Schema, incompatibilities

CODE = Item("code", "string", required=True, length=6)
NAME = Item("name", "string", length=20)
AREA = Item("area", "decimal", length=10, scale=2)
LEVEL = Item("level", "string", codes=("1", "2"))
SIZE = Item("size", "integer", minimum=0, maximum=100)
OLD = Schema((CODE, NAME, AREA, LEVEL, SIZE), ("code",))


def with_item(item: Item) -> Schema:
    kept = [item if each.name == item.name else each for each in OLD.items]
    return Schema(tuple(kept if item.name in OLD.names else [*kept, item]), OLD.key)


def without(name: str, schema: Schema = OLD) -> Schema:
    return Schema(tuple(item for item in schema.items if item.name != name), schema.key)


# Backward: who reads by the new schema can read what was published under the old one. Forward: who
# reads by the old one can read what will be published under the new one. Full: both.
STEPS = [
    ("nothing", OLD, "full"),
    ("a title", with_item(replace(NAME, title="名称")), "full"),
    ("an optional item more", with_item(Item("mayor", "string")), "full"),
    ("a required item more", with_item(Item("mayor", "string", required=True)), "forward"),
    ("an optional item less", without("name"), "full"),
    ("a longer text", with_item(replace(NAME, length=40)), "backward"),
    ("a text without bound", with_item(replace(NAME, length=None)), "backward"),
    ("a shorter text", with_item(replace(NAME, length=10)), "forward"),
    ("required from now on", with_item(replace(NAME, required=True)), "forward"),
    ("more codes", with_item(replace(LEVEL, codes=("1", "2", "3"))), "backward"),
    ("fewer codes", with_item(replace(LEVEL, codes=("1",))), "forward"),
    ("other codes", with_item(replace(LEVEL, codes=("1", "9"))), "none"),
    ("no code list", with_item(replace(LEVEL, codes=None)), "backward"),
    ("a wider range", with_item(replace(SIZE, maximum=200)), "backward"),
    ("a narrower range", with_item(replace(SIZE, minimum=10)), "forward"),
    ("a moved range", with_item(replace(SIZE, minimum=10, maximum=200)), "none"),
    ("more digits", with_item(replace(AREA, length=12)), "backward"),
    ("fewer digits", with_item(replace(AREA, length=8)), "forward"),
    ("digits moved behind the point", with_item(replace(AREA, scale=4)), "none"),
    ("a pattern", with_item(replace(NAME, pattern="[a-z]+")), "forward"),
    ("a check digit", with_item(replace(NAME, check="credit-code")), "forward"),
    ("another type", with_item(Item("size", "string")), "none"),
    ("another key", Schema((CODE, replace(NAME, required=True)), ("code", "name")), "none"),
]


@pytest.mark.parametrize(("new", "level"), [step[1:] for step in STEPS], ids=[s[0] for s in STEPS])
def test_a_step_keeps_exactly_its_level(new: Schema, level: str) -> None:
    assert level_of(OLD, new) == level
    kept = {"full": {"full", "backward", "forward"}, "none": set()}.get(level, {level})
    for declared in ("full", "backward", "forward"):
        assert (incompatibilities(OLD, new, declared) == []) == (declared in kept)
    assert incompatibilities(OLD, new, "none") == []


@pytest.mark.parametrize(("new", "level"), [step[1:] for step in STEPS], ids=[s[0] for s in STEPS])
def test_the_step_back_keeps_the_mirrored_level(new: Schema, level: str) -> None:
    mirrored = {"backward": "forward", "forward": "backward"}.get(level, level)
    assert level_of(new, OLD) == mirrored


def test_a_required_item_less_is_backward_alone() -> None:
    needed = with_item(replace(NAME, required=True))
    assert level_of(needed, without("name", needed)) == "backward"


def test_each_item_tells_what_changes_and_whom_it_breaks() -> None:
    new = without("size", with_item(replace(NAME, length=10, title="名称")))
    changed, removed = item_changes(OLD, new)
    assert (changed.name, changed.change) == ("name", "changed")
    assert {(each.name, each.before, each.after) for each in changed.aspects} == {
        ("length", 20, 10),
        ("title", "", "名称"),
    }
    assert changed.breaks
    assert changed.backward == ("item 'name' has length 10 and the data may be longer",)
    assert changed.forward == ()
    assert (removed.name, removed.change, removed.breaks) == ("size", "removed", True)
    (added,) = item_changes(OLD, with_item(Item("mayor", "string")))
    assert (added.change, added.breaks) == ("added", False)

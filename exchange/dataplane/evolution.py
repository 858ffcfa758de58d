"""What lies between two schemas, item by item, and what of it readers can bear."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema, incompatibilities, unreadable

Level = Literal["full", "backward", "forward", "none"]


@dataclass(frozen=True)
class Aspect:
    """One rule of an item before and after; None where there was or is none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ItemChange:
    """What happens to one item.

    ``backward`` says why consumers with the new schema cannot read data already published,
    ``forward`` why consumers with the old one cannot read data to come; empty if they can.
    """

    name: str
    change: Literal["added", "removed", "changed"]
    aspects: tuple[Aspect, ...] = ()
    backward: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether somebody who reads the item loses it or cannot go on."""
        return self.change == "removed" or bool(self.backward or self.forward)


def level_of(old: Schema, new: Schema) -> Level:
    """The strongest level under which the step from ``old`` to ``new`` is compatible."""
    backward = not incompatibilities(old, new, "backward")
    forward = not incompatibilities(old, new, "forward")
    if backward and forward:
        return "full"
    if backward:
        return "backward"
    return "forward" if forward else "none"


def item_changes(old: Schema, new: Schema) -> list[ItemChange]:
    """The items that differ, in the order of the new schema, then those that are gone."""
    backward = _by_item(reader=new, writer=old)
    forward = _by_item(reader=old, writer=new)
    found = []
    for item in new.items:
        before = old.by_name.get(item.name)
        aspects = _aspects(before, item) if before else ()
        if before and not aspects:
            continue
        found.append(
            ItemChange(
                item.name,
                "changed" if before else "added",
                aspects,
                backward.get(item.name, ()),
                forward.get(item.name, ()),
            )
        )
    gone = [item.name for item in old.items if item.name not in new.by_name]
    return found + [ItemChange(name, "removed", forward=forward.get(name, ())) for name in gone]


def _by_item(*, reader: Schema, writer: Schema) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, why in unreadable(reader=reader, writer=writer):
        found[name] = (*found.get(name, ()), why)
    return found


def _aspects(before: Item, after: Item) -> tuple[Aspect, ...]:
    values = ((each.name, getattr(before, each.name), getattr(after, each.name)) for each in _RULES)
    return tuple(Aspect(name, old, new) for name, old, new in values if old != new)


_RULES = tuple(each for each in fields(Item) if each.name != "name")

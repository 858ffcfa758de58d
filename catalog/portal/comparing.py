"""What differs between two versions of an entry, line by line, with what was said of each place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.differences import Difference, differences
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, METADATA_NAMES
from catalog.models import Comment, Entry, Item
from catalog.portal import words
from catalog.versions import entry_values, item_values, items_of


@dataclass(frozen=True)
class Line:
    """A place that differs: its pointer, its name, what stood there and what stands there."""

    pointer: str
    title: str
    old: str
    new: str
    comments: list[Comment] = field(default_factory=list)


def changes_between(before: Entry, after: Entry) -> list[Line]:
    """Every place that differs, in the guide's order, items last."""
    found = differences(_plain(before), _plain(after))
    lines = [
        Line(
            f"/{name}",
            words.column_title(c),
            words.column_label(c, old),
            words.column_label(c, new),
        )
        for name, old, new in found.metadata
        for c in [ENTRY_COLUMNS[name]]
    ]
    places = {item.column: place for place, item in enumerate(items_of(after))}
    return [*lines, *_item_lines(found, places)]


def with_comments(lines: list[Line], comments: list[Comment]) -> list[Comment]:
    """Put comments beside the lines that they are about; gives the others."""
    by_pointer = {line.pointer: line for line in lines}
    others = []
    for comment in comments:
        line = by_pointer.get(comment.pointer)
        if line is None:
            others.append(comment)
        else:
            line.comments.append(comment)
    return others


def place_choices(items: list[Item]) -> list[tuple[str, str]]:
    """Every place that can be spoken of, in words."""
    fields = [(f"/{name}", words.column_title(ENTRY_COLUMNS[name])) for name in METADATA_NAMES]
    told = [(f"/items/{place}", item.name) for place, item in enumerate(items)]
    return [*fields, ("/items", gettext("Every item")), *told]


def place_word(pointer: str, items: list[Item]) -> str:
    """A place in words."""
    parts = pointer.strip("/").split("/")
    if parts[0] != "items":
        column = ENTRY_COLUMNS.get(parts[0])
        return words.column_title(column) if column else pointer
    if len(parts) == 1:
        return gettext("Every item")
    place = int(parts[1])
    name = items[place].name if place < len(items) else str(place + 1)
    column = ITEM_COLUMNS.get(parts[2]) if len(parts) > 2 else None
    return f"{name}: {words.column_title(column)}" if column else name


def _item_lines(found: Difference, places: dict[str, int]) -> Iterator[Line]:
    for item in found.added:
        yield Line(f"/items/{places[item['column']]}", item["name"], "", str(_("added")))
    for item in found.removed:
        yield Line("/items", item["name"], str(_("was there")), str(_("removed")))
    for changed in found.changed:
        for name, old, new in changed.changes:
            column = ITEM_COLUMNS.get(name)
            if column:
                told = f"{changed.name}: {words.column_title(column)}"
                labels = words.column_label(column, old), words.column_label(column, new)
                yield Line(f"/items/{places[changed.column]}/{name}", told, *labels)


def _plain(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = entry_values(entry)
    values["source_system"] = str(entry.source_system or "")
    values["items"] = [
        {**item_values(item), "source_department": item.source_department}
        for item in items_of(entry)
    ]
    return values

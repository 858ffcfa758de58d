"""From a source's columns to the items they could become: names, types, lengths."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from exchange.dataplane.connectors.base import Column, Described
from exchange.dataplane.items import MAX_PRECISION, NAME, RESERVED, Item
from exchange.dataplane.schema import Schema

# Where a source names no scale: enough for money and measures.
OPEN_SCALE = 10
# Whole numbers of so many digits fit 64 bits.
INTEGER_DIGITS = 18


@dataclass(frozen=True)
class Kind:
    """What an item needs to know of a column's type."""

    type: str
    length: int | None = None
    scale: int | None = None


STRING = Kind("string")


def numeric(precision: int | None, scale: int | None) -> Kind:
    """The kind of an exact number with so many digits, of which ``scale`` behind the point."""
    if precision is None:
        return Kind("decimal", MAX_PRECISION, OPEN_SCALE)
    scale = scale or 0
    if scale == 0 and precision <= INTEGER_DIGITS:
        return Kind("integer")
    if not 0 <= scale <= precision <= MAX_PRECISION:
        return STRING
    return Kind("decimal", precision, scale)


def text(length: int | None) -> Kind:
    """The kind of a text of at most so many characters."""
    return Kind("string", length) if length else STRING


@dataclass(frozen=True)
class Found:
    """A column as a source's catalogue tells of it."""

    name: str
    type: str
    nullable: bool
    kind: Kind
    title: str = ""


def columns_of(found: Iterable[Found]) -> tuple[Column, ...]:
    """The columns with an item each; the items' names are lawful and no two are equal."""
    made: list[Column] = []
    taken: set[str] = set()
    for column in found:
        name = _unused(item_name(column.name), taken)
        taken.add(name)
        kind = column.kind
        item = Item(
            name,
            kind.type,
            title=(column.title or ("" if column.name == name else column.name))[:120],
            length=kind.length,
            scale=kind.scale,
            required=not column.nullable,
        )
        made.append(Column(column.name, column.type, column.nullable, item))
    return tuple(made)


def propose(described: Described) -> Schema:
    """The schema that the table could be published under, with its key if that can be one."""
    by_source = {column.name: column.item for column in described.columns}
    key = tuple(by_source[name].name for name in described.key if name in by_source)
    if any(by_source[name].type == "float" for name in described.key if name in by_source):
        key = ()
    items = (
        replace(column.item, required=column.item.required or column.item.name in key)
        for column in described.columns
    )
    return Schema(tuple(items), key)


def mapping(described: Described) -> dict[str, str]:
    """The source's column by the name of the item it is read into."""
    return {column.item.name: column.name for column in described.columns}


def item_name(name: str) -> str:
    """A lawful item name near a source's; Chinese by its pinyin."""
    spelled = name if name.isascii() else _in_letters(name)
    # What was written together in capitals and small letters is parted: idCard, id_card.
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", spelled).lower()
    plain = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "_", parted)).strip("_")[:63]
    if not NAME.fullmatch(plain):
        plain = f"c_{plain}"[:63].rstrip("_")
    return f"{plain}_" if plain in RESERVED else plain


def _in_letters(name: str) -> str:
    # Imported at the first need: its dictionaries take 55 MB, and most workers propose nothing.
    from pypinyin import lazy_pinyin

    return "_".join(lazy_pinyin(name))


def _unused(name: str, taken: set[str]) -> str:
    number, unused = 2, name
    while unused in taken:
        unused = f"{name[:59]}_{number}"
        number += 1
    return unused

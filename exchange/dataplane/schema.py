"""What a record of a dataset looks like: named, typed items with their rules, and a key."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import Any

import pyarrow as pa

from exchange.dataplane.errors import Terminal
from exchange.dataplane.items import Item, bound_value, check_item, invalid

__all__ = ["Item", "Schema", "incompatibilities", "unreadable"]

MAX_ITEMS = 1000
LEVELS = ("none", "backward", "forward", "full")


@dataclass(frozen=True)
class Schema:
    """Items in order and the names of the key; checked when made, Terminal ``schema-invalid``."""

    items: tuple[Item, ...]
    key: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))
        object.__setattr__(self, "key", tuple(self.key))
        _check_schema(self)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items)

    @cached_property
    def by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of a snapshot file."""
        return pa.schema([pa.field(item.name, item.arrow_type) for item in self.items])

    @cached_property
    def batch_arrow(self) -> pa.Schema:
        """The Arrow schema of a batch file: ``_op``, ``_seq``, then the items."""
        head = [pa.field("_op", pa.string()), pa.field("_seq", pa.int64())]
        return pa.schema(head + list(self.arrow))

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex of the canonical JSON; equal for equal schemas only."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def select(self, names: Iterable[str]) -> "Schema":
        """The schema of these items alone, in the schema's order; a key cut short is no key."""
        wanted = set(names)
        unknown = wanted - set(self.names)
        if unknown:
            raise Terminal("column-unknown", ", ".join(sorted(unknown)))
        kept = tuple(item for item in self.items if item.name in wanted)
        return Schema(kept, self.key if set(self.key) <= wanted else ())

    def to_json(self) -> dict[str, Any]:
        """Plain values; members at their default are left out."""
        return {"items": [_item_to_json(item) for item in self.items], "key": list(self.key)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Schema":
        """The reverse of ``to_json``; unknown members are refused."""
        if not isinstance(data, Mapping) or set(data) - {"items", "key"}:
            raise invalid("a schema has the members items and key")
        items, key = data.get("items"), data.get("key", [])
        if not isinstance(items, list) or not isinstance(key, list):
            raise invalid("items and key are lists")
        return cls(tuple(_item_from_json(item) for item in items), tuple(key))


def _item_to_json(item: Item) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for member in fields(item):
        value = getattr(item, member.name)
        if member.default is MISSING or value != member.default:
            plain[member.name] = list(value) if isinstance(value, tuple) else value
    return plain


def _item_from_json(data: Any) -> Item:
    if not isinstance(data, Mapping) or not {"name", "type"} <= set(data):
        raise invalid("an item is an object with name and type")
    unknown = set(data) - {member.name for member in fields(Item)}
    if unknown:
        raise invalid(f"item {data['name']!r}: unknown member {sorted(unknown)[0]!r}")
    codes = data.get("codes")
    if codes is not None and not isinstance(codes, list):
        raise invalid(f"item {data['name']!r}: codes is a list")
    return Item(**{**data, "codes": None if codes is None else tuple(codes)})


def _check_schema(schema: Schema) -> None:
    if not 1 <= len(schema.items) <= MAX_ITEMS:
        raise invalid(f"a schema has 1 to {MAX_ITEMS} items")
    seen: set[str] = set()
    for item in schema.items:
        check_item(item)
        if item.name in seen:
            raise invalid(f"item {item.name!r} stands twice")
        seen.add(item.name)
    if len(set(schema.key)) != len(schema.key):
        raise invalid("the key names an item twice")
    for name in schema.key:
        named = next((item for item in schema.items if item.name == name), None)
        if named is None:
            raise invalid(f"the key names {name!r}, which is no item")
        if not named.required or named.type == "float":
            raise invalid(f"key item {name!r} must be required and not a float")


def incompatibilities(old: Schema, new: Schema, level: str) -> list[str]:
    """What in ``new`` breaks the declared level, one sentence an item; empty means compatible.

    As in a schema registry: "backward" means consumers with the new schema can read data
    published under the old one, "forward" the reverse, "full" both. A changed key breaks every
    level but "none", for the published changes name their rows by it.
    """
    if level not in LEVELS:
        raise Terminal("compatibility-level", f"level is one of {', '.join(LEVELS)}")
    if level == "none":
        return []
    found = []
    if old.key != new.key:
        found.append(f"key: changed from {_listed(old.key)} to {_listed(new.key)}")
    if level in ("backward", "full"):
        found += [
            f"backward: {text}; consumers with the new schema cannot read data already published"
            for _, text in unreadable(reader=new, writer=old)
        ]
    if level in ("forward", "full"):
        found += [
            f"forward: {text}; consumers with the old schema cannot read data to come"
            for _, text in unreadable(reader=old, writer=new)
        ]
    return found


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def unreadable(*, reader: Schema, writer: Schema) -> Iterator[tuple[str, str]]:
    """Why who expects ``reader`` cannot take every row that satisfies ``writer``, by item."""
    for item in reader.items:
        written = writer.by_name.get(item.name)
        if written is None:
            if item.required:
                yield item.name, f"item {item.name!r} is required and the data is without it"
            continue
        if not _holds(item, written):
            has = _shape(written)
            yield item.name, f"item {item.name!r} is {_shape(item)} and the data has {has}"
        else:
            for why in _narrower(item, written):
                yield item.name, f"item {item.name!r} {why}"


def _shape(item: Item) -> str:
    if item.type == "decimal":
        return f"decimal({item.precision},{item.scale})"
    return item.type


def _holds(wide: Item, narrow: Item) -> bool:
    """Whether every value of ``narrow`` has an exact value of ``wide``'s type."""
    if wide.type != "decimal":
        return wide.type == narrow.type
    if narrow.type == "integer":
        return wide.precision - (wide.scale or 0) >= 19
    if narrow.type != "decimal":
        return False
    scale, other = wide.scale or 0, narrow.scale or 0
    return scale >= other and wide.precision - scale >= narrow.precision - other


def _narrower(reader: Item, writer: Item) -> Iterator[str]:
    if reader.required and not writer.required:
        yield "is required and the data may be without it"
    if reader.type == "string" and (reader.length or 1 << 62) < (writer.length or 1 << 62):
        yield f"has length {reader.length} and the data may be longer"
    if reader.pattern not in (None, writer.pattern):
        yield "has a pattern that the data need not match"
    if reader.check not in (None, writer.check):
        yield f"has the check digit {reader.check} and the data may be without it"
    if reader.codes and (not writer.codes or set(writer.codes) - set(reader.codes)):
        yield "has a code list that the data may leave"
    if _beyond(reader.minimum, writer.minimum, writer, low=True):
        yield f"has the minimum {reader.minimum} and the data may lie below"
    if _beyond(reader.maximum, writer.maximum, writer, low=False):
        yield f"has the maximum {reader.maximum} and the data may lie above"


def _beyond(reader: Any, writer: Any, item: Item, *, low: bool) -> bool:
    """Whether data within the writer's bound may lie outside the reader's."""
    if reader is None or writer is None:
        return reader is not None
    ours, theirs = (bound_value(item, value) for value in (reader, writer))
    return bool(theirs < ours if low else theirs > ours)

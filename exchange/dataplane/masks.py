"""What a receiver sees instead of an item's value: the masks of a grant, by item.

A mask is compiled to an expression over the typed column. What it hides never reaches a file or
an answer; null stays null unless a mask says otherwise.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from exchange.dataplane.errors import Terminal
from exchange.dataplane.items import Item
from exchange.dataplane.mask_kinds import (
    Bucket,
    Division,
    Full,
    Hash,
    Mask,
    Partial,
    Period,
)
from exchange.dataplane.schema import Schema

__all__ = ["KINDS", "Mask", "masked_schema", "read_mask", "read_masks"]

KINDS: dict[str, type[Mask]] = {
    kind.kind: kind for kind in (Full, Partial, Hash, Period, Division, Bucket)
}


def read_mask(data: Any, item: Item, *, is_key: bool = False) -> Mask:
    """The mask that the plain values describe, fit for the item; Terminal ``mask-invalid``."""
    try:
        return _fit(_made(data), item, is_key=is_key)
    except ValueError as error:
        raise Terminal("mask-invalid", f"item {item.name!r}: {error}") from None


def read_masks(data: Any, schema: Schema) -> dict[str, Mask]:
    """Masks by the name of their item, each fit for it; Terminal ``mask-invalid``."""
    if not isinstance(data, Mapping):
        raise Terminal("mask-invalid", "masks are an object: a mask by the name of its item")
    unknown = [name for name in data if name not in schema.by_name]
    if unknown:
        raise Terminal("mask-invalid", f"there is no item {str(unknown[0])[:63]!r}")
    return {
        name: read_mask(mask, schema.by_name[name], is_key=name in schema.key)
        for name, mask in data.items()
    }


def check_masks(masks: Mapping[str, Mask], schema: Schema) -> None:
    """Terminal ``mask-invalid`` unless each mask fits its item of the schema as it is now."""
    read_masks({name: mask.to_json() for name, mask in masks.items()}, schema)


def masked_schema(schema: Schema, masks: Mapping[str, Mask]) -> Schema:
    """What the receiver gets: types and rules of masked items change, names and key stay."""
    return Schema(
        tuple(
            masks[item.name].shown(item) if item.name in masks else item for item in schema.items
        ),
        schema.key,
    )


def _made(data: Any) -> Mask:
    if not isinstance(data, Mapping):
        raise ValueError('a mask is an object such as {"kind": "full"}')
    name = data.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    members = [member.name for member in fields(kind)]
    unknown = [str(each) for each in data if each != "kind" and each not in members]
    if unknown:
        known = ", ".join(members) or "no members but kind"
        raise ValueError(f"unknown member {unknown[0]!r}; a mask {name!r} has {known}")
    return kind(**{each: value for each, value in data.items() if each != "kind"})


def _fit(mask: Mask, item: Item, *, is_key: bool) -> Mask:
    if is_key and not isinstance(mask, Hash):
        raise ValueError(
            f"it is part of the key, which must stay unique and stable: mask it with hash, "
            f"not {mask.kind}, or leave it as it is"
        )
    mask.check(item)
    return mask

"""From the catalogue's items to the schema that a dataset's records keep to."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from catalog.items import items_in_force
from catalog.models import Item as CatalogItem
from catalog.models import Resource
from catalog.vocabulary import ItemType
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Item, Schema
from exchange.errors import SchemaImpossible
from kernel.texts import Text

_TYPES = {
    ItemType.STRING: "string",
    ItemType.MEMO: "string",
    ItemType.GENERAL: "string",
    ItemType.TEXT: "string",
    ItemType.NUMBER: "decimal",
    ItemType.MONEY: "decimal",
    ItemType.DATE: "date",
    ItemType.DATETIME: "datetime",
    ItemType.LOGICAL: "boolean",
    ItemType.DOUBLE: "float",
    ItemType.FLOAT: "float",
    ItemType.INTEGER: "integer",
}
_MOST_DIGITS = 38


def schema_of(items: Iterable[CatalogItem]) -> Schema:
    """The schema of these items, the key being those marked as key; SchemaImpossible if none.

    An item that names a code list takes the codes of the list's version in force now.
    """
    items = list(items)
    prefetch_related_objects(items, "code_list__current")
    try:
        return Schema(
            items=tuple(_column(item) for item in items),
            key=tuple(item.column for item in items if item.is_key),
        )
    except Terminal as fault:
        raise SchemaImpossible(fault.detail) from fault


def schema_in_force(resource: Resource) -> Schema:
    """The schema of the items that the catalogue has in force; NotInForce if there are none."""
    return schema_of(items_in_force(resource))


def _column(item: CatalogItem) -> Item:
    kind = _TYPES.get(ItemType(item.data_type))
    if kind is None:
        raise SchemaImpossible(
            Text(
                "item {column!r}: type {data_type} cannot be exchanged as a record",
                column=item.column,
                data_type=item.data_type,
            ),
            item=item.column,
        )
    decimal = kind == "decimal"
    length = item.length if kind == "string" or decimal else None
    return Item(
        name=item.column,
        type=kind,
        title=item.name,
        length=min(length, _MOST_DIGITS) if length and decimal else length,
        scale=_scale(item) if decimal else None,
        required=item.is_required or item.is_key,
        pattern=item.pattern or None,
        codes=_codes(item),
        check=item.check_digit or None,
    )


def _codes(item: CatalogItem) -> tuple[str, ...] | None:
    named = item.code_list
    listed = named.current.codes if named is not None and named.current is not None else []
    return tuple(item.codes or listed) or None


def _scale(item: CatalogItem) -> int:
    return item.scale if item.scale is not None else (2 if item.data_type == ItemType.MONEY else 0)

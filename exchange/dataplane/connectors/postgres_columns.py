"""How each column of a PostgreSQL source is selected, and which Arrow type its text has."""

from dataclasses import dataclass

import pyarrow as pa
from psycopg2 import sql

from exchange.dataplane.connectors.postgres_catalog import kind_of
from exchange.dataplane.items import Item

_WHOLE = ("smallint", "integer", "bigint")
# Types whose value, as an item of the type beside it, says exactly what the source has.
_EXACT = {
    **dict.fromkeys(_WHOLE, "integer"),
    "text": "string",
    "uuid": "string",
    "date": "date",
    "timestamp with time zone": "datetime",
}


@dataclass(frozen=True)
class Selected:
    """One selected column: its SQL, the Arrow type of its CSV, and whether it can tell a place."""

    name: str
    expression: sql.Composable
    arrow: pa.DataType
    exact: bool


def selected(source: str, type_: str, item: Item, zone: str) -> Selected:
    """The column as the item; as text where a value might not be of the item's type.

    A time without a zone is read as a time of ``zone``.
    """
    column = sql.Identifier(source)
    exact = _EXACT.get(type_) == item.type or (
        item.type == "string" and type_.startswith("character varying")
    )
    if item.type == "datetime" and type_.startswith("timestamp") and "without" in type_:
        placed = sql.SQL("{} AT TIME ZONE {}").format(column, sql.Literal(zone))
        return Selected(item.name, placed, item.arrow_type, False)
    if item.type == "string":
        shown = column if exact and type_ != "uuid" else sql.SQL("{}::text").format(column)
        return Selected(item.name, shown, pa.string(), exact)
    if _holds(item, type_):
        return Selected(item.name, column, item.arrow_type, exact)
    return Selected(item.name, sql.SQL("{}::text").format(column), pa.string(), False)


def _holds(item: Item, type_: str) -> bool:
    """Whether the item's type takes what a column of this type usually holds."""
    kind = kind_of(type_)
    if item.type == "decimal":
        if kind.type == "integer":
            return item.precision - (item.scale or 0) >= 19
        scale, wanted = kind.scale or 0, item.scale or 0
        whole = (kind.length or 0) - scale
        return kind.type == "decimal" and scale <= wanted and whole <= item.precision - wanted
    if item.type == "float":
        return kind.type in ("float", "integer", "decimal")
    return kind.type == item.type

"""What a database holds, by SQLAlchemy's inspection: its tables, their columns and keys."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from exchange.dataplane.connectors.base import Described
from exchange.dataplane.connectors.proposing import (
    STRING,
    Found,
    Kind,
    columns_of,
    numeric,
    text,
)
from exchange.dataplane.errors import Terminal

MOST_TABLES = 10_000
_OWN_SCHEMAS = frozenset(
    {"information_schema", "performance_schema", "mysql", "sys", "pg_catalog", "pg_toast"}
)


@dataclass(frozen=True)
class SqlTable:
    """One table with its columns as SQLAlchemy knows them."""

    table: sa.TableClause
    types: dict[str, sa.types.TypeEngine[Any]]
    described: Described

    @property
    def nullable(self) -> frozenset[str]:
        return frozenset(c.name for c in self.described.columns if c.nullable)


def list_tables(connection: Connection) -> list[str]:
    """Tables and views of the schemas that the login sees, as ``schema.name``."""
    inspector = sa.inspect(connection)
    found: list[str] = []
    for schema in inspector.get_schema_names():
        if schema.lower() in _OWN_SCHEMAS:
            continue
        names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
        found += [f"{schema}.{name}" for name in names]
        if len(found) > MOST_TABLES:
            break
    return sorted(found)[:MOST_TABLES]


def find_table(connection: Connection, wanted: str) -> SqlTable:
    """The table of this name; Terminal ``source-mismatch`` if there is none to be read."""
    inspector = sa.inspect(connection)
    schema, _, name = wanted.rpartition(".")
    try:
        columns = inspector.get_columns(name, schema or None)
        key = _key(inspector, name, schema or None)
    except sa.exc.NoSuchTableError:
        raise _absent(wanted) from None
    if not columns:
        raise _absent(wanted)
    found = [
        Found(
            column["name"],
            str(column["type"]),
            bool(column.get("nullable", True)) and column["name"] not in key,
            kind_of(column["type"]),
            column.get("comment") or "",
        )
        for column in columns
    ]
    return SqlTable(
        sa.table(name, *(sa.column(c["name"], c["type"]) for c in columns), schema=schema or None),
        {column["name"]: column["type"] for column in columns},
        Described(wanted, columns_of(found), key=key),
    )


def _absent(wanted: str) -> Terminal:
    return Terminal("source-mismatch", f"There is no table {wanted!r} that the login may read.")


def _key(inspector: sa.Inspector, name: str, schema: str | None) -> tuple[str, ...]:
    return tuple(inspector.get_pk_constraint(name, schema).get("constrained_columns") or ())


def kind_of(type_: sa.types.TypeEngine[Any]) -> Kind:
    """What a column of this type holds."""
    name = type(type_).__name__.upper()
    if isinstance(type_, sa.Boolean) or (name == "BIT" and not getattr(type_, "length", 0)):
        return Kind("boolean")
    if name == "TINYINT" and getattr(type_, "display_width", None) == 1:
        return Kind("boolean")
    if isinstance(type_, sa.Integer):
        big = getattr(type_, "unsigned", False) and isinstance(type_, sa.BigInteger)
        return numeric(20, 0) if big else Kind("integer")
    if isinstance(type_, sa.Float):
        return Kind("float")
    if isinstance(type_, sa.Numeric):
        return numeric(type_.precision, type_.scale)
    return _other(type_, name)


def _other(type_: sa.types.TypeEngine[Any], name: str) -> Kind:
    if isinstance(type_, sa.DateTime):
        return Kind("datetime")
    if isinstance(type_, sa.Date):
        return Kind("date")
    if isinstance(type_, sa.String) and not isinstance(type_, sa.Enum) and name != "SET":
        return text(None if isinstance(type_, sa.Text) else type_.length)
    return STRING

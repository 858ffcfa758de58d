"""What a PostgreSQL source holds: its tables, their columns and keys."""

import re
from dataclasses import dataclass
from typing import Any

from psycopg2 import extensions

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

_VISIBLE = (
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"
    " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
    " AND has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT')"
    " OR has_any_column_privilege(c.oid, 'SELECT'))"
)
_COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " coalesce(col_description(a.attrelid, a.attnum), '')"
    " FROM pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped"
    " AND has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY a.attnum"
)
# The primary key, or else a unique index over columns that are never null.
_KEY = (
    "SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i,"
    " unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)"
    " JOIN pg_attribute a ON a.attnum = k.number"
    " WHERE i.indrelid = %s AND a.attrelid = i.indrelid AND i.indisunique"
    " AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts"
    " GROUP BY i.indexrelid, i.indisprimary HAVING bool_and(a.attnotnull)"
    " ORDER BY i.indisprimary DESC, count(*), i.indexrelid LIMIT 1"
)
_PLAIN = {
    "smallint": Kind("integer"),
    "integer": Kind("integer"),
    "bigint": Kind("integer"),
    "real": Kind("float"),
    "double precision": Kind("float"),
    "boolean": Kind("boolean"),
    "date": Kind("date"),
    "text": STRING,
}


@dataclass(frozen=True)
class Table:
    """One relation of the source, found by the name that ``tables`` gave it."""

    oid: int
    schema: str
    name: str
    described: Described

    @property
    def types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.described.columns}

    @property
    def nullable(self) -> frozenset[str]:
        return frozenset(c.name for c in self.described.columns if c.nullable)


def list_tables(cursor: extensions.cursor) -> list[str]:
    """Every relation the login may read, as ``schema.name``."""
    cursor.execute(f"SELECT n.nspname || '.' || c.relname{_VISIBLE} ORDER BY 1 LIMIT {MOST_TABLES}")
    return [name for (name,) in cursor.fetchall()]


def find_table(cursor: extensions.cursor, wanted: str) -> Table:
    """The relation of this name; Terminal ``source-mismatch`` if there is none to be read."""
    full = wanted if "." in wanted else f"public.{wanted}"
    cursor.execute(
        "SELECT c.oid, n.nspname, c.relname, c.reltuples::bigint"
        f"{_VISIBLE} AND n.nspname || '.' || c.relname = %s",
        [full],
    )
    row = cursor.fetchone()
    if row is None:
        raise Terminal("source-mismatch", f"There is no table {wanted!r} that the login may read.")
    oid, schema, name, rows = row
    return Table(oid, schema, name, _described(cursor, oid, full, rows))


def _described(cursor: extensions.cursor, oid: int, table: str, rows: int) -> Described:
    cursor.execute(_COLUMNS, [oid])
    found = [
        Found(name, type_, not required, kind_of(type_), title)
        for name, type_, required, title in cursor.fetchall()
    ]
    cursor.execute(_KEY, [oid])
    key: tuple[Any, ...] | None = cursor.fetchone()
    return Described(
        table,
        columns_of(found),
        key=tuple(key[0]) if key else (),
        rows=rows if rows >= 0 else None,
    )


def kind_of(type_: str) -> Kind:
    """What a column of this type, as ``format_type`` spells it, holds."""
    if type_ in _PLAIN:
        return _PLAIN[type_]
    if type_.endswith("]"):
        return STRING
    base, numbers = _parted(type_)
    if base == "numeric":
        return numeric(*numbers, *[None] * (2 - len(numbers)))
    if base.startswith("timestamp"):
        return Kind("datetime")
    if base in ("character varying", "character"):
        return text(numbers[0] if numbers else None)
    return STRING


def _parted(type_: str) -> tuple[str, list[int]]:
    """``numeric(12,2)`` as ``("numeric", [12, 2])``."""
    found = re.search(r"\(([0-9]+)(?:,(-?[0-9]+))?\)", type_)
    if found is None:
        return type_, []
    numbers = [int(number) for number in found.groups() if number is not None]
    return (type_[: found.start()] + type_[found.end() :]).strip(), numbers

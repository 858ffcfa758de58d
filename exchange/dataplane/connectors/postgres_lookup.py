"""Statements that find single rows of a PostgreSQL table: made once, asked many times."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg2 import sql

from exchange.dataplane.binding import Bound
from exchange.dataplane.condition_columns import condition_sql
from exchange.dataplane.conditions import Condition
from exchange.dataplane.connectors.postgres_tables import Table, names
from exchange.dataplane.errors import Terminal

LOOKUP_SECONDS = 5
# Said before a statement, in the same transaction, for which alone it holds.
TIME_LIMIT = f"SET LOCAL statement_timeout = {LOOKUP_SECONDS * 1000}; "
Row = tuple[Any, ...]
Run = Callable[[Any, str, Mapping[str, Any]], None]


def run(cursor: Any, query: str, values: Mapping[str, Any]) -> None:
    """Run a query of a finder within its time."""
    cursor.execute(TIME_LIMIT + query, values)


class Finder:
    """Finds rows of a table that a condition shows, by items or by whole keys.

    A cursor is one of psycopg2's or Django's; each call is one round trip, and no statement runs
    longer than LOOKUP_SECONDS. ``run`` may have statements kept that are asked again.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        condition: Condition | None = None,
        run: Run = run,
    ) -> None:
        table.require(list(columns))
        self._table = table
        self._run = run
        self._columns = list(columns)
        bound = Bound("postgres")
        self._shown = condition_sql(condition, table.schema, bound) if condition else "true"
        self._bound = dict(bound.values)
        self._by_items = cache(self._make_by_items)
        self._by_keys = cache(self._make_by_keys)

    def find(self, cursor: Any, where: Mapping[str, Any], limit: int) -> list[Row]:
        """At most ``limit`` rows, ordered by key, whose items equal those of ``where``.

        None means absent. Terminal ``unknown-item``, or ``value-refused`` for a text with NUL.
        """
        self._table.require([*self._columns, *where])
        _refuse_nul(where.values())
        absent = frozenset(name for name, value in where.items() if value is None)
        query = self._by_items(tuple(where), absent)
        wanted = {f"_is_{name}": value for name, value in where.items()}
        self._run(cursor, query, {**self._bound, **wanted, "_limit": limit})
        found: list[Row] = cursor.fetchall()
        return found

    def find_keys(self, cursor: Any, keys: Sequence[Row]) -> list[Row]:
        """The rows of these keys, each behind the place of its key in the list, counted from 1.

        Each key has a value for each item of the table's key, in its order.
        """
        for key in keys:
            _refuse_nul(key)
        columns = {f"_key_{at}": [key[at] for key in keys] for at in range(len(self._table.key))}
        self._run(cursor, self._by_keys(), {**self._bound, **columns})
        found: list[Row] = cursor.fetchall()
        return found

    def _make_by_items(self, where: tuple[str, ...], absent: frozenset[str]) -> str:
        tests = [_equals(name, is_null=name in absent) for name in where]
        return _written(
            sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT %(_limit)s").format(
                names(self._columns),
                self._table.identifier,
                sql.SQL(" AND ").join([sql.SQL(self._shown), *tests]),
                names(self._table.key),
            )
        )

    def _make_by_keys(self) -> str:
        key = self._table.key
        types = self._table.columns
        arrays = sql.SQL(", ").join(
            sql.SQL("CAST({} AS {}[])").format(sql.Placeholder(f"_key_{at}"), sql.SQL(types[name]))
            for at, name in enumerate(key)
        )
        asked = names([f"_k{at}" for at in range(len(key))])
        same = sql.SQL(" AND ").join(
            sql.SQL("stored.{} = asked.{}").format(sql.Identifier(name), sql.Identifier(f"_k{at}"))
            for at, name in enumerate(key)
        )
        columns = sql.SQL(", ").join(
            sql.SQL("stored.{}").format(sql.Identifier(name)) for name in self._columns
        )
        return _written(
            sql.SQL(
                "SELECT asked._place, {} FROM unnest({}) WITH ORDINALITY AS asked ({}, _place)"
                " JOIN (SELECT * FROM {} WHERE {}) AS stored ON {} ORDER BY asked._place"
            ).format(
                columns,
                arrays,
                asked,
                self._table.identifier,
                sql.SQL(self._shown),
                same,
            )
        )


def _written(part: Any) -> str:
    """The text of a statement, for which the driver would want a connection."""
    if isinstance(part, sql.Composed):
        return "".join(map(_written, part.seq))
    if isinstance(part, sql.Identifier):
        return ".".join('"' + name.replace('"', '""') + '"' for name in part.strings)
    if isinstance(part, sql.Placeholder):
        return f"%({part.name})s"
    text: str = part.string
    return text


def _equals(name: str, *, is_null: bool) -> sql.Composed:
    if is_null:
        return sql.SQL("{} IS NULL").format(sql.Identifier(name))
    return sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(f"_is_{name}"))


def _refuse_nul(values: Any) -> None:
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise Terminal("value-refused", "A value holds a NUL character.")

"""PostgreSQL as a sink: COPY to staging, one upsert, one delete, and the position."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg2 import errors, extensions, sql

from exchange.dataplane.conditions import Condition
from exchange.dataplane.connectors.base import Applied, Check, Position
from exchange.dataplane.connectors.postgres_copy import copy_rows, read_batches
from exchange.dataplane.connectors.postgres_errors import translated
from exchange.dataplane.connectors.postgres_lookup import Finder
from exchange.dataplane.connectors.postgres_tables import STAGING, Table, names
from exchange.dataplane.connectors.sink_rows import (
    epoch_refused,
    has_deletes,
    numbered,
    refuse_deletes,
    require_next,
)
from exchange.dataplane.schema import Schema
from kernel.failpoints import failpoint

LOOKUP_LIMIT = 1000


class PostgresSink:
    """A Sink over one PostgreSQL table; also keeps and reads the hub's own queryable tables.

    ``connect`` gives a fresh connection, which each call closes unless it is one of several
    ``together``; ``lane`` is the UUID under which the position is kept, so that several lanes can
    share one schema. A table whose schema has no
    key takes every row as an event, known by ``_batch`` and ``_seq``.
    """

    def __init__(
        self,
        connect: Callable[[], extensions.connection],
        *,
        schema_name: str,
        table: str,
        lane: str,
        schema: Schema,
    ) -> None:
        self._connect = connect
        self._lane = lane
        self._table = Table(schema_name, table, schema)
        self._is_shared = False
        self._kept: extensions.connection | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """The calls of the block share one connection, until one of them fails."""
        self._is_shared = True
        try:
            yield
        finally:
            self._is_shared = False
            if self._kept is not None:
                self._kept.close()
                self._kept = None

    def prepare(self) -> None:
        """Create the table or add its missing columns, as ``Sink.prepare`` promises."""
        with self._transaction() as cursor:
            self._table.prepare(cursor)

    def position(self) -> Position | None:
        """The position the target holds, None before the first load or apply."""
        with self._transaction() as cursor:
            try:
                cursor.execute(self._offset_query(""), [self._lane])
            except errors.UndefinedTable:
                return None
            row = cursor.fetchone()
        return Position(*row) if row else None

    def load(self, snapshot: Path, position: Position, *, check: Check | None = None) -> Applied:
        """Replace all rows by a snapshot's, as ``Sink.load`` promises."""
        with self._effect(check) as cursor:
            stored = self._take_offset(cursor, position)
            if stored.epoch > position.epoch:
                raise epoch_refused(stored, position)
            if stored > position:
                return Applied(stored, skipped=True)
            # Not TRUNCATE, which would lock readers out until the end.
            cursor.execute(sql.SQL("DELETE FROM {}").format(self._table.identifier))
            deletes = cursor.rowcount
            rows = self._copy_to_table(cursor, snapshot, position.number)
            self._store_offset(cursor, position)
        return Applied(position, upserts=rows, deletes=deletes)

    def apply(self, changes: Path, position: Position, *, check: Check | None = None) -> Applied:
        """Apply one batch, as ``Sink.apply`` promises."""
        with self._effect(check) as cursor:
            stored = self._take_offset(cursor, position)
            require_next(stored, position)
            if position.number <= stored.number:
                return Applied(stored, skipped=True)
            if self._table.schema.key:
                upserts, deletes = self._merge(cursor, changes, position.number)
            else:
                refuse_deletes(changes)
                upserts, deletes = self._copy_to_table(cursor, changes, position.number), 0
            self._store_offset(cursor, position)
        return Applied(position, upserts=upserts, deletes=deletes)

    def create_index(self, columns: list[str]) -> None:
        """Make look-ups by these items fast; nothing happens if the index is there."""
        with self._transaction() as cursor:
            self._table.create_index(cursor, columns)

    def lookup(
        self,
        columns: list[str],
        where: dict[str, Any],
        limit: int = LOOKUP_LIMIT,
        condition: Condition | None = None,
    ) -> list[dict[str, Any]]:
        """At most ``limit`` rows, ordered by key, whose items equal those of ``where`` and which
        the condition shows.

        None in ``where`` means absent. Terminal ``unknown-item`` or ``value-refused`` (a value
        the column's type cannot be compared with); Transient after LOOKUP_SECONDS.
        """
        finder = Finder(self._table, columns, condition)
        with self._transaction() as cursor:
            return [
                dict(zip(columns, row, strict=True)) for row in finder.find(cursor, where, limit)
            ]

    @contextmanager
    def _transaction(self) -> Iterator[extensions.cursor]:
        """One transaction; committed if the block ends well."""
        with translated(), self._connection() as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = on; SET LOCAL TimeZone = 'UTC'")
                yield cursor
            connection.commit()

    @contextmanager
    def _connection(self) -> Iterator[extensions.connection]:
        """A connection that nobody else uses meanwhile; after a fault it is of no use to others."""
        connection, self._kept = self._kept or self._connect(), None
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._is_shared and self._kept is None:
            self._kept = connection
        else:
            connection.close()

    @contextmanager
    def _effect(self, check: Check | None) -> Iterator[extensions.cursor]:
        """A transaction that changes rows; ``check`` has the last word before it commits."""
        with self._transaction() as cursor:
            yield cursor
            failpoint("sink.before_commit")
            if check is not None:
                check()
        failpoint("sink.after_commit")

    def _take_offset(self, cursor: extensions.cursor, position: Position) -> Position:
        """The stored position, locked until the end; number 0 of this epoch at the beginning.

        The row is written before it is locked, so that even two first workers exclude each other.
        """
        cursor.execute(
            sql.SQL("INSERT INTO {} VALUES (%s, %s, 0, now()) ON CONFLICT DO NOTHING").format(
                self._table.offsets
            ),
            [self._lane, position.epoch],
        )
        cursor.execute(self._offset_query("FOR UPDATE"), [self._lane])
        return Position(*cursor.fetchone())

    def _offset_query(self, lock: str) -> sql.Composed:
        return sql.SQL("SELECT epoch, number FROM {} WHERE lane = %s {}").format(
            self._table.offsets, sql.SQL(lock)
        )

    def _store_offset(self, cursor: extensions.cursor, position: Position) -> None:
        cursor.execute(
            sql.SQL(
                "UPDATE {} SET epoch = %s, number = %s, applied_at = now() WHERE lane = %s"
            ).format(self._table.offsets),
            [position.epoch, position.number, self._lane],
        )

    def _copy_to_table(self, cursor: extensions.cursor, source: Path, number: int) -> int:
        batches = read_batches(source, self._table.schema.arrow)
        if not self._table.schema.key:
            batches = numbered(batches, number)
        rows = copy_rows(cursor, self._table.identifier, list(self._table.columns), batches)
        failpoint("sink.after_copy")
        return rows

    def _merge(self, cursor: extensions.cursor, changes: Path, number: int) -> tuple[int, int]:
        """Upsert and delete by key what the batch says last about each; rows changed, deleted."""
        deletes = has_deletes(changes)
        if not deletes and self._table.is_empty(cursor):
            rows = self._first_rows(cursor, changes, number)
            if rows is not None:
                return rows, 0
        wanted = self._table.schema.batch_arrow
        self._table.create_staging(cursor)
        copy_rows(cursor, STAGING, wanted.names, read_batches(changes, wanted))
        cursor.execute(sql.SQL("ANALYZE {}").format(STAGING))
        failpoint("sink.after_copy")
        cursor.execute(self._upsert_statement())
        upserts = cursor.rowcount
        if not deletes:
            return upserts, 0
        cursor.execute(self._delete_statement())
        return upserts, cursor.rowcount

    def _first_rows(self, cursor: extensions.cursor, changes: Path, number: int) -> int | None:
        """COPY into the empty table itself; None, and nothing done, if a key stands twice.

        The primary key is made behind the rows, which is faster, where nobody looks at the table.
        """
        cursor.execute("SAVEPOINT first_rows")
        try:
            key = self._table.drop_key(cursor)
            rows = self._copy_to_table(cursor, changes, number)
            if key:
                self._table.add_key(cursor, key)
        except errors.UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT first_rows")
            return None
        cursor.execute("RELEASE SAVEPOINT first_rows")
        return rows

    def _last_changes(self) -> sql.Composed:
        key = names(self._table.key)
        return sql.SQL("(SELECT DISTINCT ON ({}) * FROM {} ORDER BY {}, _seq DESC) AS last").format(
            key, STAGING, key
        )

    def _upsert_statement(self) -> sql.Composed:
        others = [name for name in self._table.schema.names if name not in self._table.key]
        updates = sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in others
        )
        deed = sql.SQL("UPDATE SET {}").format(updates) if others else sql.SQL("NOTHING")
        return sql.SQL(
            "INSERT INTO {0} ({1}) SELECT {1} FROM {2} WHERE _op = 'upsert'"
            " ON CONFLICT ({3}) DO {4}"
        ).format(
            self._table.identifier,
            names(list(self._table.schema.names)),
            self._last_changes(),
            names(self._table.key),
            deed,
        )

    def _delete_statement(self) -> sql.Composed:
        same = sql.SQL(" AND ").join(
            sql.SQL("target.{0} = last.{0}").format(sql.Identifier(name))
            for name in self._table.key
        )
        return sql.SQL("DELETE FROM {} AS target USING {} WHERE _op = 'delete' AND {}").format(
            self._table.identifier, self._last_changes(), same
        )

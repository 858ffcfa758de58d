"""MySQL and MariaDB as a sink: multi-row inserts, then update, insert, delete, and the position."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from exchange.dataplane.connectors.base import Applied, Check, Position
from exchange.dataplane.connectors.mysql_errors import translated
from exchange.dataplane.connectors.mysql_literals import insert_rows
from exchange.dataplane.connectors.mysql_login import MysqlLogin
from exchange.dataplane.connectors.mysql_tables import MysqlTable, names, quoted
from exchange.dataplane.connectors.postgres_copy import read_batches
from exchange.dataplane.connectors.sink_rows import (
    epoch_refused,
    numbered,
    refuse_deletes,
    require_next,
)
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from kernel.failpoints import failpoint

# Every value that does not fit is an error, and a backslash is a backslash.
_MODE = "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION"
_TLS = ("prefer", "require", "verify")


def read_dsn(dsn: str) -> MysqlLogin:
    """What ``mysql://user:password@host:port/database?tls=verify`` says.

    Terminal ``dsn-refused`` repeats no part of it.
    """
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port or 3306
    except ValueError:
        raise Terminal("dsn-refused", "The DSN cannot be read.") from None
    database = unquote(parts.path.strip("/"))
    if not (host and parts.username and parts.password and database):
        raise Terminal("dsn-refused", "The DSN must give host, user, password and database.")
    tls = parts.query.removeprefix("tls=") if parts.query else "prefer"
    if tls not in _TLS or parts.fragment:
        raise Terminal("dsn-refused", "Behind the database only ?tls=require or verify may stand.")
    return MysqlLogin(
        host=host,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password),
        database=database,
        tls=tls,  # type: ignore[arg-type]
    )


class MysqlSink:
    """A Sink over one table of a MySQL (from 8.0) or MariaDB (from 10.6) server, in InnoDB.

    ``connect`` gives a fresh PyMySQL connection, which each call closes; ``lane`` is the UUID under
    which the position is kept. ``schema_name`` is the database. A table whose schema has no key
    takes every row as an event, known by ``_batch`` and ``_seq``.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        *,
        schema_name: str,
        table: str,
        lane: str,
        schema: Schema,
    ) -> None:
        self._connect = connect
        self._lane = lane
        self._table = MysqlTable(schema_name, table, schema)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Each call of the block connects anew all the same."""
        yield

    def prepare(self) -> None:
        """Create the table or add its missing columns, as ``Sink.prepare`` promises."""
        with self._session() as (connection, cursor):
            self._table.prepare(cursor)
            connection.commit()

    def position(self) -> Position | None:
        """The position the target holds, None before the first load or apply."""
        with self._session() as (_, cursor):
            cursor.execute(
                "SELECT 1 FROM information_schema.tables"
                " WHERE table_schema = %s AND table_name = 'shuqiao_offsets'",
                [self._table.schema_name],
            )
            if cursor.fetchone() is None:
                return None
            cursor.execute(
                f"SELECT epoch, number FROM {self._table.offsets} WHERE lane = %s",
                [self._lane],
            )
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
            # Not TRUNCATE, which would commit and show readers an empty table.
            deletes = cursor.execute(f"DELETE FROM {self._table.identifier}")
            rows = self._insert(cursor, snapshot, position.number)
            self._store_offset(cursor, position)
        return Applied(position, upserts=rows, deletes=deletes)

    def apply(self, changes: Path, position: Position, *, check: Check | None = None) -> Applied:
        """Apply one batch, as ``Sink.apply`` promises."""
        with self._effect(check, staging=bool(self._table.schema.key)) as cursor:
            stored = self._take_offset(cursor, position)
            require_next(stored, position)
            if position.number <= stored.number:
                return Applied(stored, skipped=True)
            if self._table.schema.key:
                upserts, deletes = self._merge(cursor, changes)
            else:
                refuse_deletes(changes)
                upserts, deletes = self._insert(cursor, changes, position.number), 0
            self._store_offset(cursor, position)
        return Applied(position, upserts=upserts, deletes=deletes)

    @contextmanager
    def _session(self) -> Iterator[tuple[Any, Any]]:
        """A connection of its own and its cursor; what is not committed is undone."""
        with translated(), closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET SESSION sql_mode = '{_MODE}', time_zone = '+00:00'")
            yield connection, cursor

    @contextmanager
    def _effect(self, check: Check | None, *, staging: bool = False) -> Iterator[Any]:
        """A transaction that changes rows; ``check`` has the last word before it commits."""
        with self._session() as (connection, cursor):
            # Deleting by a join finds its table by the session's database alone.
            cursor.execute(f"USE {quoted(self._table.schema_name)}")
            if staging:
                # Before the transaction: servers that replicate refuse it within one.
                self._table.create_staging(cursor)
                connection.commit()
            connection.begin()
            yield cursor
            failpoint("sink.before_commit")
            if check is not None:
                check()
            connection.commit()
        failpoint("sink.after_commit")

    def _take_offset(self, cursor: Any, position: Position) -> Position:
        """The stored position, locked until the end; number 0 of this epoch at the beginning.

        The row is written before it is read, so that even two first workers exclude each other.
        """
        cursor.execute(
            f"INSERT INTO {self._table.offsets} (lane, epoch, number, applied_at)"
            " VALUES (%s, %s, 0, utc_timestamp(6)) ON DUPLICATE KEY UPDATE lane = lane",
            [self._lane, position.epoch],
        )
        cursor.execute(
            f"SELECT epoch, number FROM {self._table.offsets} WHERE lane = %s FOR UPDATE",
            [self._lane],
        )
        return Position(*cursor.fetchone())

    def _store_offset(self, cursor: Any, position: Position) -> None:
        cursor.execute(
            f"UPDATE {self._table.offsets} SET epoch = %s, number = %s,"
            " applied_at = utc_timestamp(6) WHERE lane = %s",
            [position.epoch, position.number, self._lane],
        )

    def _insert(self, cursor: Any, source: Path, number: int) -> int:
        batches = read_batches(source, self._table.schema.arrow)
        if not self._table.schema.key:
            batches = numbered(batches, number)
        head = f"INSERT INTO {self._table.identifier} ({names(list(self._table.columns))}) VALUES"
        rows = insert_rows(cursor, head, batches)
        failpoint("sink.after_copy")
        return rows

    def _merge(self, cursor: Any, changes: Path) -> tuple[int, int]:
        """Upsert and delete by key what the batch says last about each; rows changed, deleted.

        Update and insert apart, not ON DUPLICATE KEY: a unique index that the subscriber added
        must refuse a row, never take it for another one.
        """
        columns = ["_op", *self._table.schema.names]
        wanted = self._table.schema.batch_arrow
        head = f"REPLACE INTO {self._table.staging} ({names(columns)}) VALUES"
        staged = (batch.select(columns) for batch in read_batches(changes, wanted))
        insert_rows(cursor, head, staged)
        failpoint("sink.after_copy")
        cursor.execute(f"SELECT count(*) FROM {self._table.staging} WHERE _op = 'upsert'")
        upserts = cursor.fetchone()[0]
        if update := self._update_statement():
            cursor.execute(update)
        cursor.execute(self._insert_statement())
        return upserts, cursor.execute(self._delete_statement())

    def _same_key(self) -> str:
        return " AND ".join(
            f"target.{quoted(name)} = last.{quoted(name)}" for name in self._table.key
        )

    def _update_statement(self) -> str:
        others = [name for name in self._table.schema.names if name not in self._table.key]
        changes = ", ".join(f"target.{quoted(name)} = last.{quoted(name)}" for name in others)
        if not others:
            return ""
        return (
            f"UPDATE {self._table.identifier} AS target JOIN {self._table.staging} AS last"
            f" ON {self._same_key()} SET {changes} WHERE last._op = 'upsert'"
        )

    def _insert_statement(self) -> str:
        columns = list(self._table.schema.names)
        first = quoted(self._table.key[0])
        return (
            f"INSERT INTO {self._table.identifier} ({names(columns)})"
            f" SELECT {names(columns, 'last')} FROM {self._table.staging} AS last"
            f" LEFT JOIN {self._table.identifier} AS target ON {self._same_key()}"
            f" WHERE last._op = 'upsert' AND target.{first} IS NULL"
        )

    def _delete_statement(self) -> str:
        return (
            f"DELETE target FROM {self._table.identifier} AS target"
            f" JOIN {self._table.staging} AS last ON {self._same_key()} WHERE last._op = 'delete'"
        )

"""PostgreSQL as a source: one snapshot a read, COPY, nothing written."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pyarrow as pa
from psycopg2 import errors, extensions, sql

from exchange.dataplane.connectors import postgres_errors
from exchange.dataplane.connectors.base import Chunk, Described, Place, Reading, ReadRequest
from exchange.dataplane.connectors.postgres_catalog import find_table, list_tables
from exchange.dataplane.connectors.postgres_rows import Query
from exchange.dataplane.errors import DataplaneError, Terminal, Transient


class PostgresSource:
    """A Source over one PostgreSQL database.

    ``connect`` gives a fresh connection, which each call closes. Times without a zone are read as
    times of ``zone``.
    """

    keyed = True

    def __init__(
        self, connect: Callable[[], extensions.connection], *, host: str, zone: str
    ) -> None:
        self._connect = connect
        self.host = host
        self._zone = zone

    def test(self) -> str:
        """The server's version and how many tables the login may read."""
        with self._snapshot() as cursor:
            cursor.execute("SHOW server_version")
            version = str(_row(cursor)[0]).split()[0]
            found = len(list_tables(cursor))
        return f"PostgreSQL {version}, {found} tables can be read"

    def tables(self) -> list[str]:
        """Tables and views as ``schema.name``."""
        with self._snapshot() as cursor:
            return list_tables(cursor)

    def describe(self, table: str) -> Described:
        """The table's columns and key, its rows as last analysed."""
        with self._snapshot() as cursor:
            return find_table(cursor, table).described

    def sample(self, table: str, limit: int) -> pa.Table:
        """The first rows that the server gives, all as text."""
        with self._snapshot() as cursor:
            found = find_table(cursor, table)
            names = found.described.names
            shown = sql.SQL(", ").join(
                sql.SQL("{}::text").format(sql.Identifier(name)) for name in names
            )
            where = sql.Identifier(found.schema, found.name)
            cursor.execute(
                sql.SQL("SELECT {} FROM {} LIMIT {}").format(shown, where, sql.Literal(limit))
            )
            columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        return pa.table(
            {
                name: pa.array(values, pa.string())
                for name, values in zip(names, columns, strict=True)
            }
        )

    @contextmanager
    def read(self, request: ReadRequest) -> Iterator[Reading]:
        """One snapshot, one COPY; see ``Source.read``."""
        with self._snapshot() as cursor:
            query = Query(request, find_table(cursor, request.table), self._zone)
            reading = Reading(
                iter(()),
                highest=_highest(query, cursor),
                expected=query.expected(cursor),
                unkeyed=query.unkeyed(cursor),
            )
            chunks = query.chunks(cursor)
            marked = bool(request.watermark) and not request.whole
            reading.chunks = self._followed(reading, chunks, marked)
            try:
                yield reading
            finally:
                chunks.close()  # type: ignore[attr-defined]

    def count(self, request: ReadRequest) -> int:
        """Counted by the server."""
        with self._snapshot() as cursor:
            return Query(request, find_table(cursor, request.table), self._zone).count(cursor)

    def fetch(self, request: ReadRequest, keys: list[list[str]]) -> pa.Table:
        """The rows of these keys."""
        if not keys:
            return request.schema.arrow.empty_table()
        with self._snapshot() as cursor:
            table = find_table(cursor, request.table)
            return Query(request, table, self._zone).fetch(cursor, keys)

    @staticmethod
    def _followed(reading: Reading, chunks: Iterator[Chunk], marked: bool) -> Iterator[Chunk]:
        """The chunks, errors translated; in order, so that the last row is the highest."""
        with _translated():
            for chunk in chunks:
                if marked:
                    reading.highest = chunk.place
                yield chunk

    @contextmanager
    def _snapshot(self) -> Iterator[extensions.cursor]:
        """A read-only transaction that sees one moment, on a connection of its own."""
        with _translated(), closing(self._connect()) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO';"
                    " SET LOCAL IntervalStyle = 'iso_8601';"
                    # So that a server notices when nobody waits for a long sort any more.
                    " SELECT set_config(name, '10s', true) FROM pg_settings"
                    " WHERE name = 'client_connection_check_interval'"
                )
                yield cursor


@contextmanager
def _translated() -> Iterator[None]:
    """The errors of a source; the driver's own texts may quote rows and are cut off."""
    try:
        with postgres_errors.translated():
            yield
    except DataplaneError as error:
        raise _of_source(error) from None


def _of_source(error: DataplaneError) -> DataplaneError:
    """A fault that was told of a target, told of the source."""
    if not error.code.startswith(("target-", "connection-lost", "value-refused")):
        return error
    family = Transient if isinstance(error, Transient) else Terminal
    return family(error.code.replace("target", "source"), error.detail.replace("target", "source"))


def _highest(query: Query, cursor: extensions.cursor) -> Place | None:
    request = query.request
    if not request.watermark:
        return None
    if request.whole:
        return query.highest(cursor)
    # Until a row says otherwise nothing lies beyond where the last read ended.
    return request.after or request.since


def _row(cursor: extensions.cursor) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise errors.NoDataFound
    return row

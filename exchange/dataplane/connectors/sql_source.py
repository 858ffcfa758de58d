"""Any database that SQLAlchemy speaks to as a source: read only, one snapshot a read."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from exchange.dataplane.connectors.base import Chunk, Described, Place, Reading, ReadRequest
from exchange.dataplane.connectors.sql_catalog import find_table, list_tables
from exchange.dataplane.connectors.sql_errors import translated
from exchange.dataplane.connectors.sql_query import SqlQuery
from exchange.dataplane.connectors.typed import as_text, column_of

FETCH_ROWS = 4096
# Keys asked for at once.
FETCH_KEYS = 200
# How each kind of database is told to show one moment for a whole transaction.
SNAPSHOT = {
    "postgresql": "REPEATABLE READ",
    "mysql": "REPEATABLE READ",
    "mariadb": "REPEATABLE READ",
    "oracle": "SERIALIZABLE",
    "mssql": "SNAPSHOT",
}

Rows = Sequence[Sequence[Any]]


class SqlSource:
    """A Source over one database.

    ``engine`` makes an engine without a pool, whose connections have passed the egress guard.
    Times without a zone are times of ``zone``.
    """

    keyed = True

    def __init__(self, engine: Callable[[], Engine], *, host: str, zone: str) -> None:
        self._engine = engine
        self.host = host
        self._zone = zone

    def test(self) -> str:
        """The server's version and how many tables the login sees."""
        with self._snapshot() as connection:
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
            found = len(list_tables(connection))
            return f"{connection.dialect.name} {version}, {found} tables can be read"

    def tables(self) -> list[str]:
        """Tables and views as ``schema.name``."""
        with self._snapshot() as connection:
            return list_tables(connection)

    def describe(self, table: str) -> Described:
        """The table's columns and primary key."""
        with self._snapshot() as connection:
            return find_table(connection, table).described

    def sample(self, table: str, limit: int) -> pa.Table:
        """The first rows that the server gives, all as text."""
        with self._snapshot() as connection:
            found = find_table(connection, table)
            names = found.described.names
            columns = [found.table.c[name].label(f"c{n}") for n, name in enumerate(names)]
            rows = connection.execute(sa.select(*columns).limit(limit)).fetchall()
        return pa.table(
            {
                name: pa.array([as_text(row[n]) for row in rows], pa.string())
                for n, name in enumerate(names)
            }
        )

    @contextmanager
    def read(self, request: ReadRequest) -> Iterator[Reading]:
        """One snapshot, one statement, rows streamed; see ``Source.read``."""
        with self._snapshot() as connection:
            query = self._query(connection, request)
            unkeyed = 0 if query.unkeyed is None else int(_only(connection, query.unkeyed))
            reading = Reading(iter(()), highest=self._highest(connection, query), unkeyed=unkeyed)
            chunks = self._chunks(reading, connection, query)
            reading.chunks = chunks
            try:
                yield reading
            finally:
                chunks.close()

    def count(self, request: ReadRequest) -> int:
        """Counted by the server."""
        with self._snapshot() as connection:
            return int(_only(connection, self._query(connection, request).count))

    def fetch(self, request: ReadRequest, keys: list[list[str]]) -> pa.Table:
        """The rows of these keys."""
        found = [request.schema.arrow.empty_table()]
        with self._snapshot() as connection:
            query = self._query(connection, request)
            for start in range(0, len(keys), FETCH_KEYS):
                statement = query.of_keys(keys[start : start + FETCH_KEYS])
                for rows, _ in self._streamed(connection, statement, FETCH_KEYS):
                    found.append(self._table(rows, request))
        return pa.concat_tables(found[1:] or found, promote_options="permissive")

    def _query(self, connection: Connection, request: ReadRequest) -> SqlQuery:
        return SqlQuery(request, find_table(connection, request.table))

    def _highest(self, connection: Connection, query: SqlQuery) -> Place | None:
        request = query.request
        if not request.watermark:
            return None
        if not request.whole:
            return request.after or request.since
        row = connection.execute(query.highest).fetchone()
        return [self._place_text(value) for value in row] if row else None

    def _chunks(
        self, reading: Reading, connection: Connection, query: SqlQuery
    ) -> Generator[Chunk]:
        request = query.request
        marked = bool(request.watermark) and not request.whole
        waiting: list[Sequence[Any]] = []
        size = 0
        with translated():
            for rows, received in self._streamed(connection, query.rows, request.chunk_rows):
                waiting += rows
                size += received
                if len(waiting) < request.chunk_rows:
                    continue
                chunk, waiting, size = self._chunk(waiting, request, size), [], 0
                reading.highest = chunk.place if marked else reading.highest
                yield chunk
            if waiting:
                chunk = self._chunk(waiting, request, size)
                reading.highest = chunk.place if marked else reading.highest
                yield chunk

    def _chunk(self, rows: Rows, request: ReadRequest, size: int) -> Chunk:
        table = self._table(rows, request)
        place = [self._place_text(value) for value in rows[-1][len(request.columns) :]]
        return Chunk(table, place or None, size or table.nbytes)

    def _table(self, rows: Rows, request: ReadRequest) -> pa.Table:
        columns = list(zip(*rows, strict=True))[: len(request.columns)]
        made = [
            column_of(values, item, self._zone)
            for values, item in zip(columns, request.schema.items, strict=True)
        ]
        return pa.table(dict(zip(request.schema.names, made, strict=True)))

    def _place_text(self, value: Any) -> str:
        return repr(value) if isinstance(value, float) else str(as_text(value))

    def _streamed(
        self, connection: Connection, statement: sa.Select[Any], most: int
    ) -> Iterator[tuple[Rows, int]]:
        """The rows in portions of at most ``most``, and the bytes of each where they are known."""
        result = connection.execution_options(
            stream_results=True, max_row_buffer=FETCH_ROWS
        ).execute(statement)
        try:
            while rows := result.fetchmany(min(most, FETCH_ROWS)):
                yield rows, 0
        finally:
            result.close()

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """A transaction that sees one moment, rolled back at the end."""
        with translated():
            engine = self._engine()
            try:
                with engine.connect() as connection:
                    level = SNAPSHOT.get(connection.dialect.name)
                    if level:
                        connection = connection.execution_options(isolation_level=level)
                    self._begin(connection)
                    yield connection
            finally:
                engine.dispose()

    def _begin(self, connection: Connection) -> None:
        """What makes the transaction read-only, where the database knows how."""


def _only(connection: Connection, statement: sa.Select[Any]) -> Any:
    return connection.execute(statement).scalar_one()

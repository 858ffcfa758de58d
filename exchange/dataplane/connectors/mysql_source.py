"""MySQL and MariaDB as a source: rows streamed as the text that the server sends.

The driver would make an object of every value; left as text, whole columns are cast by Arrow.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from pymysql.cursors import SSCursor
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from exchange.dataplane.connectors.base import ReadRequest
from exchange.dataplane.connectors.mysql_login import MysqlLogin, mysql_connect
from exchange.dataplane.connectors.sql_catalog import find_table
from exchange.dataplane.connectors.sql_query import SqlQuery, typed_value
from exchange.dataplane.connectors.sql_source import FETCH_ROWS, Rows, SqlSource
from exchange.dataplane.egress_policy import EgressPolicy


class MysqlSource(SqlSource):
    """A Source over one MySQL or MariaDB database.

    A DATETIME, which has no zone, is a time of ``zone``; a TIMESTAMP is a moment by itself.
    """

    def __init__(self, login: MysqlLogin, policy: EgressPolicy, *, zone: str) -> None:
        def engine() -> Engine:
            return sa.create_engine(
                "mysql+pymysql://",
                creator=lambda: mysql_connect(login, policy),
                poolclass=NullPool,
                paramstyle="format",
            )

        super().__init__(engine, host=f"{login.host}:{login.port}", zone=zone)
        self._database = login.database

    def tables(self) -> list[str]:
        """Tables and views of the login's database, as ``database.name``."""
        return [name for name in super().tables() if name.startswith(f"{self._database}.")]

    def _begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def _query(self, connection: Connection, request: ReadRequest) -> SqlQuery:
        return _MysqlQuery(request, find_table(connection, request.table), _value)

    def _streamed(
        self, connection: Connection, statement: sa.Select[Any], most: int
    ) -> Iterator[tuple[Rows, int]]:
        compiled = statement.compile(dialect=connection.dialect)
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        raw: Any = connection.connection.dbapi_connection
        usual, raw.decoders = raw.decoders, {}
        cursor = SSCursor(raw)
        done = False
        try:
            cursor.execute(str(compiled), values)
            while rows := cursor.fetchmany(min(most, FETCH_ROWS)):
                yield rows, 0
            done = True
        finally:
            if done:
                raw.decoders = usual
                cursor.close()
            else:
                _let_go(cursor, connection)

    def _place_text(self, value: Any) -> str:
        return str(value)


class _MysqlQuery(SqlQuery):
    """Columns selected so that their text says all of the value."""

    def shown(self, name: str) -> sa.ColumnElement[Any]:
        column, type_ = self.found.table.c[name], self.found.types[name]
        if isinstance(type_, mysql.TIMESTAMP):
            return sa.func.concat(column, sa.literal_column("'Z'"))
        if isinstance(type_, mysql.FLOAT):
            # As text a FLOAT loses digits, a DOUBLE does not.
            return column + sa.literal_column("0e0", sa.Double)
        if isinstance(type_, mysql.BIT):
            return column + sa.literal_column("0", sa.Integer)
        if isinstance(type_, sa.LargeBinary | sa.BINARY | sa.VARBINARY):
            return sa.func.lower(sa.func.hex(column))
        return column


def _value(type_: sa.types.TypeEngine[Any], text: str) -> Any:
    """Numbers as numbers, for as text they would be compared as doubles; all else as written."""
    return typed_value(type_, text) if isinstance(type_, sa.Integer | sa.Numeric) else text


def _let_go(cursor: SSCursor, connection: Connection) -> None:
    """Drop the line; closing the cursor would read all the rows that nobody wants."""
    result: Any = cursor._result
    if result is not None:
        result.unbuffered_active = False
        result.connection = None
    cursor.connection = None
    connection.invalidate()

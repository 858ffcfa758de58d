"""The tables a PostgreSQL sink writes: their columns, their growth, and the table of positions."""

import hashlib
import re
from dataclasses import dataclass

import pyarrow as pa
from psycopg2 import errors, extensions, sql

from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema

OFFSETS = "shuqiao_offsets"
STAGING = sql.Identifier("pg_temp", "shuqiao_staging")
# A table without a key is known by the batch and the place in it.
APPEND_KEY = ("_batch", "_seq")
_NAME_BYTES = 63


@dataclass(frozen=True)
class Table:
    """One target table; every statement about its form is built here."""

    schema_name: str
    name: str
    schema: Schema

    def __post_init__(self) -> None:
        for name in (self.schema_name, self.name, *self.schema.names):
            if not 0 < len(name.encode()) <= _NAME_BYTES or "\0" in name:
                raise Terminal(
                    "target-mismatch", f"{name!r} is no name PostgreSQL can keep: 1 to 63 bytes."
                )

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema_name, self.name)

    @property
    def offsets(self) -> sql.Identifier:
        return sql.Identifier(self.schema_name, OFFSETS)

    @property
    def key(self) -> list[str]:
        return list(self.schema.key or APPEND_KEY)

    @property
    def columns(self) -> dict[str, str]:
        """Every column the sink writes with its PostgreSQL type, as ``format_type`` spells it."""
        own = {} if self.schema.key else dict.fromkeys(APPEND_KEY, "bigint")
        return own | {field.name: column_type(field.type) for field in self.schema.arrow}

    def prepare(self, cursor: extensions.cursor) -> None:
        """Bring schema, table and table of positions into being, one worker at a time."""
        # By schema: the tables of one share it and the positions.
        place = hashlib.sha256(self.schema_name.encode())
        turn = int.from_bytes(place.digest()[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn])
        self._create_schema(cursor)
        self._create_offsets(cursor)
        existing = self._existing(cursor)
        if existing:
            self._grow(cursor, existing)
        else:
            self._create(cursor)

    def create_staging(self, cursor: extensions.cursor) -> None:
        """A table of this transaction for one batch: the operation, the place and the items."""
        columns = {"_op": "text", "_seq": "bigint"} | self.columns
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE shuqiao_staging ({}) ON COMMIT DROP").format(
                _definitions(columns)
            )
        )

    def is_empty(self, cursor: extensions.cursor) -> bool:
        """Whether no row is there to be seen by this transaction."""
        cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(self.identifier))
        return bool(cursor.fetchone()[0])

    def drop_key(self, cursor: extensions.cursor) -> tuple[str, str] | None:
        """Take the primary key off until the transaction adds it again: its name and definition.

        None, and nothing is done, if somebody uses the table, or refers to its key, or it is not
        the login's own.
        """
        cursor.execute("SAVEPOINT drop_key")
        try:
            cursor.execute(
                sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(self.identifier)
            )
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'p'",
                [self.identifier.as_string(cursor)],
            )
            name, definition = cursor.fetchone()
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    self.identifier, sql.Identifier(name)
                )
            )
        except (
            errors.LockNotAvailable,
            errors.DependentObjectsStillExist,
            errors.InsufficientPrivilege,
        ):
            cursor.execute("ROLLBACK TO SAVEPOINT drop_key")
            return None
        return name, definition

    def add_key(self, cursor: extensions.cursor, key: tuple[str, str]) -> None:
        """Put the primary key on again."""
        name, definition = key
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                # The server's own spelling of what it had.
                self.identifier,
                sql.Identifier(name),
                sql.SQL(definition),
            )
        )

    def create_index(self, cursor: extensions.cursor, columns: list[str]) -> None:
        """An index over these items, once."""
        self.require(columns)
        told = "\0".join([self.schema_name, self.name, *columns]).encode()
        name = f"shuqiao_{hashlib.sha256(told).hexdigest()[:16]}_idx"
        cursor.execute(
            sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(
                sql.Identifier(name), self.identifier, names(columns)
            )
        )

    def require(self, columns: list[str]) -> None:
        """Terminal ``unknown-item`` unless each is an item of the schema, and there is one."""
        unknown = sorted(set(columns) - set(self.schema.names))
        if unknown or not columns:
            raise Terminal(
                "unknown-item", f"The table has no item {', '.join(unknown) or '(none)'}."
            )

    def _create_schema(self, cursor: extensions.cursor) -> None:
        # Asked first: CREATE ... IF NOT EXISTS wants the right to create even if it exists.
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [self.schema_name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.schema_name)))

    def _create_offsets(self, cursor: extensions.cursor) -> None:
        cursor.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (lane uuid PRIMARY KEY, epoch bigint NOT NULL,"
                " number bigint NOT NULL, applied_at timestamptz NOT NULL)"
            ).format(self.offsets)
        )

    def _create(self, cursor: extensions.cursor) -> None:
        cursor.execute(
            sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(
                self.identifier, _definitions(self.columns), names(self.key)
            )
        )

    def _existing(self, cursor: extensions.cursor) -> dict[str, str]:
        """The columns the table has now with their types; empty if there is no table."""
        cursor.execute(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod)"
            " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped",
            [self.schema_name, self.name],
        )
        return dict(cursor.fetchall())

    def _grow(self, cursor: extensions.cursor, existing: dict[str, str]) -> None:
        narrow = [
            column
            for column, wanted in self.columns.items()
            if column in existing and not _holds(existing[column], wanted)
        ]
        for column in narrow:
            found, wanted = existing[column], self.columns[column]
            if not _holds(wanted, found):
                raise Terminal("target-mismatch", f"Column {column} is {found}, not {wanted}.")
        self._check_key(cursor)
        for column in narrow:
            cursor.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}").format(
                    self.identifier, sql.Identifier(column), sql.SQL(self.columns[column])
                )
            )
        missing = {name: type_ for name, type_ in self.columns.items() if name not in existing}
        for column, type_ in missing.items():
            cursor.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                    self.identifier, sql.Identifier(column), sql.SQL(type_)
                )
            )

    def _check_key(self, cursor: extensions.cursor) -> None:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)"
            " WHERE i.indisprimary AND n.nspname = %s AND c.relname = %s",
            [self.schema_name, self.name],
        )
        found = sorted(name for (name,) in cursor.fetchall())
        if found != sorted(self.key):
            shown = ", ".join(found) or "(none)"
            raise Terminal(
                "target-mismatch", f"The primary key is {shown}, not {', '.join(self.key)}."
            )


def column_type(arrow: pa.DataType) -> str:
    """The PostgreSQL type that holds every value of an item's Arrow type."""
    if pa.types.is_decimal(arrow):
        return f"numeric({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamp with time zone"
    return _TYPES[arrow]


_TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


def _holds(wide: str, narrow: str) -> bool:
    """True if a column of type ``wide`` keeps every value of type ``narrow`` as it is."""
    if wide == narrow:
        return True
    outer, inner = _digits(wide), _digits(narrow)
    if outer is None or inner is None:
        return False
    return outer[0] >= inner[0] and outer[1] >= inner[1]


def _digits(type_: str) -> tuple[int, int] | None:
    """Digits before and behind the point of a numeric type; None of any other."""
    found = re.fullmatch(r"numeric\((\d+),(\d+)\)", type_)
    return (int(found[1]) - int(found[2]), int(found[2])) if found else None


def names(columns: list[str]) -> sql.Composed:
    """Quoted column names with commas between."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _definitions(columns: dict[str, str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
        for name, type_ in columns.items()
    )

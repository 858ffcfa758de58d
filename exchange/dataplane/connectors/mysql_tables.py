"""The tables a MySQL or MariaDB sink writes: columns, growth, and the table of positions.

A schema of PostgreSQL is a database here. Texts of the key are VARCHAR with a binary collation
that knows trailing spaces, because a key must be indexed whole; other texts are LONGTEXT.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.schema import Schema

OFFSETS = "shuqiao_offsets"
# A table without a key is known by the batch and the place in it.
APPEND_KEY = ("_batch", "_seq")
LOCK_SECONDS = 10
_NAME_CHARACTERS = 64
# InnoDB indexes 3,072 bytes of a key; a character takes up to four.
_KEY_CHARACTERS = 768
_MAX_SCALE = 30


@dataclass(frozen=True)
class MysqlTable:
    """One target table; every statement about its form is built here."""

    schema_name: str
    name: str
    schema: Schema

    def __post_init__(self) -> None:
        for name in (self.schema_name, self.name, *self.schema.names):
            if not 0 < len(name) <= _NAME_CHARACTERS or "\0" in name or name.endswith(" "):
                raise Terminal(
                    "target-mismatch", f"{name!r} is no name MySQL can keep: 1 to 64 characters."
                )

    @property
    def identifier(self) -> str:
        return f"{quoted(self.schema_name)}.{quoted(self.name)}"

    @property
    def offsets(self) -> str:
        return f"{quoted(self.schema_name)}.{quoted(OFFSETS)}"

    @property
    def staging(self) -> str:
        return f"{quoted(self.schema_name)}.`shuqiao_staging`"

    @property
    def key(self) -> list[str]:
        return list(self.schema.key or APPEND_KEY)

    @property
    def columns(self) -> dict[str, str]:
        """Every column the sink writes with its type, as information_schema spells it."""
        own = {} if self.schema.key else dict.fromkeys(APPEND_KEY, "bigint")
        return own | {field.name: self._type(field) for field in self.schema.arrow}

    def _type(self, field: pa.Field) -> str:
        if pa.types.is_string(field.type) and field.name in self.schema.key:
            return f"varchar({self._characters(field.name)})"
        return column_type(field.name, field.type)

    def _characters(self, name: str) -> int:
        """How long a text of the key may be: as the schema says, else its share of the index."""
        items = [self.schema.by_name[key] for key in self.schema.key]
        texts = [item for item in items if item.type == "string"]
        open_ = [item for item in texts if item.length is None]
        left = _KEY_CHARACTERS - 8 * len(items) - sum(item.length or 0 for item in texts)
        if left < len(open_):
            raise Terminal("target-mismatch", "The key is longer than MySQL can index.")
        return self.schema.by_name[name].length or min(255, left // len(open_))

    def prepare(self, cursor: Any) -> None:
        """Bring database, table and table of positions into being, one worker at a time.

        Statements like these commit by themselves, so each is safe to be the last one.
        """
        # By database: the tables of one share it and the positions.
        turn = f"shuqiao_{hashlib.sha256(self.schema_name.encode()).hexdigest()[:32]}"
        cursor.execute("SELECT GET_LOCK(%s, %s)", [turn, LOCK_SECONDS])
        if cursor.fetchone()[0] != 1:
            raise Transient("target-busy", "Another session is making the target's tables.")
        try:
            collation = binary_collation(cursor)
            self._create_database(cursor)
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self.offsets} (lane char(36) CHARACTER SET ascii"
                " PRIMARY KEY, epoch bigint NOT NULL, number bigint NOT NULL,"
                " applied_at datetime(6) NOT NULL) ENGINE=InnoDB"
            )
            existing = self._existing(cursor)
            if existing:
                self._grow(cursor, existing, collation)
            else:
                cursor.execute(
                    f"CREATE TABLE {self.identifier}"
                    f" ({self._definitions(self.columns, collation)},"
                    f" PRIMARY KEY ({names(self.key)})) ENGINE=InnoDB CHARACTER SET utf8mb4"
                    f" COLLATE {collation} ROW_FORMAT=DYNAMIC"
                )
        finally:
            cursor.execute("SELECT RELEASE_LOCK(%s)", [turn])

    def create_staging(self, cursor: Any) -> None:
        """A table of this session for one batch, in which the last change of a key holds."""
        collation = binary_collation(cursor)
        columns = {"_op": "varchar(6)"} | self.columns
        cursor.execute(
            f"CREATE TEMPORARY TABLE {self.staging} ({self._definitions(columns, collation)},"
            f" PRIMARY KEY ({names(self.key)})) ENGINE=InnoDB CHARACTER SET utf8mb4"
            f" COLLATE {collation} ROW_FORMAT=DYNAMIC"
        )

    def _definitions(self, columns: dict[str, str], collation: str) -> str:
        return ", ".join(
            f"{quoted(name)} {type_}{_collated(type_, collation)}"
            f"{' NOT NULL' if name in self.key else ' NULL'}"
            for name, type_ in columns.items()
        )

    def _create_database(self, cursor: Any) -> None:
        # Asked first: CREATE DATABASE wants the right to create even if it exists.
        cursor.execute(
            "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", [self.schema_name]
        )
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {quoted(self.schema_name)} CHARACTER SET utf8mb4")

    def _existing(self, cursor: Any) -> dict[str, str]:
        """The columns the table has now with their types; empty if there is no table."""
        cursor.execute(
            "SELECT column_name, column_type FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s",
            [self.schema_name, self.name],
        )
        return {name: _plain(type_) for name, type_ in cursor.fetchall()}

    def _grow(self, cursor: Any, existing: dict[str, str], collation: str) -> None:
        wanted = self.columns
        narrow = [n for n in wanted if n in existing and not _holds(existing[n], wanted[n])]
        for column in narrow:
            if not _holds(wanted[column], existing[column]):
                raise Terminal(
                    "target-mismatch",
                    f"Column {column} is {existing[column]}, not {wanted[column]}.",
                )
        self._check_key(cursor)
        missing = [n for n in wanted if n not in existing]
        for verb, columns in (("MODIFY", narrow), ("ADD", missing)):
            for column in columns:
                definition = self._definitions({column: wanted[column]}, collation)
                cursor.execute(f"ALTER TABLE {self.identifier} {verb} COLUMN {definition}")

    def _check_key(self, cursor: Any) -> None:
        cursor.execute(
            "SELECT column_name FROM information_schema.statistics WHERE table_schema = %s"
            " AND table_name = %s AND index_name = 'PRIMARY' ORDER BY seq_in_index",
            [self.schema_name, self.name],
        )
        found = [name for (name,) in cursor.fetchall()]
        if sorted(found) != sorted(self.key):
            shown = ", ".join(sorted(found)) or "(none)"
            raise Terminal(
                "target-mismatch", f"The primary key is {shown}, not {', '.join(self.key)}."
            )


def column_type(name: str, arrow: pa.DataType) -> str:
    """The type that holds every value of an item's Arrow type, outside of a key."""
    if pa.types.is_decimal(arrow):
        if arrow.scale > _MAX_SCALE:
            raise Terminal("target-mismatch", f"{name} has more decimals than MySQL can keep.")
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "datetime(6)"
    return _TYPES[arrow]


_TYPES = {
    pa.string(): "longtext",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "tinyint(1)",
    pa.date32(): "date",
}


def binary_collation(cursor: Any) -> str:
    """The server's collation that tells every two different texts apart."""
    cursor.execute(
        "SELECT collation_name FROM information_schema.collations"
        " WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')"
    )
    found = cursor.fetchone()
    return str(found[0]) if found else "utf8mb4_bin"


def quoted(name: str) -> str:
    """A name as an identifier."""
    return "`" + name.replace("`", "``") + "`"


def names(columns: list[str], table: str = "") -> str:
    """Quoted column names with commas between, each with its table's name before it."""
    return ", ".join(f"{table}.{quoted(name)}" if table else quoted(name) for name in columns)


def _collated(type_: str, collation: str) -> str:
    if type_.startswith(("varchar", "longtext")):
        return f" CHARACTER SET utf8mb4 COLLATE {collation}"
    return ""


def _plain(type_: bytes | str) -> str:
    """The type without the display width that older servers tell."""
    text = type_.decode() if isinstance(type_, bytes) else type_
    return re.sub(r"^bigint\(\d+\)", "bigint", text.lower())


def _holds(wide: str, narrow: str) -> bool:
    """True if a column of type ``wide`` keeps every value of type ``narrow`` as it is."""
    if wide == narrow or (wide == "longtext" and narrow.startswith("varchar")):
        return True
    outer, inner = _size(wide), _size(narrow)
    if outer is None or inner is None or outer[0] != inner[0]:
        return False
    return outer[1] >= inner[1] and outer[2] >= inner[2]


def _size(type_: str) -> tuple[str, int, int] | None:
    """Digits before and behind the point, or characters; None of a type without a size."""
    if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", type_):
        return "decimal", int(found[1]) - int(found[2]), int(found[2])
    if found := re.fullmatch(r"varchar\((\d+)\)", type_):
        return "varchar", int(found[1]), 0
    return None

"""The same few people behind every kind of source, written as each kind writes them."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import sqlalchemy as sa

from exchange.dataplane.connectors.base import ReadRequest, Source
from exchange.dataplane.connectors.registry import Surroundings, make_source
from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.schema import Item, Schema

PEOPLE = Schema(
    (
        Item("id", "integer", required=True),
        Item("name", "string", length=60),
        Item("amount", "decimal", length=12, scale=2),
        Item("born_on", "date"),
        Item("seen_at", "datetime"),
        Item("big", "integer"),
        Item("note", "string"),
        Item("alive", "boolean"),
        Item("step", "integer"),
    ),
    ("id",),
)
COLUMNS = ("id", "name", "amount", "born_on", "seen_at", "big", "note", "alive", "step")
_EAST = datetime.timezone(datetime.timedelta(hours=8))
Row = dict[str, Any]


def person(number: int, step: int | None = None, **values: Any) -> Row:
    """A person whose every value tells the number."""
    made: Row = {
        "id": number,
        "name": f"张三{number}",
        "amount": Decimal(number) + Decimal("0.50"),
        "born_on": datetime.date(1990, 1, 1) + datetime.timedelta(days=number),
        "seen_at": datetime.datetime(2026, 1, 1, 8, 0, number % 60, 123456, tzinfo=_EAST),
        "big": 9007199254740993 + number,
        "note": f"第{number}号",
        "alive": number % 2 == 0,
        "step": number if step is None else step,
    }
    return made | values


# What each kind must bring over as it is: rare characters, quotes and line ends, empty, nothing.
TRAPS: list[Row] = [
    person(1, name="𠮷野家", note=""),
    person(2, name='引号"，逗号,\n换行', note=None, amount=None, born_on=None),
    person(3, amount=Decimal("-9999999999.99"), big=-9223372036854775807, alive=None),
    person(4, name=" 前后有空格 ", seen_at=None, note="NULL"),
    person(5, note="\\N", amount=Decimal("0.00"), seen_at=datetime.datetime(
        1969, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC)),
]  # fmt: skip


@dataclass
class World:
    """One kind of source with one table, which tests write and a source reads."""

    kind: str
    options: dict[str, Any]
    secrets: dict[str, Any]
    table: str
    write: Callable[[list[Row]], None]
    work: Path
    address: str = ""
    cut: Callable[[], None] | None = None
    drop: Callable[[str], None] | None = None
    wrong: dict[str, Any] | None = None
    folders: tuple[Path, ...] = ()
    keyed: bool = True
    """Whether the source is a database."""
    takes_null_keys: bool = True
    tells_empty_from_null: bool = True
    schema: Schema = field(default=PEOPLE)

    def source(self, **changes: Any) -> Source:
        """The source as a connector would have it; ``options`` and ``secrets`` may be changed."""
        policy = EgressPolicy(open_addresses=(self.address,) if self.address else ())
        around = Surroundings(
            policy=changes.pop("policy", policy), folders=self.folders, work=self.work
        )
        return make_source(
            self.kind,
            self.options | changes.get("options", {}),
            self.secrets | changes.get("secrets", {}),
            around,
        )

    def request(self, **changes: Any) -> ReadRequest:
        return ReadRequest(self.table, COLUMNS, PEOPLE, **changes)


class PostgresTable:
    """The table of people in a test's own schema."""

    def __init__(self, dsn: str, *, keyless: bool = False) -> None:
        self.dsn, self.schema = dsn, f"人口_{uuid4().hex[:8]}"
        key = "" if keyless else " PRIMARY KEY"
        self.run(
            f'CREATE SCHEMA "{self.schema}"; CREATE TABLE "{self.schema}".people (id bigint{key},'
            " name varchar(60), amount numeric(12,2), born_on date, seen_at timestamptz,"
            " big bigint, note text, alive boolean, step integer)"
        )

    def run(self, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
        with (
            closing(psycopg2.connect(self.dsn)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def write(self, rows: list[Row]) -> None:
        into = f'INSERT INTO "{self.schema}".people VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)'
        with (
            closing(psycopg2.connect(self.dsn)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.executemany(into, [[row[name] for name in COLUMNS] for row in rows])

    def drop(self, column: str) -> None:
        self.run(f'ALTER TABLE "{self.schema}".people DROP COLUMN {column}')


class MysqlTable:
    """The table of people in a database of the test's own."""

    def __init__(self, server: Any, *, keyless: bool = False) -> None:
        self.server, self.database = server, server.new_database()
        key = "" if keyless else " PRIMARY KEY"
        self.run(
            f"CREATE TABLE people (id bigint{key}, name varchar(60), amount decimal(12,2),"
            " born_on date, seen_at datetime(6), big bigint, note text, alive tinyint(1),"
            " step int)"
        )

    def run(self, statement: str, values: Any = None) -> Any:
        with (
            closing(self.server.connect(self.database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall()

    def write(self, rows: list[Row]) -> None:
        given = []
        for row in rows:
            seen = row["seen_at"]
            # Without a zone, as such tables keep it: the time of the wall there.
            wall = seen and seen.astimezone(_EAST).replace(tzinfo=None)
            given.append([wall if name == "seen_at" else row[name] for name in COLUMNS])
        into = "INSERT INTO people VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)"
        with (
            closing(self.server.connect(self.database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.executemany(into, given)

    def drop(self, column: str) -> None:
        self.run(f"ALTER TABLE people DROP COLUMN {column}")


class SqliteTable:
    """The table of people in a SQLite file."""

    def __init__(self, file: Path, *, keyless: bool = False) -> None:
        self.engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.pool.NullPool)
        self.people = sa.Table(
            "people",
            sa.MetaData(),
            sa.Column("id", sa.BigInteger, primary_key=not keyless, autoincrement=False),
            sa.Column("name", sa.String(60)),
            sa.Column("amount", sa.Text if keyless else sa.String(20)),
            sa.Column("born_on", sa.Date),
            sa.Column("seen_at", sa.DateTime),
            sa.Column("big", sa.BigInteger),
            sa.Column("note", sa.Text),
            sa.Column("alive", sa.Boolean),
            sa.Column("step", sa.Integer),
        )
        if keyless:
            self.people = sa.Table(
                "people",
                sa.MetaData(),
                *(sa.Column(c.name, c.type) for c in self.people.columns),
            )
        self.people.create(self.engine)

    def write(self, rows: list[Row]) -> None:
        with self.engine.begin() as connection:
            for row in rows:
                seen = row["seen_at"]
                wall = seen and seen.astimezone(_EAST).replace(tzinfo=None)
                amount = None if row["amount"] is None else format(row["amount"], "f")
                values = row | {"seen_at": wall, "amount": amount}
                connection.execute(sa.insert(self.people).values(values))

    def drop(self, column: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE people DROP COLUMN {column}"))


def arrow(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=PEOPLE.arrow)


def csv_text(rows: list[Row], *, without: str = "") -> bytes:
    """As CSV; nothing is an empty field, an empty text two quotes."""
    table = arrow(rows)
    texts = {}
    for name in table.column_names:
        column = table.column(name)
        if name == "seen_at":
            column = pa.array([v and v.isoformat() for v in column.to_pylist()], pa.string())
        texts[name] = column.cast(pa.string())
    texts.pop(without, None)
    out = io.BytesIO()
    pcsv.write_csv(pa.table(texts), out)
    return out.getvalue()


def ndjson_text(rows: list[Row], *, without: str = "") -> bytes:
    lines = [json.dumps(plain(row, without), ensure_ascii=False) for row in rows]
    return "\n".join(lines).encode() + b"\n"


def plain(row: Row, without: str = "") -> Row:
    """A row as JSON has it; an amount is a number with its digits."""
    made = {name: value for name, value in row.items() if name != without}
    for name, value in made.items():
        if isinstance(value, datetime.date):
            made[name] = value.isoformat()
        if isinstance(value, Decimal):
            made[name] = str(value)
    return made


def parquet_bytes(rows: list[Row], *, without: str = "") -> bytes:
    table = arrow(rows)
    out = io.BytesIO()
    pq.write_table(table.drop_columns([without]) if without else table, out)
    return out.getvalue()


WRITERS: dict[str, Callable[..., bytes]] = {
    "csv": csv_text,
    "ndjson": ndjson_text,
    "parquet": parquet_bytes,
}

"""Rows of a PostgreSQL table in the order of a key, as Arrow columns, by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from psycopg2 import extensions, sql

from exchange.dataplane.connectors.base import Chunk, Place, ReadRequest
from exchange.dataplane.connectors.copy_blocks import CopyBlocks
from exchange.dataplane.connectors.places import as_place, require_columns
from exchange.dataplane.connectors.postgres_catalog import Table
from exchange.dataplane.connectors.postgres_columns import Selected, selected
from exchange.dataplane.errors import Terminal
from exchange.dataplane.sound_cast import sound_cast

PARSE_BYTES = 2 * 1024 * 1024
_STEPS = ("smallint", "integer", "bigint", "numeric", "date", "real", "double precision")


@dataclass(frozen=True)
class Query:
    """One request on one table: its SQL and what its text becomes."""

    request: ReadRequest
    table: Table
    zone: str

    def __post_init__(self) -> None:
        require_columns(self.request, self.table.described)

    @property
    def order(self) -> tuple[str, ...]:
        """The columns a place is made of: the watermark, if any, and the key."""
        return self.request.rows_order

    @cached_property
    def items(self) -> list[Selected]:
        request, types = self.request, self.table.types
        pairs = zip(request.columns, request.schema.items, strict=True)
        return [selected(name, types[name], item, self.zone) for name, item in pairs]

    @cached_property
    def place_names(self) -> list[str]:
        """For each column of the order the selected column that tells its value exactly."""
        told = {
            source: item.name
            for source, item in zip(self.request.columns, self.items, strict=True)
            if item.exact
        }
        return [told.get(name, f"_place_{n}") for n, name in enumerate(self.order)]

    @cached_property
    def selected(self) -> list[Selected]:
        """The items, and as text what else a place needs."""
        extra = [
            Selected(name, sql.SQL("{}::text").format(sql.Identifier(source)), pa.string(), True)
            for source, name in zip(self.order, self.place_names, strict=True)
            if name.startswith("_place_")
        ]
        return [*self.items, *extra]

    @property
    def source(self) -> sql.Identifier:
        return sql.Identifier(self.table.schema, self.table.name)

    @cached_property
    def where(self) -> sql.Composable:
        """The rows that are to be read."""
        request = self.request
        tests = [
            sql.SQL("{} IS NOT NULL").format(sql.Identifier(name))
            for name in self.order
            if name in self.table.nullable
        ]
        if request.since is not None and not request.whole:
            tests.append(self._since(request.since))
        if request.after is not None:
            tests.append(self._compared(">", request.after))
        if request.until is not None:
            tests.append(self._compared("<=", request.until))
        return sql.SQL(" AND ").join(tests) if tests else sql.SQL("true")

    @property
    def rows(self) -> sql.Composable:
        """The rows to read, in order."""
        ordered = sql.SQL(", ").join(map(sql.Identifier, self.order))
        return sql.SQL("SELECT {} FROM {} WHERE {}{}").format(
            self._shown(),
            self.source,
            self.where,
            sql.SQL(" ORDER BY {}").format(ordered) if self.order else sql.SQL(""),
        )

    def of_keys(self, keys: list[list[str]]) -> sql.Composable:
        """The rows of these keys."""
        names = self.request.order
        listed = sql.SQL(", ").join(
            sql.SQL("({})").format(
                sql.SQL(", ").join(
                    self._typed(name, text) for name, text in zip(names, key, strict=True)
                )
            )
            for key in keys
        )
        return sql.SQL("SELECT {} FROM {} WHERE ({}) IN ({})").format(
            self._shown(),
            self.source,
            sql.SQL(", ").join(map(sql.Identifier, names)),
            listed,
        )

    def unkeyed(self, cursor: extensions.cursor) -> int:
        """How many rows have no place, because a column of the order is NULL."""
        nullable = [name for name in self.order if name in self.table.nullable]
        if not nullable:
            return 0
        tests = sql.SQL(" OR ").join(
            sql.SQL("{} IS NULL").format(sql.Identifier(name)) for name in nullable
        )
        cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self.source, tests))
        return int(_only(cursor))

    def count(self, cursor: extensions.cursor) -> int:
        """How many rows are to be read."""
        cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self.source, self.where))
        return int(_only(cursor))

    def highest(self, cursor: extensions.cursor) -> Place | None:
        """The last watermark place of the whole table, None without rows."""
        names = self.request.watermarked_order
        known = sql.SQL(" AND ").join(
            sql.SQL("{} IS NOT NULL").format(sql.Identifier(name)) for name in names
        )
        shown = sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(name)) for name in names
        )
        order = sql.SQL(", ").join(
            sql.SQL("{} DESC").format(sql.Identifier(name)) for name in names
        )
        cursor.execute(
            sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT 1").format(
                shown, self.source, known, order
            )
        )
        row = cursor.fetchone()
        return list(row) if row else None

    def expected(self, cursor: extensions.cursor) -> int:
        """How many rows the server's planner expects."""
        cursor.execute(
            sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {} WHERE {}").format(self.source, self.where)
        )
        return int(_only(cursor)[0]["Plan"]["Plan Rows"])

    def chunks(self, cursor: extensions.cursor) -> Iterator[Chunk]:
        """All rows in order; the place of each chunk is of its last row."""
        for block, table in self._blocks(cursor, self.rows):
            place = as_place(table, self.place_names) if self.order else None
            yield Chunk(table.select(self.request.schema.names), place, len(block))

    def fetch(self, cursor: extensions.cursor, keys: list[list[str]]) -> pa.Table:
        """The rows of these keys, unordered."""
        names = self.request.schema.names
        found = [table.select(names) for _, table in self._blocks(cursor, self.of_keys(keys))]
        if not found:
            return self.request.schema.arrow.empty_table()
        return pa.concat_tables(found, promote_options="permissive")

    def _blocks(
        self, cursor: extensions.cursor, query: sql.Composable
    ) -> Iterator[tuple[bytes, pa.Table]]:
        command = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(query)
        statement = command.as_string(cursor).encode()
        with CopyBlocks(cursor, statement, self.request.chunk_rows) as blocks:
            for block in blocks:
                yield block, parse(block, self.selected)

    def _shown(self) -> sql.Composable:
        return sql.SQL(", ").join(one.expression for one in self.selected)

    def _since(self, since: Place) -> sql.Composable:
        request = self.request
        if not request.overlap:
            return self._compared(">", since)
        type_ = self.table.types[request.watermark]
        if type_.startswith("timestamp"):
            before = sql.SQL("make_interval(secs => {})").format(sql.Literal(request.overlap))
        elif type_.split("(")[0] in _STEPS:
            before = sql.Literal(request.overlap)
        else:
            raise Terminal(
                "overlap-invalid",
                f"A watermark of type {type_} knows no overlap: use a time, a date or a number.",
            )
        return sql.SQL("{} >= {} - {}").format(
            sql.Identifier(request.watermark), self._typed(request.watermark, since[0]), before
        )

    def _compared(self, sign: str, place: Place) -> sql.Composable:
        if not isinstance(place, list) or len(place) != len(self.order):
            raise Terminal("place-invalid", "The place does not fit the key: read all anew.")
        return sql.SQL("({}) {} ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, self.order)),
            sql.SQL(sign),
            sql.SQL(", ").join(
                self._typed(name, text) for name, text in zip(self.order, place, strict=True)
            ),
        )

    def _typed(self, name: str, text: str) -> sql.Composable:
        # The type's spelling comes from the server's own catalogue.
        type_ = sql.SQL(self.table.types[name].replace("{", "{{").replace("}", "}}"))
        return sql.SQL("CAST({} AS {})").format(sql.Literal(str(text)), type_)


def parse(block: bytes, columns: list[Selected]) -> pa.Table:
    """The CSV as a table; a column with a value that its type does not take stays text."""
    wanted = {column.name: column.arrow for column in columns}
    try:
        return _parse(block, wanted)
    except pa.ArrowInvalid:
        texts = _parse(block, dict.fromkeys(wanted, pa.string()))
    return pa.table({name: _typed(texts.column(name), type_) for name, type_ in wanted.items()})


def _parse(block: bytes, types: dict[str, pa.DataType]) -> pa.Table:
    try:
        return pcsv.read_csv(
            pa.BufferReader(block),
            read_options=pcsv.ReadOptions(column_names=list(types), block_size=PARSE_BYTES),
            parse_options=pcsv.ParseOptions(newlines_in_values=True),
            convert_options=pcsv.ConvertOptions(
                column_types=types,
                null_values=[""],
                true_values=["t"],
                false_values=["f"],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise Terminal(
                "source-encoding", "The source holds text that is not in its declared encoding."
            ) from None
        raise


def _typed(texts: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_boolean(wanted):
        return pc.equal(texts, "t")
    try:
        return sound_cast(texts, wanted)
    except pa.ArrowInvalid:
        if pa.types.is_timestamp(wanted):
            return pc.replace_substring_regex(texts, r"\+00$", "Z")
        return texts


def _only(cursor: extensions.cursor) -> Any:
    row = cursor.fetchone()
    return row[0] if row else None

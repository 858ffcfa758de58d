"""A body sifted once: good rows to one working file, bad rows with their reasons to another."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exchange.dataplane.casting import cast_texts
from exchange.dataplane.chunks import OP, Chunk, Fault, reasons, rejected_mask, row_errors
from exchange.dataplane.errors import FaultCount, RowError, TooLarge
from exchange.dataplane.limits import Limits
from exchange.dataplane.overlapping import ahead
from exchange.dataplane.schema import Schema
from exchange.dataplane.straight import Plan
from exchange.dataplane.validation import validate

LINE = "_line"
REASONS = "_errors"
Keep = Callable[[pa.Table], None]


@dataclass
class Screened:
    """What came of a body.

    ``accepted`` holds ``_line``, ``_op`` where asked for, and the items; each file of ``rejects``
    the line, the reasons and the items as text; ``held`` the readable keys of rejected rows. A
    ``straight`` one holds the final file's columns in ``accepted`` instead; ``ascends`` tells that
    its keys stand in order, each once, and ``deletes`` how many of its rows are deletes.
    """

    accepted: Path
    rejects: list[Path]
    held: Path
    received: int = 0
    rejected: int = 0
    errors: list[RowError] = field(default_factory=list)
    broken: Counter[tuple[str, str]] = field(default_factory=Counter)
    straight: bool = False
    ascends: bool = False
    deletes: int = 0

    @property
    def counts(self) -> tuple[FaultCount, ...]:
        """How many rows broke each rule of each column, the most first."""
        found = sorted(self.broken.items(), key=lambda each: (-each[1], each[0]))
        return tuple(FaultCount(column, code, rows) for (column, code), rows in found)


def accepted_schema(schema: Schema, *, ops: bool) -> pa.Schema:
    head = [pa.field(LINE, pa.int64())] + ([pa.field(OP, pa.string())] if ops else [])
    return pa.schema(head + list(schema.arrow))


def rejects_schema(schema: Schema, *, ops: bool) -> pa.Schema:
    head = [pa.field(LINE, pa.int64()), pa.field(REASONS, pa.string())]
    names = ([OP] if ops else []) + list(schema.names)
    return pa.schema(head + [pa.field(name, pa.string()) for name in names])


def held_schema(schema: Schema) -> pa.Schema:
    return pa.schema([schema.arrow.field(name) for name in schema.key])


class Sieve:
    """Writes chunks apart; closed by the with statement."""

    def __init__(
        self,
        work: Path,
        schema: Schema,
        limits: Limits,
        *,
        ops: bool,
        straight: Plan | None = None,
    ) -> None:
        accepted = straight.path if straight else work / "accepted"
        self.result = Screened(accepted, [work / "rejects"], work / "held")
        self._straight = straight
        self._schema, self._limits, self._ops = schema, limits, ops
        self._rejects = rejects_schema(schema, ops=ops)
        self._held = held_schema(schema)
        self._open = ExitStack()

    def __enter__(self) -> "Sieve":
        result = self.result
        self._keep = self._good_writer()
        self._bad = self._writer(result.rejects[0], self._rejects)
        self._keys = self._writer(result.held, self._held)
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.__exit__(*exception)  # type: ignore[arg-type]

    def _good_writer(self) -> Keep:
        """Where accepted rows go: into their final file, or into a working file."""
        if self._straight is None:
            accepted = accepted_schema(self._schema, ops=self._ops)
            self._columns = accepted.names
            return cast(Keep, self._writer(self.result.accepted, accepted).write_table)
        self._columns = ([OP] if self._ops else []) + list(self._schema.names)
        writer = self._open.enter_context(self._straight.writer(self._schema, self._limits))

        def keep(table: pa.Table) -> None:
            writer.write(table)
            self.result.ascends, self.result.deletes = writer.ascends, writer.deletes

        self.result.straight = self.result.ascends = True
        return keep

    def _writer(self, path: Path, schema: pa.Schema) -> pq.ParquetWriter:
        # Read once and thrown away: light compression, no dictionaries, no statistics.
        return self._open.enter_context(
            pq.ParquetWriter(
                path, schema, compression="lz4", use_dictionary=False, write_statistics=False
            )
        )

    def take(self, chunk: Chunk, faults: list[Fault]) -> None:
        result = self.result
        result.received += chunk.rows
        if result.received > self._limits.max_rows:
            raise TooLarge("too-many-rows", f"a body has at most {self._limits.max_rows} rows")
        if not faults:
            self._keep(self._good_rows(chunk))
            return
        bad = rejected_mask(faults, chunk.rows)
        result.rejected += bad.true_count
        for fault in faults:
            result.broken[fault.column, fault.code] += fault.mask.true_count
        room = self._limits.max_errors - len(result.errors)
        if room:
            result.errors += row_errors(chunk, faults, room)
        self._keep(self._good_rows(chunk).filter(pc.invert(bad)))
        self._bad.write_table(self._bad_rows(chunk, faults).filter(bad))
        self._hold(chunk, faults, bad)

    def _good_rows(self, chunk: Chunk) -> pa.Table:
        return pa.table({LINE: chunk.lines, **chunk.columns}).select(self._columns)

    def _bad_rows(self, chunk: Chunk, faults: list[Fault]) -> pa.Table:
        texts = {
            name: chunk.texts[name] if name in chunk.texts else column.cast(pa.string())
            for name, column in chunk.columns.items()
        }
        for fault in faults:
            if fault.values is not None and fault.column in texts:
                sent = fault.values.cast(pa.string())
                texts[fault.column] = pc.if_else(fault.mask, sent, texts[fault.column])
        table = pa.table({LINE: chunk.lines, REASONS: reasons(faults, chunk.rows), **texts})
        return table.select(self._rejects.names)

    def _hold(self, chunk: Chunk, faults: list[Fault], bad: pa.BooleanArray) -> None:
        """Keep the keys that can be read, so that a bad row is not taken for a missing one."""
        if not self._schema.key:
            return
        for fault in faults:
            if fault.column in self._schema.key:
                bad = pc.and_not(bad, fault.mask)
        keys = pa.table({name: chunk.columns[name] for name in self._schema.key})
        self._keys.write_table(keys.filter(bad))


def screen(
    chunks: Iterator[Chunk],
    schema: Schema,
    limits: Limits,
    work: Path,
    con: duckdb.DuckDBPyConnection,
    *,
    ops: bool,
    straight: Plan | None = None,
) -> Screened:
    """Cast, validate and sift all chunks; keys repeated in the body are not looked for here.

    With ``straight`` the accepted rows go into their final file; OutOfOrder if they cannot.
    """
    with (
        contextlib.closing(ahead(chunks)) as pieces,
        Sieve(work, schema, limits, ops=ops, straight=straight) as sieve,
    ):
        for chunk in pieces:
            if chunk.rows:
                sieve.take(*validate(cast_texts(chunk, schema, con), schema, ops=ops))
    return sieve.result

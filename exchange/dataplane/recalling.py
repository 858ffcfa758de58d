"""Taking a batch back: the table without it, and the changes that lead there for every reader.

Readers of a log with a recalled batch are of two kinds: those who have its rows, and those to whom
it was never given. The compensating changes lead both to the same table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from exchange.dataplane.difference import NEW, Counted
from exchange.dataplane.engine import engine, quoted, run, scan
from exchange.dataplane.limits import Limits
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.reading import fold, workspace
from exchange.dataplane.schema import Schema
from exchange.dataplane.store import check_blob
from exchange.dataplane.stored import select_items

# So many batches are folded at once; a longer log in steps.
STEP_BATCHES = 200


@dataclass(frozen=True)
class Removed:
    """A batch that is taken back, and the batches behind it that stay."""

    path: Path
    later: tuple[Path, ...]


def table_without(
    base: Path | None, live: Sequence[Path], schema: Schema, out: Path, limits: Limits
) -> int:
    """Write the table that the base and the batches that stay make, in their order; its rows."""
    with workspace(out) as work:
        source, left = base, list(live)
        while len(left) > STEP_BATCHES:
            step = work / f"step-{len(left)}"
            fold(source, left[:STEP_BATCHES], schema, step, limits)
            source, left = step, left[STEP_BATCHES:]
        return fold(source, left, schema, out, limits)


def restores_from(
    restoring: Path, recalled: Path, schema: Schema, work: Path, limits: Limits
) -> bool:
    """Whether an older compensating batch gives rows again whose keys the recalled batch names."""
    if not schema.key:
        return False
    keys = ", ".join(map(quoted, schema.key))
    rows = select_items(restoring, schema, also=("_op",))
    named = select_items(recalled, schema)
    query = f"""
        SELECT count(*) FROM (SELECT {keys} FROM ({rows}) WHERE _op = 'upsert')
        SEMI JOIN ({named}) USING ({keys})
    """
    with engine(limits, work) as con:
        return bool(run(con, query)[0][0])


def compensate(
    removed: Sequence[Removed], table: Path, schema: Schema, out: Path, limits: Limits
) -> Counted:
    """Write the batch file that leads to ``table``; counted against what stood there before.

    It names each key that a removed batch was the last to change: its row of the table, or its
    deletion. Without a key no row can be named, and the file is empty. ``removed`` is in the order
    of the log.
    """
    counted = Counted()
    for each in removed:
        check_blob(each.path)
    with (
        workspace(out) as work,
        engine(limits, work) as con,
        BlobWriter(out, schema.batch_arrow, limits) as writer,
    ):
        for rows in _changes(con, removed, table, schema, limits):
            counted.add(rows)
            places = pa.arange(writer.rows + 1, writer.rows + len(rows) + 1)
            writer.write(rows.append_column("_seq", places))
    return counted


def _changes(
    con: duckdb.DuckDBPyConnection,
    removed: Sequence[Removed],
    table: Path,
    schema: Schema,
    limits: Limits,
) -> Iterator[pa.Table]:
    if not schema.key:
        return
    query = _query(removed, table, schema)
    for batch in con.sql(query).to_arrow_reader(limits.batch_rows):
        yield pa.Table.from_batches([batch])


def _query(removed: Sequence[Removed], table: Path, schema: Schema) -> str:
    keys = ", ".join(map(quoted, schema.key))
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    touched = " UNION ALL ".join(
        _touched(each, place, schema, keys) for place, each in enumerate(removed)
    )
    # A key that one batch deleted, and that is not there, is right for everybody; where a recall is
    # replaced, some have the rows that it took back.
    values = "".join(f", t.{name} AS {name}" for name in rest)
    return f"""
        WITH touched AS MATERIALIZED (
            SELECT {keys}, arg_max(_op, (_place, _seq)) AS _last
            FROM ({touched}) GROUP BY {keys}
        )
        SELECT CASE WHEN t._there THEN 'upsert' ELSE 'delete' END AS _op,
            coalesce(t._there, false) AND _last = 'delete' AS {NEW}, {keys}{values}
        FROM touched
        LEFT JOIN (SELECT *, true AS _there FROM ({select_items(table, schema)})) t USING ({keys})
        WHERE t._there OR _last = 'upsert' OR {"true" if len(removed) > 1 else "false"}
        ORDER BY {keys}
    """


def _touched(removed: Removed, place: int, schema: Schema, keys: str) -> str:
    """The keys that no later batch changed again, with the last deed on each."""
    rows = select_items(removed.path, schema, also=("_op", "_seq"))
    query = f"SELECT {keys}, _op, _seq, {place} AS _place FROM ({rows})"
    if removed.later:
        query += f" ANTI JOIN {scan(list(removed.later))} USING ({keys})"
    return query

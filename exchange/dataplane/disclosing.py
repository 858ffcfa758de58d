"""Files and pages as a grant shows them: the whole table, the changes of a batch, single rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from exchange.dataplane.binding import Bound
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.encoding import (
    COLUMNAR,
    check_format,
    json_expression,
    printable,
    table_writer,
)
from exchange.dataplane.engine import engine, literal, page_engine, quoted
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.reading import workspace
from exchange.dataplane.store import check_blob
from exchange.dataplane.stored import select_items
from exchange.dataplane.straight import numbered


def disclose_table(
    snapshot: Path,
    disclosure: Disclosure,
    *,
    format: str,
    out: Path,
    limits: Limits | None = None,
) -> int:
    """Write the table of a snapshot file as the disclosure shows it; the rows written.

    The rows keep their order. Items that the file is too old to hold are null.
    """
    limits = limits or Limits()
    check_format(format)
    check_blob(snapshot)
    bound = Bound()
    query = _rows(select_items(snapshot, disclosure.source), disclosure, bound)
    shown = disclosure.shown.arrow
    with workspace(out) as work, engine(limits, work) as con:
        if format not in COLUMNAR:
            return _write_json(con, query, bound, shown, format, out)
        written = 0
        with table_writer(out, shown, format) as writer:
            tables = _tables(con, query, bound, shown, limits)
            for table in _even(tables, limits.row_group_rows):
                written += len(table)
                writer.write_table(printable(table) if format == "csv" else table)
        return written


def _rows(stored: str, disclosure: Disclosure, bound: Bound) -> str:
    """The disclosed rows of a query over stored items.

    The rows are chosen before the items are masked, for both bear the same names.
    """
    chosen = f"SELECT * FROM ({stored}) WHERE {disclosure.matches(bound)}"
    return f"SELECT {', '.join(disclosure.columns(bound))} FROM ({chosen})"


def _write_json(
    con: duckdb.DuckDBPyConnection,
    query: str,
    bound: Bound,
    shown: pa.Schema,
    format: str,
    out: Path,
) -> int:
    columns = ", ".join(json_expression(field) for field in shown)
    array = "true" if format == "json" else "false"
    copied = con.execute(
        f"COPY (SELECT {columns} FROM ({query})) TO {literal(str(out))} "
        f"(FORMAT json, ARRAY {array})",
        bound.values,
    ).fetchall()
    rows: int = copied[0][0]
    return rows


def _tables(
    con: duckdb.DuckDBPyConnection, query: str, bound: Bound, schema: pa.Schema, limits: Limits
) -> Iterator[pa.Table]:
    """The rows of a query in the types of the schema, batch by batch."""
    for batch in con.sql(query, params=bound.values).to_arrow_reader(limits.batch_rows):
        yield pa.Table.from_batches([batch]).select(schema.names).cast(schema)


def _even(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The rows in tables of equal length, for uneven ones would tell where rows are left out."""
    waiting: list[pa.Table] = []
    held = 0
    for table in tables:
        waiting.append(table)
        held += len(table)
        while held >= rows:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, rows).combine_chunks()
            waiting, held = [whole.slice(rows)], held - rows
    if held:
        yield pa.concat_tables(waiting).combine_chunks()


def disclose_page(table: pa.Table, disclosure: Disclosure) -> pa.Table:
    """A few rows in memory as the disclosure shows them.

    The table holds the items of ``disclosure.source_names`` at least; ``column-unknown`` else.
    """
    missing = [name for name in disclosure.source_names if name not in table.column_names]
    if missing:
        raise Terminal("column-unknown", ", ".join(missing))
    bound = Bound()
    stored = table.select(disclosure.source_names).cast(disclosure.source.arrow)
    with page_engine() as con:
        con.register("page", stored)
        query = _rows("SELECT * FROM page", disclosure, bound)
        found = con.sql(query, params=bound.values).to_arrow_table()
    return found.select(disclosure.names).cast(disclosure.shown.arrow)


def disclose_changes(
    batch: Path,
    disclosure: Disclosure,
    *,
    out: Path,
    snapshot: Path | None = None,
    before: Sequence[Path] = (),
    recalled: Sequence[Path] = (),
    limits: Limits | None = None,
) -> int:
    """Write a batch as the disclosure shows it, again as a batch file; the rows written.

    Folded one after the other, these batches are the disclosed table. A row that matches is an
    upsert. A changed row that does not match is a delete if the row before it did, and nothing if
    not, so that nobody learns of rows that were never theirs. Deletes carry the key alone, and
    ``_seq`` counts the rows shown.

    Where ``disclosure.needs_history``, ``snapshot`` is the table after any earlier batch (None:
    before the first) and ``before`` the batches between it and this one, in order, without a gap;
    the later the snapshot, the less is read. Without that history a caller must not guess: a
    delete too many tells of rows never shown, one too few leaves a row that is no longer theirs.
    Of a key that stands twice in a filtered batch, the last row is shown.

    Those of ``before`` that are in ``recalled`` were given to some readers and not to others: a row
    ends for both if either of them had it.
    """
    limits = limits or Limits()
    for path in [batch, *([snapshot] if snapshot else []), *before]:
        check_blob(path)
    bound = Bound()
    histories = [list(before)]
    if recalled:
        histories.append([path for path in before if path not in recalled])
    query = _changes(batch, disclosure, bound, snapshot, histories)
    shown = disclosure.shown
    with (
        workspace(out) as work,
        engine(limits, work) as con,
        BlobWriter(out, shown.batch_arrow, limits) as writer,
    ):
        rows = pa.schema([pa.field("_op", pa.string()), *shown.arrow])
        for table in _tables(con, query, bound, rows, limits):
            writer.write(numbered(table, writer.rows))
    return writer.rows


def _changes(
    batch: Path,
    disclosure: Disclosure,
    bound: Bound,
    snapshot: Path | None,
    histories: list[list[Path]],
) -> str:
    rows = select_items(batch, disclosure.source, also=("_op", "_seq"))
    shown = _shown_rows(disclosure, bound)
    if disclosure.condition is None:
        return f"SELECT {shown} FROM ({rows}) ORDER BY _seq"
    matches = disclosure.matches(bound)
    if not disclosure.schema.key:
        return f"SELECT {shown} FROM (SELECT * FROM ({rows}) WHERE {matches}) ORDER BY _seq"
    keys = ", ".join(map(quoted, disclosure.schema.key))
    last = _last_of_each_key(f"SELECT *, _op = 'upsert' AND {matches} AS _in FROM ({rows})", keys)
    if not disclosure.needs_history:
        # The condition sees the key alone, so a row has always matched or never.
        return f"SELECT {shown} FROM (SELECT * FROM ({last}) WHERE {matches}) ORDER BY _seq"
    held = " UNION ".join(_held(disclosure, bound, keys, snapshot, before) for before in histories)
    return f"""
        WITH last AS MATERIALIZED ({last}),
            gone AS MATERIALIZED (SELECT {keys} FROM last WHERE NOT _in),
            held AS MATERIALIZED ({held})
        SELECT {shown} FROM (
            SELECT * FROM last WHERE _in
            UNION ALL
            SELECT * REPLACE ('delete' AS _op) FROM last SEMI JOIN held USING ({keys})
        ) ORDER BY _seq
    """


def _shown_rows(disclosure: Disclosure, bound: Bound) -> str:
    """``_op`` and the items; of a delete the key alone."""
    columns = ["_op"]
    for item, column in zip(disclosure.selected.items, disclosure.columns(bound), strict=True):
        if item.name in disclosure.schema.key:
            columns.append(column)
            continue
        value = column.removesuffix(f" AS {quoted(item.name)}")
        columns.append(f"CASE WHEN _op = 'upsert' THEN {value} END AS {quoted(item.name)}")
    return ", ".join(columns)


def _last_of_each_key(rows: str, keys: str, order: str = "_seq DESC") -> str:
    return (
        f"SELECT * FROM ({rows}) "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) = 1"
    )


def _held(
    disclosure: Disclosure,
    bound: Bound,
    keys: str,
    snapshot: Path | None,
    before: list[Path],
) -> str:
    """SQL for those keys of ``gone`` whose rows matched before this batch."""
    matches = disclosure.matches(bound)
    touched = f"SEMI JOIN gone USING ({keys})"
    parts = []
    if snapshot is not None:
        rows = select_items(snapshot, disclosure.source)
        parts.append(f"SELECT {keys}, {matches} AS _in, 0 AS _batch, 0 AS _seq FROM ({rows})")
    for place, path in enumerate(before, start=1):
        rows = select_items(path, disclosure.source, also=("_op", "_seq"))
        still = f"_op = 'upsert' AND {matches}"
        parts.append(f"SELECT {keys}, {still} AS _in, {place} AS _batch, _seq FROM ({rows})")
    if not parts:
        return f"SELECT {keys} FROM gone WHERE false"
    parts = [f"{part} {touched}" for part in parts]
    last = _last_of_each_key(" UNION ALL ".join(parts), keys, "_batch DESC, _seq DESC")
    return f"SELECT {keys} FROM ({last}) WHERE _in"

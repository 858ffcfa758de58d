"""Keys that stand more than once in one body: the last row holds, every earlier one is rejected."""

from pathlib import Path

import duckdb

from exchange.dataplane.chunks import OP, mask_value
from exchange.dataplane.engine import literal, quoted, run, scan
from exchange.dataplane.errors import RowError
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import LINE, REASONS, Screened


def keys_repeat(screened: Screened, schema: Schema, con: duckdb.DuckDBPyConnection) -> bool:
    """Whether some key stands more than once among the accepted rows."""
    key = ", ".join(map(quoted, schema.key))
    source = scan([screened.accepted])
    accepted = screened.received - screened.rejected
    found = run(con, f"SELECT count(*) FROM (SELECT 1 FROM {source} GROUP BY {key})")
    return bool(found != [(accepted,)])


def reject_repeats(
    screened: Screened, schema: Schema, limits: Limits, con: duckdb.DuckDBPyConnection, *, ops: bool
) -> None:
    """Bring ``screened`` up: its accepted file, rejects, counts and errors."""
    if not keys_repeat(screened, schema, con):
        return
    key = ", ".join(map(quoted, schema.key))
    source = scan([screened.accepted])
    last = f"max({LINE}) OVER (PARTITION BY {key})"
    run(
        con,
        f"CREATE TABLE repeats AS SELECT * FROM (SELECT {LINE}, {last} AS last_line "
        f"FROM {source}) WHERE {LINE} <> last_line",
    )
    _name(screened, schema, limits, con, source)
    _move(screened, schema, con, source, ops=ops)
    run(con, "DROP TABLE repeats")


def _name(
    screened: Screened,
    schema: Schema,
    limits: Limits,
    con: duckdb.DuckDBPyConnection,
    source: str,
) -> None:
    """Count the repeats and put the first of them among the errors."""
    values = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in schema.key)
    rows = run(
        con,
        f"""
        SELECT {LINE}, last_line, concat_ws(',', {values}) FROM {source} JOIN repeats
        USING ({LINE}) ORDER BY {LINE} LIMIT {limits.max_errors}
        """,
    )
    errors = screened.errors + [
        RowError(
            line,
            ",".join(schema.key),
            "key-repeated",
            f"the key stands again at line {last}",
            mask_value(value),
        )
        for line, last, value in rows
    ]
    screened.errors = sorted(errors, key=lambda error: error.line)[: limits.max_errors]
    repeated = run(con, "SELECT count(*) FROM repeats")[0][0]
    screened.rejected += repeated
    screened.broken[",".join(schema.key), "key-repeated"] += repeated


def _move(
    screened: Screened,
    schema: Schema,
    con: duckdb.DuckDBPyConnection,
    source: str,
    *,
    ops: bool,
) -> None:
    """Write the repeats as rejects and the rest as the accepted rows."""
    names = ([OP] if ops else []) + list(schema.names)
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    reason = literal(f"{','.join(schema.key)}:key-repeated")
    rejects = screened.accepted.with_name("rejects-repeated")
    rest = screened.accepted.with_name("accepted-once")
    _copy(
        con,
        rejects,
        f"SELECT {LINE}, {reason} AS {REASONS}, {texts} FROM {source} "
        f"SEMI JOIN repeats USING ({LINE})",
    )
    _copy(con, rest, f"SELECT * FROM {source} ANTI JOIN repeats USING ({LINE}) ORDER BY {LINE}")
    screened.rejects.append(rejects)
    screened.accepted = rest


def _copy(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    run(con, f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION lz4)")

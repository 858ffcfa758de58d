"""Rows that were read again, compared with what is published: only what differs goes on."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from exchange.dataplane.difference import NEW
from exchange.dataplane.engine import literal, quoted, run, scan
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import LINE, Screened
from exchange.dataplane.stored import select_items


@dataclass(frozen=True)
class Published:
    """A table as published: a snapshot file, if there is one, and the batches after it in order."""

    snapshot: Path | None = None
    batches: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, none where nothing is published."""
        return ((self.snapshot,) if self.snapshot else ()) + self.batches


def differing_rows(
    con: duckdb.DuckDBPyConnection,
    schema: Schema,
    screened: Screened,
    published: Published,
    beyond: tuple[str, str] | None = None,
) -> str:
    """SQL for the accepted rows that differ from the published ones, in their order: ``_op``,
    ``_new`` (an insert) and the items. Of a key that came twice the last row holds.

    Only the keys that were read are looked for in the published files, so the work follows the
    rows read and not the size of the table. Rows ``beyond`` a value that no published item exceeds
    differ by that item: of them the keys alone are looked for.
    """
    keys = ", ".join(map(quoted, schema.key))
    names = ", ".join(map(quoted, schema.names))
    run(
        con,
        f"""
        CREATE TEMP TABLE read_rows AS
        SELECT {LINE}, {names}, {_is_fresh(schema, beyond)} AS _fresh
        FROM {scan([screened.accepted])}
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {LINE} DESC) = 1
        """,
    )
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    differs = " OR ".join(["b.known IS NULL", *(f"n.{x} IS DISTINCT FROM b.{x}" for x in rest)])
    only_keys = schema.select(schema.key)
    sides = []
    for fresh, looked_at, where in ((False, schema, differs), (True, only_keys, "true")):
        if run(con, f"SELECT EXISTS (FROM read_rows WHERE _fresh = {fresh})")[0][0]:
            sides.append(_compared(con, schema, looked_at, published, fresh=fresh, where=where))
    return f"SELECT * EXCLUDE ({LINE}) FROM ({' UNION ALL '.join(sides)}) ORDER BY {LINE}"


def _is_fresh(schema: Schema, beyond: tuple[str, str] | None) -> str:
    if beyond is None:
        return "false"
    item = schema.by_name[beyond[0]]
    return (
        f"coalesce({quoted(item.name)} > TRY_CAST({literal(beyond[1])} AS {item.sql_type}), false)"
    )


def _compared(
    con: duckdb.DuckDBPyConnection,
    schema: Schema,
    looked_at: Schema,
    published: Published,
    *,
    fresh: bool,
    where: str,
) -> str:
    """SQL for the rows on one side of the value, beside the published items that are looked at."""
    side = "fresh" if fresh else "old"
    run(con, f"CREATE TEMP TABLE read_{side} AS FROM read_rows WHERE _fresh = {fresh}")
    there = _published(looked_at, published, f"read_{side}")
    run(con, f"CREATE TEMP TABLE published_{side} AS SELECT *, true AS known FROM ({there})")
    on = " AND ".join(f"n.{quoted(name)} = b.{quoted(name)}" for name in schema.key)
    return f"""
        SELECT 'upsert' AS _op, b.known IS NULL AS {NEW}, n.* EXCLUDE (_fresh)
        FROM read_{side} n LEFT JOIN published_{side} b ON {on} WHERE {where}
    """


def _published(schema: Schema, published: Published, read: str) -> str:
    """The published rows of the keys in the table ``read``."""
    keys = ", ".join(map(quoted, schema.key))
    names = ", ".join(map(quoted, schema.names))
    parts = [
        select_items(path, schema, also=("_op", f"{place} AS _batch", "_seq"))
        for place, path in enumerate(published.batches)
    ]
    before = select_items(published.snapshot, schema) if published.snapshot else None
    mine = f"SEMI JOIN {read} USING ({keys})"
    if not parts:
        # No table yet: its shape without a row.
        nothing = f"SELECT {names} FROM {read} LIMIT 0"
        return f"SELECT {names} FROM ({before}) {mine}" if before else nothing
    last = f"""
        SELECT * FROM ({" UNION ALL ".join(parts)}) {mine}
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _batch DESC, _seq DESC) = 1
    """
    table = f"SELECT {names} FROM last WHERE _op = 'upsert'"
    if before:
        table += f" UNION ALL SELECT {names} FROM ({before}) {mine} ANTI JOIN last USING ({keys})"
    return f"WITH last AS MATERIALIZED ({last}) {table}"

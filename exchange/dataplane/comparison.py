"""Rows that were read again, compared with what is published: only what differs goes on."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from exchange.dataplane.difference import NEW
from exchange.dataplane.engine import quoted, run, scan
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
    con: duckdb.DuckDBPyConnection, schema: Schema, screened: Screened, published: Published
) -> str:
    """SQL for the accepted rows that differ from the published ones, in their order: ``_op``,
    ``_new`` (an insert) and the items. Of a key that came twice the last row holds.

    Only the keys that were read are looked for in the published files, so the work follows the
    rows read and not the size of the table.
    """
    keys = ", ".join(map(quoted, schema.key))
    names = ", ".join(map(quoted, schema.names))
    run(
        con,
        f"""
        CREATE TEMP TABLE read_rows AS
        SELECT {LINE}, {names} FROM {scan([screened.accepted])}
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {LINE} DESC) = 1
        """,
    )
    run(con, f"CREATE TEMP TABLE published_rows AS {_published(schema, published)}")
    on = " AND ".join(f"n.{quoted(name)} = b.{quoted(name)}" for name in schema.key)
    new = f"b.{quoted(schema.key[0])} IS NULL"
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    differs = " OR ".join([new, *(f"n.{name} IS DISTINCT FROM b.{name}" for name in rest)])
    return f"""
        SELECT 'upsert' AS _op, {new} AS {NEW}, n.* EXCLUDE ({LINE})
        FROM read_rows n LEFT JOIN published_rows b ON {on}
        WHERE {differs} ORDER BY n.{LINE}
    """


def _published(schema: Schema, published: Published) -> str:
    """The published rows of the keys that were read."""
    keys = ", ".join(map(quoted, schema.key))
    names = ", ".join(map(quoted, schema.names))
    parts = [
        select_items(path, schema, also=("_op", f"{place} AS _batch", "_seq"))
        for place, path in enumerate(published.batches)
    ]
    before = select_items(published.snapshot, schema) if published.snapshot else None
    mine = f"SEMI JOIN read_rows USING ({keys})"
    if not parts:
        # No table yet: its shape without a row.
        return f"SELECT {names} FROM ({before}) {mine}" if before else "FROM read_rows LIMIT 0"
    last = f"""
        SELECT * FROM ({" UNION ALL ".join(parts)}) {mine}
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _batch DESC, _seq DESC) = 1
    """
    table = f"SELECT {names} FROM last WHERE _op = 'upsert'"
    if before:
        table += f" UNION ALL SELECT {names} FROM ({before}) {mine} ANTI JOIN last USING ({keys})"
    return f"WITH last AS MATERIALIZED ({last}) {table}"

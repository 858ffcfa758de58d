"""Two versions of a table compared by key, column by column, never by hash."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exchange.dataplane.engine import quoted, scan
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import Screened
from exchange.dataplane.stored import select_items

NEW = "_new"


@dataclass
class Counted:
    """Rows of the difference by what happened to them."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def add(self, table: pa.Table) -> None:
        new = pc.sum(table[NEW]).as_py() or 0
        gone = pc.sum(pc.equal(table["_op"], "delete")).as_py() or 0
        self.inserted += new
        self.deleted += gone
        self.updated += len(table) - new - gone


def table_changes(schema: Schema, screened: Screened, base: Path) -> str:
    """SQL for the changes sorted by key: ``_op``, ``_new`` (an insert), items; deletes keep the
    key only. Null equals null and differs from every value."""
    keys = [quoted(name) for name in schema.key]
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    on = " AND ".join(f"n.{key} = b.{key}" for key in keys)
    gone, new = f"n.{keys[0]} IS NULL", f"b.{keys[0]} IS NULL"
    differs = [f"n.{name} IS DISTINCT FROM b.{name}" for name in rest]
    columns = [f"coalesce(n.{key}, b.{key}) AS {key}" for key in keys]
    columns += [f"n.{name} AS {name}" for name in rest]
    return f"""
        SELECT CASE WHEN {gone} THEN 'delete' ELSE 'upsert' END AS _op, {new} AS {NEW},
            {", ".join(columns)}
        FROM ({_table(schema, screened, base)}) n
        FULL JOIN ({select_items(base, schema)}) b ON {on}
        WHERE {" OR ".join([gone, new, *differs])}
        ORDER BY {", ".join(keys)}
    """


def ordered_table(schema: Schema, screened: Screened, base: Path | None) -> str:
    """SQL for the whole table as it is after this publication, sorted by key."""
    keys = ", ".join(quoted(name) for name in schema.key)
    return f"SELECT * FROM ({_table(schema, screened, base)}) ORDER BY {keys}"


def _table(schema: Schema, screened: Screened, base: Path | None) -> str:
    """The accepted rows, and those rows of the base whose successor was rejected."""
    names = ", ".join(map(quoted, schema.names))
    accepted = f"SELECT {names} FROM {scan([screened.accepted])}"
    if base is None or not pq.read_metadata(screened.held).num_rows:
        return accepted
    keys = ", ".join(map(quoted, schema.key))
    return f"""
        {accepted} UNION ALL
        SELECT {names} FROM ({select_items(base, schema)})
        SEMI JOIN {scan([screened.held])} USING ({keys})
        ANTI JOIN {scan([screened.accepted])} USING ({keys})
    """

"""What a source holds now, compared with what is published: counts, digests by range, lists."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from exchange.dataplane.chunks import mask_value
from exchange.dataplane.engine import engine, quoted, run, scan
from exchange.dataplane.formats.part_files import Part, read_parts
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import LINE, screen
from exchange.dataplane.sealed import source_of
from exchange.dataplane.store import Store
from exchange.dataplane.stored import select_items

RANGES = 16
LISTED = 20


@dataclass(frozen=True)
class Compared:
    """The rows on both sides and how they differ; keys are listed masked, the first few.

    ``unfit`` rows of the source break the schema and cannot be published; ``pending`` ones were
    changed beyond the last watermark and come with the next run. Each range has its rows and a
    digest on either side.
    """

    source_rows: int
    published_rows: int
    missing: int = 0
    extra: int = 0
    different: int = 0
    unfit: int = 0
    pending: int = 0
    keys: dict[str, list[str]] = field(default_factory=dict)
    ranges: list[dict[str, Any]] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether every row is published as the source has it."""
        return not (self.missing or self.extra or self.different)


def compare(
    parts: Iterable[Part | Path],
    schema: Schema,
    published: Path | None,
    *,
    store: Store,
    limits: Limits | None = None,
    beyond: tuple[str, str] | None = None,
) -> Compared:
    """Every row of the parts against the published table, by key.

    ``beyond`` names an item and the last value of it that is published: rows above it that differ
    are pending. Memory is bounded as for a publication.
    """
    limits = limits or Limits()
    with store.workspace() as work, engine(limits, work) as con:
        screened = screen(read_parts(parts, schema, limits), schema, limits, work, con, ops=False)
        keys = ", ".join(map(quoted, schema.key))
        _view(
            con,
            "source_rows",
            f"SELECT * EXCLUDE ({LINE}) FROM {scan([screened.accepted])} "
            f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {LINE} DESC) = 1",
        )
        before = select_items(published, schema) if published else "FROM source_rows LIMIT 0"
        _view(con, "published_rows", before)
        # Rows whose values cannot be published but whose key can be read are not missing.
        held = pq.read_metadata(screened.held).num_rows
        unfit = f"ANTI JOIN {scan([screened.held])} USING ({keys})" if held else ""
        found = _differences(con, schema, unfit, beyond)
        ranges = _ranges(con, schema)
    return Compared(
        source_rows=screened.received,
        published_rows=pq.read_metadata(source_of(published)).num_rows if published else 0,
        unfit=screened.rejected,
        ranges=ranges,
        **found,
    )


def _view(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    run(con, f"CREATE TEMP VIEW {name} AS {query}")


def _differences(
    con: duckdb.DuckDBPyConnection, schema: Schema, unfit: str, beyond: tuple[str, str] | None
) -> dict[str, Any]:
    on = " AND ".join(f"n.{quoted(name)} = b.{quoted(name)}" for name in schema.key)
    first = quoted(schema.key[0])
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM b.{name}" for name in rest) or "false"
    columns = ", ".join(f"coalesce(n.{k}, b.{k}) AS {k}" for k in map(quoted, schema.key))
    run(
        con,
        f"""
        CREATE TEMP TABLE differing AS SELECT * FROM (
            SELECT CASE WHEN {_pending(schema, beyond)} THEN 'pending'
                        WHEN b.{first} IS NULL THEN 'missing'
                        WHEN n.{first} IS NULL THEN 'extra' ELSE 'different' END AS found,
                   {columns}
            FROM source_rows n FULL JOIN published_rows b ON {on}
            WHERE n.{first} IS NULL OR b.{first} IS NULL OR {differs}
        ) {unfit}
        """,
    )
    counts = dict(run(con, "SELECT found, count(*) FROM differing GROUP BY found"))
    shown = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in schema.key)
    listed: dict[str, list[str]] = {}
    for kind in ("missing", "extra", "different"):
        if counts.get(kind):
            rows = run(
                con,
                f"SELECT concat_ws(',', {shown}) FROM differing WHERE found = '{kind}' "
                f"ORDER BY {', '.join(map(quoted, schema.key))} LIMIT {LISTED}",
            )
            listed[kind] = [mask_value(key) for (key,) in rows]
    return {**{kind: int(counts.get(kind, 0)) for kind in _KINDS}, "keys": listed}


_KINDS = ("missing", "extra", "different", "pending")


def _pending(schema: Schema, beyond: tuple[str, str] | None) -> str:
    if beyond is None:
        return "false"
    item = schema.by_name[beyond[0]]
    value = "'" + beyond[1].replace("'", "''") + "'"
    return f"coalesce(n.{quoted(item.name)} > TRY_CAST({value} AS {item.sql_type}), false)"


def _ranges(con: duckdb.DuckDBPyConnection, schema: Schema) -> list[dict[str, Any]]:
    """Rows and digests of both sides in ranges of about equal size of the first key item."""
    key = quoted(schema.key[0])
    names = ", ".join(map(quoted, schema.names))
    run(
        con,
        f"""
        CREATE TEMP TABLE bounds AS SELECT place, min(k) AS low FROM (
            SELECT k, ntile({RANGES}) OVER (ORDER BY k) AS place FROM (
                SELECT DISTINCT {key} AS k FROM published_rows)) GROUP BY place
        """,
    )
    sides = {}
    for side in ("source", "published"):
        rows = run(
            con,
            f"""
            SELECT coalesce(bounds.place, 0), count(*), bit_xor(hash({names}))
            FROM {side}_rows ASOF LEFT JOIN bounds ON {key} >= bounds.low GROUP BY 1
            """,
        )
        sides[side] = {place: (count, f"{digest:016x}") for place, count, digest in rows}
    lows = dict(run(con, "SELECT place, CAST(low AS VARCHAR) FROM bounds"))
    none = (0, "0" * 16)
    return [
        {
            "from": mask_value(lows.get(place, "")),
            "source_rows": sides["source"].get(place, none)[0],
            "published_rows": sides["published"].get(place, none)[0],
            "agrees": sides["source"].get(place, none) == sides["published"].get(place, none),
            "source_digest": sides["source"].get(place, none)[1],
            "published_digest": sides["published"].get(place, none)[1],
        }
        for place in sorted(sides["source"].keys() | sides["published"].keys())
    ]

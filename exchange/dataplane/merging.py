"""A whole table that comes in the order of its key, merged with the published one as it comes.

Both sides ascend by key, so each piece is compared with the rows of the same range of keys, column
by column, and nothing is sorted or written but what differs.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exchange.dataplane.comparison import Published
from exchange.dataplane.difference import NEW
from exchange.dataplane.engine import quoted, run, scan
from exchange.dataplane.limits import Limits
from exchange.dataplane.ordering import Ascent
from exchange.dataplane.schema import Schema
from exchange.dataplane.stored import open_blob, select_items
from exchange.dataplane.straight import OutOfOrder

OP = "_op"
PIECE_ROWS = 65_536


class Merge:
    """Compares what is screened with a snapshot; ``path`` then holds the rows that differ."""

    def __init__(self, path: Path, published: Published, con: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.published = published
        self.con = con

    def writer(self, schema: Schema, limits: Limits) -> "MergeWriter":
        """What takes the accepted rows."""
        return MergeWriter(self, schema)


class MergeWriter:
    """Takes accepted rows in the order of their key, or OutOfOrder. For a with statement."""

    ascends, deletes = True, 0

    def __init__(self, merge: Merge, schema: Schema) -> None:
        self._con, self._schema = merge.con, schema
        self._key, self._names = list(schema.key), list(schema.names)
        self._ascent = Ascent(schema.key)
        self._base = _base_rows(merge.published.snapshot, schema)
        self._waiting = schema.arrow.empty_table()
        head = [pa.field(OP, pa.string()), pa.field(NEW, pa.bool_())]
        self._shape = pa.schema(head + list(schema.arrow))
        self._file = pq.ParquetWriter(merge.path, self._shape, compression="lz4")

    def __enter__(self) -> "MergeWriter":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        try:
            if kind is None:
                self._delete_rest()
        finally:
            self._base.close()  # type: ignore[attr-defined]
            self._file.close()

    def write(self, table: pa.Table) -> None:
        """Compare the next rows with those of the same keys."""
        if not self._ascent.follow(table):
            raise OutOfOrder
        new = table.select(self._names).combine_chunks()
        while len(self._waiting) < len(new) and self._draw():
            pass
        old = self._waiting.slice(0, len(new))
        if new.select(self._key).equals(old.select(self._key)):
            self._waiting = self._waiting.slice(len(new))
            self._updates(new, old)
        elif len(new):
            self._joined(new)

    def _draw(self) -> bool:
        """Take one more piece of the base; False at its end."""
        more = next(self._base, None)
        if more is None:
            return False
        self._waiting = pa.concat_tables([self._waiting, more]) if len(self._waiting) else more
        return True

    def _updates(self, new: pa.Table, old: pa.Table) -> None:
        """Rows of equal keys, one beside the other."""
        old = old.combine_chunks()
        changed = None
        for name in self._names:
            one, other = new.column(name), old.column(name)
            if not one.equals(other):
                differs = _differs(one, other)
                changed = differs if changed is None else pc.or_(changed, differs)
        if changed is not None:
            rows = new.filter(changed)
            self._emit("upsert", pa.repeat(False, len(rows)), rows)

    def _joined(self, new: pa.Table) -> None:
        """Rows were inserted or deleted here: joined by key up to the last one."""
        last = new.slice(len(new) - 1).select(self._key)
        while (reach := self._below(last, self._waiting)) == len(self._waiting) and self._draw():
            pass
        old, self._waiting = self._waiting.slice(0, reach), self._waiting.slice(reach)
        self._con.register("merge_new", new)
        self._con.register("merge_old", old)
        found = self._con.sql(_join(self._schema)).to_arrow_table()
        self._con.unregister("merge_new")
        self._con.unregister("merge_old")
        if len(found):
            self._file.write_table(found.cast(self._shape))

    def _below(self, last: pa.Table, rows: pa.Table) -> int:
        """How many of these rows have a key up to ``last``; they ascend."""
        under, same = pa.repeat(False, len(rows)), pa.repeat(True, len(rows))
        for name in self._key:
            column, value = rows.column(name).combine_chunks(), last.column(name)[0]
            under = pc.or_(under, pc.and_(same, pc.less(column, value)))
            same = pc.and_(same, pc.equal(column, value))
        return int(pc.sum(pc.or_(under, same)).as_py() or 0)

    def _delete_rest(self) -> None:
        """What the base has behind the last row is gone."""
        while len(self._waiting) or self._draw():
            gone, self._waiting = self._waiting, self._schema.arrow.empty_table()
            columns = {
                name: gone.column(name) if name in self._key else pa.nulls(len(gone), field.type)
                for name, field in zip(self._names, self._schema.arrow, strict=True)
            }
            self._emit("delete", pa.repeat(False, len(gone)), pa.table(columns))

    def _emit(self, op: str, new: pa.Array, rows: pa.Table) -> None:
        marked = rows.append_column(OP, pa.repeat(op, len(rows))).append_column(NEW, new)
        self._file.write_table(marked.select(self._shape.names).cast(self._shape))


def _base_rows(snapshot: Path | None, schema: Schema) -> Iterator[pa.Table]:
    """The published rows in order, in the schema's shape."""
    if snapshot is None:
        return
    with open_blob(snapshot) as file:
        there = [name for name in schema.names if name in file.schema_arrow.names]
        for batch in file.iter_batches(PIECE_ROWS, columns=there):
            table = pa.Table.from_batches([batch])
            columns = {
                field.name: table.column(field.name).cast(field.type)
                if field.name in there
                else pa.nulls(len(table), field.type)
                for field in schema.arrow
            }
            yield pa.table(columns, schema=schema.arrow)


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Null equals null and differs from every value."""
    values = pc.fill_null(pc.not_equal(one, other), False)
    return pc.or_(values, pc.not_equal(pc.is_null(one), pc.is_null(other)))


def _join(schema: Schema) -> str:
    keys = [quoted(name) for name in schema.key]
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    on = " AND ".join(f"n.{key} = b.{key}" for key in keys)
    gone, new = f"n.{keys[0]} IS NULL", f"b.{keys[0]} IS NULL"
    differs = [f"n.{name} IS DISTINCT FROM b.{name}" for name in rest]
    columns = [
        f"coalesce(n.{quoted(name)}, b.{quoted(name)}) AS {quoted(name)}"
        if name in schema.key
        else f"n.{quoted(name)} AS {quoted(name)}"
        for name in schema.names
    ]
    return f"""
        SELECT CASE WHEN {gone} THEN 'delete' ELSE 'upsert' END AS {OP}, {new} AS {NEW},
            {", ".join(columns)}
        FROM merge_new n FULL JOIN merge_old b ON {on}
        WHERE {" OR ".join([gone, new, *differs])}
        ORDER BY {", ".join(keys)}
    """


def merged_changes(merge: Merge, schema: Schema, held: Path) -> str:
    """SQL for the changes against all that is published, sorted by key: ``_op``, ``_new``, items.

    Laid over the comparison with the snapshot are the batches published after it; a row whose
    successor was rejected is not gone.
    """
    keys = ", ".join(map(quoted, schema.key))
    found = scan([merge.path])
    if merge.published.batches:
        found = f"({_laid_over(merge, schema)})"
    query = f"SELECT * FROM {found}"
    if pq.read_metadata(held).num_rows:
        query = (
            f"SELECT * FROM {found} WHERE {OP} = 'upsert' UNION ALL "
            f"SELECT * FROM {found} ANTI JOIN {scan([held])} USING ({keys}) WHERE {OP} = 'delete'"
        )
    return f"SELECT * FROM ({query}) ORDER BY {keys}"


def _laid_over(merge: Merge, schema: Schema) -> str:
    """The differences, with the keys of the later batches compared with those batches instead."""
    keys = ", ".join(map(quoted, schema.key))
    names = ", ".join(map(quoted, schema.names))
    parts = [
        select_items(path, schema, also=("_op", f"{place} AS _batch", "_seq"))
        for place, path in enumerate(merge.published.batches)
    ]
    differs = scan([merge.path])
    run(
        merge.con,
        f"""
        CREATE TEMP TABLE last_changes AS SELECT * FROM ({" UNION ALL ".join(parts)})
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _batch DESC, _seq DESC) = 1
        """,
    )
    current = f"SELECT {names} FROM {differs} WHERE {OP} = 'upsert'"
    if merge.published.snapshot:
        before = select_items(merge.published.snapshot, schema)
        current += (
            f" UNION ALL SELECT {names} FROM ({before}) SEMI JOIN last_changes USING ({keys}) "
            f"ANTI JOIN {differs} USING ({keys})"
        )
    run(
        merge.con,
        f"CREATE TEMP TABLE current_rows AS SELECT * FROM ({current}) "
        f"SEMI JOIN last_changes USING ({keys})",
    )
    first = quoted(schema.key[0])
    on = " AND ".join(f"n.{quoted(k)} = l.{quoted(k)}" for k in schema.key)
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    other = " OR ".join(f"n.{name} IS DISTINCT FROM l.{name}" for name in rest) or "false"
    columns = ", ".join(
        f"l.{quoted(name)} AS {quoted(name)}" if name in schema.key else f"n.{quoted(name)}"
        for name in schema.names
    )
    return f"""
        SELECT {OP}, {NEW}, {names} FROM {differs} ANTI JOIN last_changes USING ({keys})
        UNION ALL
        SELECT CASE WHEN n.{first} IS NULL THEN 'delete' ELSE 'upsert' END AS {OP},
            n.{first} IS NOT NULL AND l._op = 'delete' AS {NEW}, {columns}
        FROM last_changes l LEFT JOIN current_rows n ON {on}
        WHERE CASE WHEN n.{first} IS NULL THEN l._op = 'upsert'
              ELSE l._op = 'delete' OR {other} END
    """

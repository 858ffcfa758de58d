"""Reading stored tables and batches: fold, project, page, encode."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.encoding import (
    COLUMNAR,
    check_format,
    encode,
    json_expression,
    printable,
    table_writer,
)
from exchange.dataplane.engine import engine, literal, quoted, run
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.schema import Schema
from exchange.dataplane.sealed_files import readable_name
from exchange.dataplane.store import check_blob
from exchange.dataplane.stored import open_blob, select_items

__all__ = ["encode", "fold", "project", "read_rows"]

MARKS = ("_op", "_seq")


def fold(
    snapshot: Path | None,
    changes: list[Path],
    schema: Schema,
    out: Path,
    limits: Limits | None = None,
) -> int:
    """Write to ``out`` the table after the snapshot and the batches, in order; the rows in it.

    With a key the last change of each key holds and the table is sorted by key, so the file has
    the bytes that a snapshot of the same rows has. Without a key the rows follow each other.
    Every blob is checked against its digest. Files of older schemas get null for missing items.
    """
    limits = limits or Limits()
    for path in [*([snapshot] if snapshot else []), *changes]:
        check_blob(path)
    with (
        workspace(out) as work,
        engine(limits, work) as con,
        BlobWriter(out, schema.arrow, limits) as writer,
    ):
        for sql in _folded(snapshot, changes, schema):
            for batch in con.sql(sql).to_arrow_reader(limits.batch_rows):
                writer.write(pa.Table.from_batches([batch]))
    return writer.rows


@contextlib.contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """A folder for spilled rows beside the file to be written."""
    work = Path(tempfile.mkdtemp(prefix=f"{out.name}.", dir=out.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _folded(snapshot: Path | None, changes: list[Path], schema: Schema) -> list[str]:
    """The queries whose results, one behind the other, are the table."""
    if not schema.key:
        start = [select_items(snapshot, schema)] if snapshot else []
        return start + [select_items(path, schema) + " ORDER BY _seq" for path in changes]
    names = ", ".join(map(quoted, schema.names))
    keys = ", ".join(map(quoted, schema.key))
    parts = [
        select_items(path, schema, also=("_op", f"{place} AS _batch", "_seq"))
        for place, path in enumerate(changes)
    ]
    if not parts:
        parts = [_nothing(schema)]
    last = f"""
        SELECT * FROM ({" UNION ALL ".join(parts)})
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _batch DESC, _seq DESC) = 1
    """
    table = f"SELECT {names} FROM last WHERE _op = 'upsert'"
    if snapshot:
        before = select_items(snapshot, schema)
        table += f" UNION ALL SELECT {names} FROM ({before}) ANTI JOIN last USING ({keys})"
    return [f"WITH last AS MATERIALIZED ({last}) SELECT * FROM ({table}) ORDER BY {keys}"]


def _nothing(schema: Schema) -> str:
    columns = [f"CAST(NULL AS {i.sql_type}) AS {quoted(i.name)}" for i in schema.items]
    return f"SELECT '' AS _op, 0 AS _batch, 0 AS _seq, {', '.join(columns)} WHERE false"


def project(
    source: Path,
    columns: Sequence[str],
    *,
    format: str,
    out: Path,
    with_ops: bool = False,
    limits: Limits | None = None,
) -> int:
    """Write only the named columns of a stored file, in the order named; the rows written.

    ``with_ops`` puts ``_op`` and ``_seq`` in front; the rows of a snapshot are upserts numbered
    from 1. The source is checked against its digest first.
    """
    limits = limits or Limits()
    check_format(format)
    check_blob(source)
    with open_blob(source) as file:
        schema = _projected_schema(file.schema_arrow, columns, with_ops)
        if format in COLUMNAR:
            _write_columns(file, schema, format, out, with_ops, limits)
        else:
            _write_json(file, source, schema, format, out, limits)
        rows: int = file.metadata.num_rows
    return rows


def _write_columns(
    file: pq.ParquetFile,
    schema: pa.Schema,
    format: str,
    out: Path,
    with_ops: bool,
    limits: Limits,
) -> None:
    with table_writer(out, schema, format) as writer:
        for table in _pages(file, schema, with_ops, limits):
            writer.write_table(printable(table) if format == "csv" else table)


def _write_json(
    file: pq.ParquetFile, source: Path, schema: pa.Schema, format: str, out: Path, limits: Limits
) -> None:
    """By DuckDB from file to file, which is several times faster than page by page."""
    stored = file.schema_arrow.names
    made = {"_op": "'upsert' AS _op", "_seq": "file_row_number + 1 AS _seq"}
    columns = [
        made[field.name] if field.name not in stored else json_expression(field) for field in schema
    ]
    rows = f"read_parquet({literal(readable_name(source))}, file_row_number = true)"
    array = "true" if format == "json" else "false"
    with workspace(out) as work, engine(limits, work) as con:
        run(
            con,
            f"COPY (SELECT {', '.join(columns)} FROM {rows}) TO {literal(str(out))} "
            f"(FORMAT json, ARRAY {array})",
        )


def read_rows(
    source: Path, columns: Sequence[str], start: int, limit: int, with_ops: bool = False
) -> pa.Table:
    """At most ``limit`` rows behind the first ``start``; reads only the row groups they lie in."""
    with open_blob(source) as file:
        schema = _projected_schema(file.schema_arrow, columns, with_ops)
        groups, before = _groups(file.metadata, start, limit)
        if not groups:
            return schema.empty_table()
        try:
            whole = file.read_row_groups(groups, columns=_present(file, schema))
        except (pa.ArrowException, OSError) as error:
            raise Terminal("blob-corrupt", f"{source.name} is damaged") from error
        marked = _marked(whole, before) if with_ops else whole
        return marked.select(schema.names).slice(start - before, limit)


def _projected_schema(stored: pa.Schema, columns: Sequence[str], with_ops: bool) -> pa.Schema:
    """The named fields; Terminal ``column-unknown`` for one that is not there, or is a mark."""
    unknown = [name for name in columns if name in MARKS or name not in stored.names]
    if unknown or not columns:
        raise Terminal("column-unknown", ", ".join(unknown) or "no column is named")
    marks = [pa.field("_op", pa.string()), pa.field("_seq", pa.int64())] if with_ops else []
    return pa.schema(marks + [stored.field(name) for name in columns])


def _present(file: pq.ParquetFile, schema: pa.Schema) -> list[str]:
    """The columns to read: a snapshot has no marks."""
    return [name for name in schema.names if name in file.schema_arrow.names]


def _marked(table: pa.Table, before: int) -> pa.Table:
    if "_op" in table.column_names:
        return table
    table = table.append_column("_op", pa.repeat("upsert", len(table)))
    return table.append_column("_seq", pa.arange(before + 1, before + 1 + len(table)))


def _pages(
    file: pq.ParquetFile, schema: pa.Schema, with_ops: bool, limits: Limits
) -> Iterator[pa.Table]:
    before = 0
    batches = file.iter_batches(limits.batch_rows, columns=_present(file, schema))
    for batch in _sound(batches):
        table = pa.Table.from_batches([batch])
        marked = _marked(table, before) if with_ops else table
        before += len(table)
        yield marked.select(schema.names)


def _sound(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, with damage that only shows while reading named as ours."""
    try:
        yield from batches
    except (pa.ArrowException, OSError) as error:
        raise Terminal("blob-corrupt", "a stored file breaks off or is damaged") from error


def _groups(metadata: pq.FileMetaData, start: int, limit: int) -> tuple[list[int], int]:
    """The row groups that hold rows ``start`` to ``start + limit``, and the rows before them."""
    groups: list[int] = []
    before = first = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if first < start + limit and first + rows > start:
            if not groups:
                before = first
            groups.append(number)
        first += rows
    return groups, before

"""From a body to the files of a batch: what is accepted, what changed, what is the table now."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exchange.dataplane.chunks import OP
from exchange.dataplane.comparison import Published, differing_rows
from exchange.dataplane.difference import Counted, ordered_table, table_changes
from exchange.dataplane.engine import engine, scan
from exchange.dataplane.errors import FaultCount, Refused, RowError, Terminal, TooLarge
from exchange.dataplane.formats import read_body
from exchange.dataplane.formats.part_files import read_parts
from exchange.dataplane.limits import Limits, Policy
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.repeats import reject_repeats
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import LINE, Screened, rejects_schema, screen
from exchange.dataplane.store import BlobRef, Store, check_blob

__all__ = ["Limits", "Policy", "Prepared", "Published", "RowError", "prepare", "prepare_parts"]

SEQ = "_seq"


Kind = Literal["snapshot", "changes", "append"]


@dataclass(frozen=True)
class Prepared:
    """Files in the store and counts; ``accepted + rejected == received``.

    ``blob`` is None when nothing changed, ``snapshot`` is the whole table after a snapshot
    publication that changed it. For a snapshot the last three counts are against the base; for
    changes ``inserted`` counts upserts; for append it counts rows.
    """

    received: int
    accepted: int
    rejected: int
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    rows_in_blob: int = 0
    blob: BlobRef | None = None
    snapshot: BlobRef | None = None
    rejects: BlobRef | None = None
    errors: list[RowError] = field(default_factory=list)
    counts: tuple[FaultCount, ...] = ()

    @property
    def upserts(self) -> int:
        return self.inserted + self.updated

    @property
    def deletes(self) -> int:
        return self.deleted


@dataclass(frozen=True)
class _Job:
    schema: Schema
    store: Store
    limits: Limits
    con: duckdb.DuckDBPyConnection
    screened: Screened

    def stream(self, sql: str) -> Iterator[pa.Table]:
        """The rows of a query, batch by batch."""
        for batch in self.con.sql(sql).to_arrow_reader(self.limits.batch_rows):
            yield pa.Table.from_batches([batch])


def prepare(
    body: Path,
    *,
    kind: Kind,
    format: str,
    encoding: str = "utf-8",
    schema: Schema,
    base: Path | None = None,
    store: Store,
    limits: Limits | None = None,
    policy: Policy | None = None,
) -> Prepared:
    """Read, validate and store a body; the caller then makes it a batch.

    Raises BodyMalformed, TooLarge or Refused with nothing stored; a snapshot that would empty the
    table is refused too. A snapshot is compared by key
    with ``base``, the table before it; rows of the base whose rejected successor has a readable
    key are kept, because a row that could not be read is not a row that is gone.
    """
    limits, policy = limits or Limits(), policy or Policy()
    _check_request(body, kind, schema, limits)
    if base is not None:
        check_blob(base)
    ops = kind == "changes"
    with store.workspace() as work, engine(limits, work) as con:
        chunks = read_body(
            body,
            format=format,
            encoding=encoding,
            schema=schema,
            limits=limits,
            work=work,
            con=con,
            ops=ops,
        )
        screened = screen(chunks, schema, limits, work, con, ops=ops)
        if schema.key and kind != "append":
            reject_repeats(screened, schema, limits, con, ops=ops)
        _judge(screened, policy)
        if base is not None and kind == "snapshot":
            _check_not_emptied(screened, base)
        job = _Job(schema, store, limits, con, screened)
        made = _publish_table(job, base) if kind == "snapshot" else _publish_rows(job, ops=ops)
        return replace(made, rejects=_store_rejects(job, ops=ops))


def prepare_parts(
    parts: Sequence[Path],
    *,
    kind: Kind,
    schema: Schema,
    base: Path | None = None,
    published: Published | None = None,
    store: Store,
    limits: Limits | None = None,
    policy: Policy | None = None,
) -> Prepared:
    """As ``prepare``, for the parts of a read that the platform made itself.

    Changes are upserts; those equal to the ``published`` rows are left out, and of a key that came
    twice the last row holds. Their counts are against ``published`` too.
    """
    limits, policy = limits or Limits(), policy or Policy()
    _check_kind(kind, schema)
    if base is not None:
        check_blob(base)
    with store.workspace() as work, engine(limits, work) as con:
        screened = screen(read_parts(parts, schema, limits), schema, limits, work, con, ops=False)
        if kind == "snapshot":
            reject_repeats(screened, schema, limits, con, ops=False)
        _judge(screened, policy)
        if base is not None and kind == "snapshot":
            _check_not_emptied(screened, base)
        job = _Job(schema, store, limits, con, screened)
        if kind == "snapshot":
            made = _publish_table(job, base)
        elif kind == "changes":
            made = _publish_differing(job, published or Published())
        else:
            made = _publish_rows(job, ops=False)
        return replace(made, rejects=_store_rejects(job, ops=False))


def _check_kind(kind: str, schema: Schema) -> None:
    if kind not in ("snapshot", "changes", "append"):
        raise Terminal("kind-unknown", "kind is one of snapshot, changes, append")
    if kind != "append" and not schema.key:
        raise Terminal("key-missing", f"a schema without a key takes no {kind}")


def _check_request(body: Path, kind: str, schema: Schema, limits: Limits) -> None:
    _check_kind(kind, schema)
    if body.stat().st_size > limits.max_bytes:
        raise TooLarge("body-too-large", f"a body has at most {limits.max_bytes} bytes")


def _judge(screened: Screened, policy: Policy) -> None:
    """Raise Refused unless the policy lets the accepted rows through."""
    rejected, received = screened.rejected, screened.received
    if not rejected:
        return
    if policy.on_reject == "refuse":
        code, detail = "rows-rejected", f"{rejected} of {received} rows break the schema"
    elif rejected > policy.max_rejected * received:
        code = "too-many-rejected"
        detail = f"{rejected} of {received} rows; at most {policy.max_rejected:.2%} may be rejected"
    else:
        return
    raise _refused(code, detail, screened)


def _check_not_emptied(screened: Screened, base: Path) -> None:
    """An empty snapshot is a broken export far more often than an empty table."""
    accepted = screened.received - screened.rejected
    rows = pq.read_metadata(base).num_rows
    if rows and not accepted:
        detail = f"it would delete all {rows} rows; send changes with the rows to delete if so"
        raise _refused("empty-snapshot", detail, screened)


def _refused(code: str, detail: str, screened: Screened) -> Refused:
    return Refused(
        code,
        detail,
        errors=screened.errors,
        received=screened.received,
        rejected=screened.rejected,
        counts=screened.counts,
    )


def _counted(screened: Screened) -> Prepared:
    received, rejected = screened.received, screened.rejected
    return Prepared(
        received,
        received - rejected,
        rejected,
        errors=screened.errors,
        counts=screened.counts,
    )


def _publish_rows(job: _Job, *, ops: bool) -> Prepared:
    """Changes and appended rows keep the order in which they came."""
    made = _counted(job.screened)
    if not made.accepted:
        return made
    query = f"SELECT * FROM {scan([job.screened.accepted])} ORDER BY {LINE}"
    deletes = 0
    with job.store.stage() as staged:
        with BlobWriter(staged, job.schema.batch_arrow, job.limits) as writer:
            for table in job.stream(query):
                if ops:
                    deletes += pc.sum(pc.equal(table[OP], "delete")).as_py() or 0
                else:
                    table = table.append_column(OP, pa.repeat("upsert", len(table)))
                writer.write(numbered(table, writer.rows))
        blob = job.store.commit(staged)
    rows = made.accepted
    return replace(made, inserted=rows - deletes, deleted=deletes, rows_in_blob=rows, blob=blob)


def _publish_differing(job: _Job, published: Published) -> Prepared:
    """Upserts of the rows that are not published so, in the order in which they came."""
    made = _counted(job.screened)
    if not made.accepted:
        return made
    counted = Counted()
    query = differing_rows(job.con, job.schema, job.screened, published)
    with job.store.stage() as staged:
        with BlobWriter(staged, job.schema.batch_arrow, job.limits) as writer:
            for table in job.stream(query):
                counted.add(table)
                writer.write(numbered(table, writer.rows))
        if not writer.rows:
            return made
        blob = job.store.commit(staged)
    return replace(
        made,
        inserted=counted.inserted,
        updated=counted.updated,
        rows_in_blob=writer.rows,
        blob=blob,
    )


def _publish_table(job: _Job, base: Path | None) -> Prepared:
    """The changes against the base as the batch, and the whole table beside it."""
    made = _counted(job.screened)
    if base is None:
        return _first_table(job, made)
    counted = Counted()
    with job.store.stage() as changes, job.store.stage() as whole:
        with BlobWriter(changes, job.schema.batch_arrow, job.limits) as writer:
            for table in job.stream(table_changes(job.schema, job.screened, base)):
                counted.add(table)
                writer.write(numbered(table, writer.rows))
        if not writer.rows:
            return made
        with BlobWriter(whole, job.schema.arrow, job.limits) as snapshot:
            for table in job.stream(ordered_table(job.schema, job.screened, base)):
                snapshot.write(table)
        blob, current = job.store.commit(changes), job.store.commit(whole)
    return replace(
        made,
        inserted=counted.inserted,
        updated=counted.updated,
        deleted=counted.deleted,
        rows_in_blob=writer.rows,
        blob=blob,
        snapshot=current,
    )


def _first_table(job: _Job, made: Prepared) -> Prepared:
    if not made.accepted:
        return made
    with ExitStack() as stack:
        side = stack.enter_context(ThreadPoolExecutor(1))
        changes = stack.enter_context(job.store.stage())
        whole = stack.enter_context(job.store.stage())
        with (
            BlobWriter(changes, job.schema.batch_arrow, job.limits) as writer,
            BlobWriter(whole, job.schema.arrow, job.limits) as snapshot,
        ):
            for table in job.stream(ordered_table(job.schema, job.screened, None)):
                # Both files hold the same rows, so they are compressed side by side.
                pending = side.submit(snapshot.write, table)
                marked = table.append_column(OP, pa.repeat("upsert", len(table)))
                writer.write(numbered(marked, writer.rows))
                pending.result()
        blob, current = job.store.commit(changes), job.store.commit(whole)
    rows = made.accepted
    return replace(made, inserted=rows, rows_in_blob=rows, blob=blob, snapshot=current)


def _store_rejects(job: _Job, *, ops: bool) -> BlobRef | None:
    if not job.screened.rejected:
        return None
    query = f"SELECT * FROM {scan(job.screened.rejects)} ORDER BY {LINE}"
    with job.store.stage() as staged:
        with BlobWriter(staged, rejects_schema(job.schema, ops=ops), job.limits) as writer:
            for table in job.stream(query):
                writer.write(table)
        return job.store.commit(staged)


def numbered(table: pa.Table, before: int) -> pa.Table:
    """The table with its place in the batch, counted from ``before + 1``."""
    return table.append_column(SEQ, pa.arange(before + 1, before + len(table) + 1))

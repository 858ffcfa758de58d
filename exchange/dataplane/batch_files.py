"""The files of a batch: what changed, the whole table beside it, the rows that were rejected."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.comparison import Published, differing_rows
from exchange.dataplane.difference import Counted, ordered_table, table_changes
from exchange.dataplane.engine import scan
from exchange.dataplane.errors import FaultCount, RowError
from exchange.dataplane.limits import Limits
from exchange.dataplane.merging import Merge, merged_changes
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import LINE, Screened, rejects_schema
from exchange.dataplane.store import BlobRef, Store
from exchange.dataplane.straight import Straight, StraightWriter, numbered


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
class Job:
    """A screened body on its way into the store."""

    schema: Schema
    store: Store
    limits: Limits
    con: duckdb.DuckDBPyConnection
    screened: Screened

    def stream(self, sql: str) -> Iterator[pa.Table]:
        """The rows of a query, batch by batch."""
        for batch in self.con.sql(sql).to_arrow_reader(self.limits.batch_rows):
            yield pa.Table.from_batches([batch])


def _counted(screened: Screened) -> Prepared:
    received, rejected = screened.received, screened.rejected
    return Prepared(
        received,
        received - rejected,
        rejected,
        errors=screened.errors,
        counts=screened.counts,
    )


def publish_rows(job: Job) -> Prepared:
    """Changes and appended rows keep the order in which they came."""
    made = _counted(job.screened)
    if not made.accepted:
        return made
    if job.screened.straight:
        deletes, blob = job.screened.deletes, job.store.commit(job.screened.accepted)
    else:
        deletes, blob = _write_rows(job)
    rows = made.accepted
    return replace(made, inserted=rows - deletes, deleted=deletes, rows_in_blob=rows, blob=blob)


def _write_rows(job: Job) -> tuple[int, BlobRef]:
    """The accepted rows of a working file as a batch file; how many are deletes."""
    query = f"SELECT * FROM {scan([job.screened.accepted])} ORDER BY {LINE}"
    with job.store.stage() as staged:
        with StraightWriter(Straight(staged), job.schema, job.limits) as writer:
            for table in job.stream(query):
                writer.write(table)
        return writer.deletes, job.store.commit(staged)


def publish_differing(
    job: Job, published: Published, beyond: tuple[str, str] | None = None
) -> Prepared:
    """Upserts of the rows that are not published so, in the order in which they came."""
    made = _counted(job.screened)
    if not made.accepted:
        return made
    return _publish_found(job, differing_rows(job.con, job.schema, job.screened, published, beyond))


def publish_merged(job: Job, merge: Merge) -> Prepared:
    """What differs from the published table, sorted by key; the table itself is not written."""
    return _publish_found(job, merged_changes(merge, job.schema, job.screened.held))


def _publish_found(job: Job, query: str) -> Prepared:
    """The changes that a query finds as a batch; none if it finds none."""
    made, counted = _counted(job.screened), Counted()
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
        deleted=counted.deleted,
        rows_in_blob=writer.rows,
        blob=blob,
    )


def publish_table(job: Job, base: Path | None) -> Prepared:
    """The changes against the base as the batch, and the whole table beside it."""
    made = _counted(job.screened)
    if base is None:
        return _first_table(job, made)
    counted = Counted()
    with job.store.stage() as changes:
        with BlobWriter(changes, job.schema.batch_arrow, job.limits) as writer:
            for table in job.stream(table_changes(job.schema, job.screened, base)):
                counted.add(table)
                writer.write(numbered(table, writer.rows))
        if not writer.rows:
            return made
        blob, whole = job.store.commit(changes), _whole_table(job, base)
    return replace(
        made,
        inserted=counted.inserted,
        updated=counted.updated,
        deleted=counted.deleted,
        rows_in_blob=writer.rows,
        blob=blob,
        snapshot=whole,
    )


def _whole_table(job: Job, base: Path) -> BlobRef:
    """The table after this publication: just what was accepted, unless a rejected row lets its
    predecessor stand."""
    screened = job.screened
    if screened.straight and not pq.read_metadata(screened.held).num_rows:
        return job.store.commit(screened.accepted)
    with job.store.stage() as staged:
        with BlobWriter(staged, job.schema.arrow, job.limits) as writer:
            for table in job.stream(ordered_table(job.schema, screened, base)):
                writer.write(table)
        return job.store.commit(staged)


def _first_table(job: Job, made: Prepared) -> Prepared:
    """One file that is the batch and the table: readers take items by name."""
    if not made.accepted:
        return made
    if job.screened.straight:
        blob = job.store.commit(job.screened.accepted)
    else:
        with job.store.stage() as staged:
            with StraightWriter(Straight(staged), job.schema, job.limits) as writer:
                for table in job.stream(ordered_table(job.schema, job.screened, None)):
                    writer.write(table)
            blob = job.store.commit(staged)
    rows = made.accepted
    return replace(made, inserted=rows, rows_in_blob=rows, blob=blob, snapshot=blob)


def store_rejects(job: Job, *, ops: bool) -> BlobRef | None:
    """The rejected rows as they were sent, each with its line and its reasons."""
    if not job.screened.rejected:
        return None
    query = f"SELECT * FROM {scan(job.screened.rejects)} ORDER BY {LINE}"
    with job.store.stage() as staged:
        with BlobWriter(staged, rejects_schema(job.schema, ops=ops), job.limits) as writer:
            for table in job.stream(query):
                writer.write(table)
        return job.store.commit(staged)

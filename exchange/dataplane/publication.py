"""From a body to the files of a batch: what is accepted, what changed, what is the table now."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow.parquet as pq

from exchange.dataplane.batch_files import (
    Job,
    Prepared,
    publish_differing,
    publish_merged,
    publish_rows,
    publish_table,
    store_rejects,
)
from exchange.dataplane.chunks import Chunk
from exchange.dataplane.comparison import Published
from exchange.dataplane.engine import engine
from exchange.dataplane.errors import Refused, RowError, Terminal, TooLarge
from exchange.dataplane.formats import read_body
from exchange.dataplane.formats.part_files import Part, Remembered, read_parts
from exchange.dataplane.limits import Limits, Policy
from exchange.dataplane.merging import Merge
from exchange.dataplane.reading import fold
from exchange.dataplane.repeats import keys_repeat, reject_repeats
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import Screened, screen
from exchange.dataplane.sealed import source_of
from exchange.dataplane.store import Store, check_blob, check_lately
from exchange.dataplane.straight import OutOfOrder, Plan, Straight

__all__ = ["Limits", "Policy", "Prepared", "Published", "RowError", "prepare", "prepare_parts"]

Kind = Literal["snapshot", "changes", "append"]


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
    with store.workspace() as work, engine(limits, work) as con, store.stage() as staged:

        def chunks() -> Iterator[Chunk]:
            return read_body(
                body,
                format=format,
                encoding=encoding,
                schema=schema,
                limits=limits,
                work=work,
                con=con.cursor(),
                ops=ops,
            )

        plan = _plan(staged, kind, base)
        screened = _screened(chunks, schema, limits, work, con, ops=ops, plan=plan)
        _judge(screened, policy)
        if base is not None and kind == "snapshot":
            _check_not_emptied(screened, base)
        job = Job(schema, store, limits, con, screened)
        made = publish_table(job, base) if kind == "snapshot" else publish_rows(job)
        return replace(made, rejects=store_rejects(job, ops=ops))


def prepare_parts(
    parts: Iterable[Part | Path],
    *,
    kind: Kind,
    schema: Schema,
    published: Published | None = None,
    beyond: tuple[str, str] | None = None,
    store: Store,
    limits: Limits | None = None,
    policy: Policy | None = None,
) -> Prepared:
    """As ``prepare``, for the parts of a read that the platform made itself.

    ``parts`` may still come into being while the first are screened. All is compared with what is
    ``published``, and the counts are against it. A snapshot in the order of its key is merged with
    it and makes no new table file. Changes are upserts; of a key that came twice the last holds.
    ``beyond`` is an item and a value that no published row exceeds.
    """
    limits, policy = limits or Limits(), policy or Policy()
    published = published or Published()
    _check_kind(kind, schema)
    for path in published.files:
        check_lately(path)
    remembered = Remembered(parts)
    with store.workspace() as work, engine(limits, work) as con, store.stage() as staged:

        def chunks() -> Iterator[Chunk]:
            return read_parts(remembered, schema, limits)

        def job(plan: Plan | None = None) -> Job:
            found = screen(chunks(), schema, limits, work, con, ops=False, straight=plan)
            return Job(schema, store, limits, con, found)

        if kind == "changes":
            read = job()
            return _finished(read, policy, None, lambda: publish_differing(read, published, beyond))
        base = None
        if kind == "snapshot" and published.files:
            merge = Merge(work / "differing", published, con)
            with contextlib.suppress(OutOfOrder):
                read = job(merge)
                first = published.files[0]
                return _finished(read, policy, first, lambda: publish_merged(read, merge))
            base = _folded(published, schema, work, limits)
        plan = _plan(staged, kind, base)
        found = _screened(chunks, schema, limits, work, con, ops=False, plan=plan)
        read = Job(schema, store, limits, con, found)
        return _finished(
            read,
            policy,
            base,
            lambda: publish_table(read, base) if kind == "snapshot" else publish_rows(read),
        )


def _finished(
    job: Job, policy: Policy, base: Path | None, publish: Callable[[], Prepared]
) -> Prepared:
    """Published, if the policy lets it, with what was rejected beside it."""
    _judge(job.screened, policy)
    if base is not None:
        _check_not_emptied(job.screened, base)
    return replace(publish(), rejects=store_rejects(job, ops=False))


def _folded(published: Published, schema: Schema, work: Path, limits: Limits) -> Path:
    """One file of the published table."""
    if published.snapshot and not published.batches:
        return published.snapshot
    fold(published.snapshot, list(published.batches), schema, work / "base", limits)
    return work / "base"


def _plan(staged: Path, kind: Kind, base: Path | None) -> Straight:
    """How the rows are to be stored if they come in order.

    A first table is a batch file, which serves as the table too, for readers take items by name.
    """
    table = kind == "snapshot"
    return Straight(staged, bare=table and base is not None, sorted=table, unique=kind != "append")


def _screened(
    chunks: Callable[[], Iterator[Chunk]],
    schema: Schema,
    limits: Limits,
    work: Path,
    con: duckdb.DuckDBPyConnection,
    *,
    ops: bool,
    plan: Straight,
) -> Screened:
    """Straight into the final file where the rows allow it, else once more by way of a working
    file; of a key that stands twice only the last row is accepted."""
    with contextlib.suppress(OutOfOrder):
        screened = screen(chunks(), schema, limits, work, con, ops=ops, straight=plan)
        if not plan.unique or screened.ascends or not keys_repeat(screened, schema, con):
            return screened
    screened = screen(chunks(), schema, limits, work, con, ops=ops)
    if plan.unique:
        reject_repeats(screened, schema, limits, con, ops=ops)
    return screened


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
    rows = pq.read_metadata(source_of(base)).num_rows
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

"""The work of a sync run: rows from a source, chunk by chunk, safely into the run's folder.

Each chunk is a Parquet file that is on the disk before the run's row says so; whoever takes the run
after a lost worker goes on behind the last of them.
"""

import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from exchange import runs
from exchange.connections import source_of
from exchange.datakeys import key_of
from exchange.dataplane.connectors.base import ReadRequest, Source
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.formats.part_files import Part
from exchange.dataplane.overlapping import ahead
from exchange.dataplane.schema import Schema
from exchange.dataplane.sealed import DataKey, sealed
from exchange.models import Dataset, SyncJob, SyncRun
from exchange.runs import RunLease
from exchange.storage import run_folder
from exchange.tables import current_schema
from kernel.failpoints import failpoint

# Parts that are kept in memory too, for whoever is to validate them.
YOUNG_PARTS = 2
_PART = re.compile(r"(\d{6})-(\d+)\.parquet")


class TurnOver(Exception):
    """The worker's turn is over; the run goes on from its last chunk in the next one."""


class Parts:
    """The files of a run in order; iterating waits for those that are still to come."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._young: dict[int, pa.Table] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._fault: BaseException | None = None

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Part]:
        place = 0
        while True:
            with self._changed:
                while place == len(self._paths) and not self._closed:
                    self._changed.wait()
                if self._fault:
                    raise Transient("read-broken", "the read ended early")
                if place == len(self._paths):
                    return
                part = Part(self._paths[place], self._young.pop(place, None))
            yield part
            place += 1

    def add(self, path: Path, table: pa.Table) -> None:
        """One more part is on the disk; who keeps up need not read it from there."""
        with self._changed:
            if len(self._young) < YOUNG_PARTS:
                self._young[len(self._paths)] = table
            self._paths.append(path)
            self._changed.notify_all()

    def close(self, fault: BaseException | None = None) -> None:
        """No more parts come, because of the fault if one is named."""
        with self._changed:
            self._closed, self._fault = True, fault
            self._changed.notify_all()


@dataclass
class Pass:
    """One worker's turn at a run."""

    run: SyncRun
    lease: RunLease
    until: float
    parts: Parts = field(default_factory=lambda: Parts([]))
    done: bool = False

    @property
    def job(self) -> SyncJob:
        return self.run.job

    @property
    def dataset(self) -> Dataset:
        return self.job.dataset

    @cached_property
    def source(self) -> Source:
        """The place that the rows come from."""
        return source_of(self.job.connector)

    @cached_property
    def key(self) -> DataKey | None:
        """What the run's pieces are sealed with."""
        return key_of(self.dataset.resource_id)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The items that are read, in the schema's order, with the source's columns."""
        given = self.job.mapping
        names = current_schema(self.dataset).names
        return {name: given.get(name, name) for name in names if given.get(name, name)}

    @cached_property
    def schema(self) -> Schema:
        """The schema of the items that are read."""
        return current_schema(self.dataset).select(self.columns)

    @property
    def shape(self) -> str:
        """Names what is read and how; when it changes, what was read before is of no use."""
        job = self.job
        told = [job.source, self.columns, job.mode, job.watermark, self.schema.digest]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def whole(self) -> bool:
        """Whether the run reads the whole table, and not only what lies beyond the cursor."""
        return self.run.mode == SyncJob.Mode.FULL

    def begin(self) -> None:
        """Take over what earlier turns left, or begin anew where it is of no use any more."""
        run = self.run
        if run.chunks == 0 or run.report.get("shape") != self.shape:
            self.restart()
        elif self.job.watermark and self.schema.key and not self.whole:
            # A later snapshot may hold rows, committed late, behind this place. Without a key,
            # what is read once more would stand there twice.
            run.report.setdefault("cursor", run.place)
        folder = run_folder(run.pk)
        found = _parts(folder, run.chunks)
        if len(found) != run.chunks:
            self.restart()
            found = []
        for path in folder.iterdir():
            if path not in found:
                path.unlink(missing_ok=True)
        self.parts = Parts(found)

    def restart(self) -> None:
        """Forget what was read; the mode is what the job wants now."""
        run = self.run
        lost = {name: run.report[name] for name in ("lost",) if name in run.report}
        run.mode = _mode(run, self.job)
        run.report = lost | {"shape": self.shape}
        had = run.chunks
        run.chunks, run.place, run.rows_read, run.bytes_read = 0, None, 0, 0
        run.rows_expected = None
        if had:
            # Else the first chunk writes it all.
            runs.note(self.lease, chunks=0, **self._progress())

    def request(self) -> ReadRequest:
        """What is to be read, from the last chunk on."""
        job, run = self.job, self.run
        key = () if self.schema.key else self._own_key()
        return ReadRequest(
            table=job.source,
            columns=tuple(self.columns.values()),
            schema=self.schema,
            key=key,
            watermark=job.watermark,
            since=None if self.whole else job.cursor,
            overlap=0 if self.whole else job.overlap,
            after=run.place,
            whole=self.whole,
            seen=frozenset() if self.whole else self._seen(),
            chunk_rows=settings.SYNC_CHUNK_ROWS,
        )

    def feed(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Read to the end, once; the parts then are all of the run's. Ends when none is wanted."""
        if self.done:
            return
        try:
            self.done = self._read(wanted)
        except BaseException as fault:
            self.parts.close(fault)
            raise
        self.parts.close()

    def _read(self, wanted: Callable[[], bool]) -> bool:
        run = self.run
        with self.source.read(self.request()) as reading:
            if reading.expected is not None:
                run.rows_expected = run.rows_read + reading.expected
            if self.whole and reading.highest is not None:
                run.report.setdefault("cursor", reading.highest)
            # The next chunk is read and parsed while this one goes to the disk.
            with closing(ahead(iter(reading))) as chunks:
                for chunk in chunks:
                    self._keep(chunk)
                    if self.lease.stop.is_set():
                        runs.hold(self.lease)
                    if not wanted():
                        return False
                    if time.monotonic() >= self.until:
                        raise TurnOver
            if reading.highest is not None:
                run.report.setdefault("cursor", reading.highest)
            run.report |= {"unkeyed": reading.unkeyed, "reached": reading.highest}
        return True

    def _keep(self, chunk: Any) -> None:
        run = self.run
        number = run.chunks + 1
        path = run_folder(run.pk) / f"{number:06d}-{self.lease.token}.parquet"
        write_part(chunk.table, path, self.key)
        if chunk.finished is not None:
            seen = [chunk.finished.path, chunk.finished.tag, chunk.finished.digest]
            run.report.setdefault("files", []).append(seen)
        run.report.pop("lost", None)
        run.chunks, run.place = number, chunk.place
        run.rows_read += chunk.rows
        run.bytes_read += chunk.bytes
        runs.advance(self.lease, number, **self._progress())
        self.parts.add(path, chunk.table)
        failpoint("sync.after_chunk")

    def _progress(self) -> dict[str, Any]:
        return {name: getattr(self.run, name) for name in _PROGRESS}

    def _own_key(self) -> tuple[str, ...]:
        """The source's own key, for events, which have none of ours."""
        if not self.source.keyed:
            return ()
        key = self.source.describe(self.job.source).key
        if not key:
            raise Terminal("source-unkeyed", "the source's table has no key to be read in order by")
        return key

    def _seen(self) -> frozenset[tuple[str, str]]:
        if self.job.needs_full:
            return frozenset()
        now = {(path, tag) for path, tag, _ in self.run.report.get("files", [])}
        # What this run has read already lies before its place.
        return frozenset(set(self.job.seen_files.values_list("path", "tag")) - now)


_PROGRESS = ("mode", "place", "rows_read", "rows_expected", "bytes_read", "report")


def write_part(table: pa.Table, path: Path, key: DataKey | None = None) -> None:
    """Write rows as one part, sealed if there is a key; it has its name only once its bytes are on
    the disk."""
    staged, out = path.with_suffix(".new"), pa.BufferOutputStream()
    # Read once and thrown away: light compression, no dictionaries, no statistics.
    pq.write_table(table, out, compression="lz4", use_dictionary=False, write_statistics=False)
    whole = [memoryview(out.getvalue())]
    try:
        with staged.open("wb") as file:
            file.writelines(sealed(whole, key) if key else whole)
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(staged, path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        # After a failed fsync the same file must never be tried again.
        staged.unlink(missing_ok=True)
        raise Transient("store-write-failed", error.strerror or str(error)) from error


def forget_parts(run: SyncRun) -> None:
    """Remove the run's pieces."""
    shutil.rmtree(run_folder(run.pk), ignore_errors=True)


def _parts(folder: Path, chunks: int) -> list[Path]:
    """The files of chunks 1 to ``chunks``: of one written twice that of the later worker."""
    found: dict[int, tuple[int, Path]] = {}
    for path in folder.iterdir():
        named = _PART.fullmatch(path.name)
        if named and int(named[1]) <= chunks:
            number, token = int(named[1]), int(named[2])
            found[number] = max(found.get(number, (0, path)), (token, path))
    return [found[number][1] for number in sorted(found)]


def _mode(run: SyncRun, job: SyncJob) -> str:
    """Everything, unless the job goes on from a cursor or reads each file once."""
    if run.kind == SyncRun.Kind.RECONCILE or job.mode == SyncJob.Mode.FULL:
        return SyncJob.Mode.FULL
    knows_where = job.cursor is not None and not job.needs_full
    if not job.watermark or knows_where or job.dataset.kind == Dataset.Kind.EVENTS:
        return SyncJob.Mode.INCREMENTAL
    return SyncJob.Mode.FULL

"""Files as a source: those of a pattern, in the order of their paths, each fetched whole first."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.connectors.base import (
    Chunk,
    Described,
    FileSeen,
    Place,
    Reading,
    ReadRequest,
)
from exchange.dataplane.connectors.file_formats import Format, header, portions
from exchange.dataplane.connectors.file_places import Entry, FilePlace
from exchange.dataplane.connectors.inferring import infer
from exchange.dataplane.connectors.places import require_columns
from exchange.dataplane.connectors.proposing import columns_of
from exchange.dataplane.connectors.typed import as_items, as_texts
from exchange.dataplane.errors import Terminal
from exchange.dataplane.scratch import scratch, sweep

HEAD_BYTES = 4 * 1024 * 1024
HEAD_ROWS = 10_000
_CUT_SAFELY = ("csv", "ndjson")


class FilesSource:
    """A Source over the files of one place; a table is a pattern such as ``day/*.csv``.

    A file that is read is copied into ``work`` first, so that it cannot change meanwhile. Times
    without a zone are times of ``zone``.
    """

    keyed = False

    def __init__(self, place: FilePlace, form: Format, *, zone: str, work: Path) -> None:
        self._place = place
        self._form = form
        self._zone = zone
        self._work = work
        self.host = place.host

    def test(self) -> str:
        """How many files lie there."""
        return f"{len(self._place.list('**'))} files can be read"

    def tables(self) -> list[str]:
        """Every file by its path; a pattern may stand for many."""
        return [entry.path for entry in self._place.list("**")]

    def describe(self, table: str) -> Described:
        """The columns of the last file, the types as its first rows seem to have them."""
        sample = self._head(table)
        return Described(
            table, columns_of(infer(name, sample.column(name)) for name in sample.column_names)
        )

    def sample(self, table: str, limit: int) -> pa.Table:
        """The first rows of the last file."""
        return self._head(table).slice(0, limit)

    @contextmanager
    def read(self, request: ReadRequest) -> Iterator[Reading]:
        """The files that were not seen, one after another."""
        if request.watermark:
            raise Terminal(
                "watermark-unsupported", "Files have no watermark: each new file is read once."
            )
        entries = [
            entry
            for entry in self._place.list(request.table)
            if (entry.path, entry.tag) not in request.seen
        ]
        reading = Reading(iter(()), files=tuple(entry.path for entry in entries))
        chunks = self._chunks(reading, entries, request)
        reading.chunks = chunks
        try:
            yield reading
        finally:
            chunks.close()

    def count(self, request: ReadRequest) -> int:
        """Refused: only reading them tells how many rows files hold."""
        raise _no_keys()

    def fetch(self, request: ReadRequest, keys: list[list[str]]) -> pa.Table:
        """Refused: files are not asked by key."""
        raise _no_keys()

    def _chunks(
        self, reading: Reading, entries: list[Entry], request: ReadRequest
    ) -> Generator[Chunk]:
        after = _Place.of(request.after)
        for entry in entries:
            if after and entry.path < after.path:
                continue
            same = after is not None and (entry.path, entry.tag) == (after.path, after.tag)
            skip = after.row if after and same else 0
            if after and same and after.done:
                continue
            yield from self._of_file(reading, entry, request, skip)

    def _of_file(
        self, reading: Reading, entry: Entry, request: ReadRequest, skip: int
    ) -> Generator[Chunk]:
        kind = self._form.of(entry.path)
        with self._fetched(entry) as (file, digest):
            found = header(file, kind, self._form)
            # A file of records that holds none has no columns either.
            if found or kind != "ndjson":
                require_columns(request, Described(entry.path, columns_of(_plain(found))))
            types = _types(request)
            row, held = skip, None
            tables = _sized(portions(file, kind, self._form, types, request.chunk_rows), request)
            for table in _beyond(tables, skip):
                if held is not None:
                    yield held
                row += len(table)
                shown = self._items(reading, table, request)
                held = Chunk(shown, _Place(entry.path, entry.tag, row).to_json(), table.nbytes)
            last = _Place(entry.path, entry.tag, row, done=True).to_json()
            shown = held.table if held else request.schema.arrow.empty_table()
            size = held.bytes if held else 0
            yield Chunk(shown, last, size, FileSeen(entry.path, entry.tag, digest))

    def _items(self, reading: Reading, table: pa.Table, request: ReadRequest) -> pa.Table:
        """The rows with a key, as items."""
        known = pa.repeat(True, len(table))
        for name in request.order:
            known = pc.and_(known, pc.is_valid(table.column(name)))
        kept = table if pc.all(known).as_py() in (True, None) else table.filter(known)
        reading.unkeyed += len(table) - len(kept)
        columns = [kept.column(name) for name in request.columns]
        return as_items(columns, request.schema, self._zone)

    def _head(self, pattern: str) -> pa.Table:
        """Some first rows of the last file, as text."""
        entries = self._place.list(pattern)
        if not entries:
            raise Terminal("source-mismatch", f"No file is of the pattern {pattern!r}.")
        kind = self._form.of(entries[-1].path)
        most = HEAD_BYTES if kind in _CUT_SAFELY else None
        with self._fetched(entries[-1], most) as (file, _):
            names = header(file, kind, self._form)
            texts = dict.fromkeys(names, pa.string())
            first = next(portions(file, kind, self._form, texts, HEAD_ROWS), None)
        if first is None:
            return pa.table({name: pa.array([], pa.string()) for name in names})
        head = first.slice(0, HEAD_ROWS)
        return pa.table({name: as_texts(head.column(name), name) for name in names})

    @contextmanager
    def _fetched(self, entry: Entry, most: int | None = None) -> Iterator[tuple[Path, str]]:
        self._work.mkdir(parents=True, exist_ok=True)
        sweep(self._work)
        with scratch(self._work) as folder:
            file = folder / f"file{Path(entry.path).suffix.lower()}"
            if most is None:
                yield file, self._place.fetch(entry, file)
                return
            self._place.fetch(entry, file, most)
            if file.stat().st_size == most:
                _cut(file)
            yield file, ""


@dataclass(frozen=True)
class _Place:
    """How many rows of which file are read, and whether that was all of it."""

    path: str
    tag: str
    row: int
    done: bool = False

    @classmethod
    def of(cls, place: Place | None) -> "_Place | None":
        if place is None:
            return None
        try:
            return cls(**place)
        except TypeError:
            raise Terminal("place-invalid", "The place is of no file: read all anew.") from None

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "tag": self.tag, "row": self.row, "done": self.done}


def _types(request: ReadRequest) -> dict[str, pa.DataType]:
    """The columns to read, of their items' types; dates and times are text in most formats."""
    types = dict.fromkeys(request.order, pa.string())
    for name, item in zip(request.columns, request.schema.items, strict=True):
        timed = item.type in ("date", "datetime")
        types[name] = pa.string() if timed else item.arrow_type
    return types


def _plain(names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        yield infer(name, pa.array([], pa.string()))


def _beyond(tables: Iterator[pa.Table], skip: int) -> Iterator[pa.Table]:
    """The tables without their first ``skip`` rows."""
    for table in tables:
        if skip >= len(table):
            skip -= len(table)
            continue
        yield table.slice(skip)
        skip = 0


def _sized(tables: Iterator[pa.Table], request: ReadRequest) -> Iterator[pa.Table]:
    """Tables of about ``chunk_rows`` rows."""
    held: list[pa.Table] = []
    for table in tables:
        for start in range(0, len(table), request.chunk_rows):
            held.append(table.slice(start, request.chunk_rows))
            if sum(map(len, held)) >= request.chunk_rows:
                yield pa.concat_tables(held)
                held = []
    if held:
        yield pa.concat_tables(held)


def _cut(file: Path) -> None:
    """End the file with its last whole line."""
    content = file.read_bytes()
    file.write_bytes(content[: content.rfind(b"\n") + 1] or content)


def _no_keys() -> Terminal:
    return Terminal("keys-unsupported", "Files cannot be asked by key.")

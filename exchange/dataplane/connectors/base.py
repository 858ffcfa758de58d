"""What every source and every sink promises; conformance suites test them against these words."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from exchange.dataplane.schema import Item, Schema

Check = Callable[[], None]


@dataclass(frozen=True, order=True)
class Position:
    """How far a target has come: the dataset's epoch and the number of its last batch there."""

    epoch: int
    number: int


@dataclass(frozen=True)
class Applied:
    """What one call did. ``skipped`` says the target already held that position and is unchanged.

    ``upserts`` and ``deletes`` count rows of the target, so deleting an absent key counts nothing.
    """

    position: Position
    skipped: bool = False
    upserts: int = 0
    deletes: int = 0


class Sink(Protocol):
    """A table elsewhere that is kept equal to the fold of a dataset's batches 1..n.

    The position lies in the target itself and is written in the same transaction as the rows, so
    after any crash the rows and the position agree, and a batch sent twice has its effect once.
    Two workers on one lane exclude each other in the target. ``check`` is called inside the
    transaction right before it commits; whatever it raises undoes the work and reaches the caller,
    who so keeps out a worker whose claim has run out. All other errors are Transient or Terminal
    and repeat neither values nor credentials. Memory does not grow with the number of rows.
    """

    def together(self) -> AbstractContextManager[None]:
        """Calls within the block may share one connection, until one of them fails."""

    def prepare(self) -> None:
        """Create the table or add its missing columns; Terminal ``target-mismatch`` names a
        column that is there but different. Columns the schema does not name are left alone."""

    def position(self) -> Position | None:
        """The position the target holds, None before the first load or apply."""

    def load(self, snapshot: Path, position: Position, *, check: Check | None = None) -> Applied:
        """Replace all rows by those of a snapshot file. Readers see the old rows until the end.

        A position below the stored one of the same epoch is skipped; an older epoch is Terminal
        ``offset-epoch``."""

    def apply(self, changes: Path, position: Position, *, check: Check | None = None) -> Applied:
        """Apply one batch file. A number the target already holds is skipped, one that leaves a
        number out is Terminal ``offset-gap``, another epoch Terminal ``offset-epoch``."""


Place = Any
"""Where a read has come to: a JSON value that only the source which gave it can read. A watermark
place is a list of texts, the watermark and then the key, exactly as the source has them."""


@dataclass(frozen=True)
class Column:
    """A column as the source has it, and the item it could become."""

    name: str
    type: str
    nullable: bool
    item: Item


@dataclass(frozen=True)
class Described:
    """A table of a source: its columns in order, the columns of its key, its rows as estimated."""

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    rows: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class ReadRequest:
    """Which columns of a table to read, as which items, in which order, from where to where.

    ``columns[n]`` is the source's name of ``schema.items[n]``. ``key`` names the source's columns
    that order the rows; without it those of the schema's key. With a ``watermark`` rows are
    ordered by it and then by the key, and only those beyond ``since`` are read, less ``overlap``
    (seconds of a time, days of a date, steps of a number) that are read again. If ``whole``, all
    rows are read in the order of the key, and ``highest`` still tells the last watermark place.
    ``after`` is the place of the last chunk that is safe, ``until`` the last row to read. ``seen``
    are files, as (path, tag), that are left out.
    """

    table: str
    columns: tuple[str, ...]
    schema: Schema
    key: tuple[str, ...] = ()
    watermark: str = ""
    since: Place | None = None
    overlap: int = 0
    after: Place | None = None
    until: Place | None = None
    whole: bool = False
    seen: frozenset[tuple[str, str]] = frozenset()
    chunk_rows: int = 65_536

    @property
    def order(self) -> tuple[str, ...]:
        """The key's columns, in the source's names."""
        if self.key:
            return self.key
        names = dict(zip(self.schema.names, self.columns, strict=True))
        return tuple(names[name] for name in self.schema.key)

    @property
    def watermarked_order(self) -> tuple[str, ...]:
        """The columns of a watermark place: the watermark, if any, and then the key."""
        head = (self.watermark,) if self.watermark else ()
        return (*head, *(name for name in self.order if name != self.watermark))

    @property
    def rows_order(self) -> tuple[str, ...]:
        """The columns that order the rows of this read, and make the places of its chunks."""
        return self.order if self.whole else self.watermarked_order


@dataclass(frozen=True)
class FileSeen:
    """A file that was read to its end: its path, the tag that changes with it, its SHA-256."""

    path: str
    tag: str
    digest: str


@dataclass(frozen=True)
class Chunk:
    """Some rows in order, about ``chunk_rows`` of them, and the place after the last of them.

    The columns bear the items' names and stand in their order. Each is of the item's Arrow type
    or, where a value of the source might not fit it, string in the written forms of ``casting``;
    that may differ from chunk to chunk. ``bytes`` is what came over the wire for it. ``finished``
    is the file that ends here.
    """

    table: pa.Table
    place: Place
    bytes: int
    finished: FileSeen | None = None

    @property
    def rows(self) -> int:
        return len(self.table)


@dataclass
class Reading:
    """The chunks of one read, each made when asked for, and what the source says of them.

    ``highest`` is the last watermark place of the source, None without watermark or rows: of the
    same snapshot as the rows where the source has snapshots, else known after the last chunk.
    ``expected`` is how many rows are to come, as estimated. ``unkeyed`` counts the rows left out
    because the key or the watermark is NULL; final after the last chunk.
    """

    chunks: Iterator[Chunk]
    highest: Place | None = None
    expected: int | None = None
    unkeyed: int = 0
    files: tuple[str, ...] = field(default_factory=tuple)

    def __iter__(self) -> Iterator[Chunk]:
        return self.chunks


class Source(Protocol):
    """A place outside that tables are read from; it is never written to.

    A source holds nothing open: each call connects, through the egress guard, and closes. Every
    error is Transient or Terminal with a code and what would mend it, and repeats neither values
    nor credentials. A column that is not there is Terminal ``source-mismatch`` and named.
    """

    host: str
    """Host and port, by which reads at one time are counted; empty for the hub's own folders."""
    keyed: bool
    """Whether ``count`` and ``fetch`` work, watermarks are understood and reads are snapshots."""

    def test(self) -> str:
        """Connect, log in and look; one line on what is there."""

    def tables(self) -> list[str]:
        """What can be read, as ``ReadRequest.table`` names it, at most 10,000."""

    def describe(self, table: str) -> Described:
        """The table's columns with the items they could become."""

    def sample(self, table: str, limit: int) -> pa.Table:
        """Some rows with the source's own column names, all as text."""

    def read(self, request: ReadRequest) -> AbstractContextManager[Reading]:
        """All rows that the request names, each once and in order; memory stays flat.

        Where the source has snapshots all chunks are of one. Ended early it lets go at once.
        """

    def count(self, request: ReadRequest) -> int:
        """How many rows ``read`` would give now."""

    def fetch(self, request: ReadRequest, keys: list[list[str]]) -> pa.Table:
        """The rows of these keys as in a chunk, in any order; the absent are left out."""

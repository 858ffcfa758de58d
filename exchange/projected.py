"""Files of what a grant shows: made once, kept under the grant, removed with its right.

A file is named by everything that decides what it shows, so it can never be too wide.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exchange.dataplane import reading
from exchange.dataplane.disclosing import disclose_changes, disclose_table
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.dropping import convert
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.store import check_blob
from exchange.dataplane.stored import holds_just, open_blob
from exchange.errors import CursorExpired, StoreFailed
from exchange.models import Batch, Dataset, Grant, Snapshot
from exchange.snapshots import base_for
from exchange.storage import keep_file, limits, projections, store
from exchange.tables import batch_file

# Beyond these it costs more to find out who was shown before than to load the table anew.
MOST_HISTORY = 1000
# Beside each file: its rows and its digest.
FACTS = ".facts"


@dataclass(frozen=True)
class Shown:
    """A file of disclosed rows: how many, and the SHA-256 of its bytes."""

    path: Path
    rows: int
    digest: str


def table_file(grant: Grant, disclosure: Disclosure, snapshot: Snapshot, format: str) -> Shown:
    """The table of a snapshot as the grant shows it."""
    name = f"{snapshot.digest}-{disclosure.digest[:32]}.{format}"
    return _kept(grant, name, lambda out: write_table(disclosure, snapshot, out, format))


def changes_file(grant: Grant, disclosure: Disclosure, batch: Batch) -> Shown:
    """A batch as the grant shows it: again a batch file; CursorExpired as ``batch_file``."""
    batch_file(batch)
    name = f"{batch.number}-{batch.digest}-{disclosure.digest[:32]}.changes"
    return _kept(grant, name, lambda out: write_changes(disclosure, batch, out))


def batch_in(grant: Grant, disclosure: Disclosure, batch: Batch, format: str) -> Shown:
    """A batch as the grant shows it, in any format; CursorExpired as ``batch_file``."""
    file = changes_file(grant, disclosure, batch)
    if format == "parquet":
        return file
    name = f"{file.path.name}.{format}"

    def write(out: Path) -> int:
        convert(file.path, format=format, out=out)
        return file.rows

    return _kept(grant, name, write)


def write_table(disclosure: Disclosure, snapshot: Snapshot, out: Path, format: str) -> int:
    """Write the disclosed table of a snapshot; the rows."""
    source = store().path(snapshot.digest)
    if not disclosure.is_plain:
        return disclose_table(source, disclosure, format=format, out=out, limits=limits())
    return reading.project(source, list(disclosure.names), format=format, out=out, with_ops=False)


def write_changes(disclosure: Disclosure, batch: Batch, out: Path) -> int:
    """Write a batch as the disclosure shows it; the rows. CursorExpired if that needs too much."""
    if batch.recalled_by_id:
        # It is given to nobody: where numbers must follow, nothing stands in its place.
        return write_rows(out, disclosure.shown.batch_arrow, [], limits())
    past = _history(batch) if disclosure.needs_history else _History()
    return disclose_changes(
        batch_file(batch),
        disclosure,
        out=out,
        snapshot=past.table,
        before=past.batches,
        recalled=past.recalled,
        limits=limits(),
    )


@contextmanager
def passing(write: Callable[[Path], int]) -> Iterator[Shown]:
    """What ``write`` writes, as a file that lives as long as the block."""
    with store().workspace() as folder:
        path = folder / "shown"
        rows = write(path)
        yield Shown(path, rows, _sha256(path))


@contextmanager
def passing_changes(disclosure: Disclosure, batch: Batch) -> Iterator[Shown]:
    """A batch as the disclosure shows it, for as long as the block lasts."""
    if not batch.recalled_by_id:
        source = batch_file(batch)
        if disclosure.is_plain and holds_just(source, disclosure.shown.batch_arrow):
            yield _stored(source)
            return
    with passing(lambda out: write_changes(disclosure, batch, out)) as shown:
        yield shown


@contextmanager
def passing_table(disclosure: Disclosure, snapshot: Snapshot) -> Iterator[Shown]:
    """The table of a snapshot as the disclosure shows it, for as long as the block lasts."""
    source = store().path(snapshot.digest)
    forms = (disclosure.shown.arrow, disclosure.shown.batch_arrow)
    if disclosure.is_plain and any(holds_just(source, form) for form in forms):
        yield _stored(source)
        return
    with passing(lambda out: write_table(disclosure, snapshot, out, "parquet")) as shown:
        yield shown


def _stored(source: Path) -> Shown:
    """A stored file of which everything is shown: nothing has to be written."""
    digest = check_blob(source).digest
    with open_blob(source) as file:
        return Shown(source, file.metadata.num_rows, digest)


def forget_files(grant: Grant) -> None:
    """Remove everything that is kept for a grant, of all its editions."""
    for folder in projections().glob(f"{grant.pk.hex}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def forget_changes(dataset: Dataset, last: int) -> None:
    """Remove what is kept of the dataset's batches up to ``last``, for every grant."""
    for grant in Grant.objects.filter(resource_id=dataset.resource_id).values_list("pk", flat=True):
        for file in projections().glob(f"{grant.hex}-*/*.changes*"):
            number = file.name.partition("-")[0]
            if number.isdecimal() and int(number) <= last:
                file.unlink(missing_ok=True)


@dataclass(frozen=True)
class _History:
    """The last table kept before a batch, the batches between the two, and which of them some
    readers were never given."""

    table: Path | None = None
    batches: tuple[Path, ...] = ()
    recalled: tuple[Path, ...] = ()


def _history(batch: Batch) -> _History:
    dataset: Dataset = batch.dataset
    base = base_for(dataset, batch.number - 1)
    after = base.number if base else 0
    if after < dataset.first_number - 1:
        raise CursorExpired("the batches before it are past their retention; start from the table")
    between = dataset.batches.filter(number__gt=after, number__lt=batch.number)
    if between.count() > MOST_HISTORY:
        raise CursorExpired("too much was published since the last table; start from the table")
    files = [(batch_file(each), each.recalled_by_id) for each in between.order_by("number")]
    return _History(
        table=store().path(base.digest) if base else None,
        batches=tuple(path for path, _ in files),
        recalled=tuple(path for path, by in files if by),
    )


def _kept(grant: Grant, name: str, write: Callable[[Path], int]) -> Shown:
    """The file of that name, written now if nobody did before; its facts lie beside it."""
    folder = projections() / f"{grant.pk.hex}-{grant.edition}"
    path, facts = folder / name, folder / f"{name}{FACTS}"
    try:
        rows, digest = facts.read_text().split()
        # The sweep goes by the last use.
        os.utime(path)
        os.utime(facts)
        return Shown(path, int(rows), digest)
    except FileNotFoundError:
        return _made(grant, path, facts, write)


def _made(grant: Grant, path: Path, facts: Path, write: Callable[[Path], int]) -> Shown:
    path.parent.mkdir(exist_ok=True)
    with store().workspace() as work:
        staged = work / "shown"
        made = Shown(path, write(staged), _sha256(staged))
        told = work / "facts"
        told.write_text(f"{made.rows} {made.digest}")
        try:
            keep_file(staged, path, grant.resource_id)
            os.replace(told, facts)
        except FileNotFoundError as gone:
            if path.parent.exists():
                raise
            raise StoreFailed("the right changed meanwhile", retry_after=1) from gone
    return made


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

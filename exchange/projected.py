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
from uuid import uuid4

from exchange.dataplane import reading
from exchange.dataplane.disclosing import disclose_changes, disclose_table
from exchange.dataplane.disclosure import Disclosure
from exchange.errors import CursorExpired, StoreFailed
from exchange.models import Batch, Dataset, Grant, Snapshot
from exchange.snapshots import base_for
from exchange.storage import limits, projections, store
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
    """A batch as the grant shows it: again a batch file."""
    name = f"{batch.number}-{batch.digest}-{disclosure.digest[:32]}.changes"
    return _kept(grant, name, lambda out: write_changes(disclosure, batch, out))


def write_table(disclosure: Disclosure, snapshot: Snapshot, out: Path, format: str) -> int:
    """Write the disclosed table of a snapshot; the rows."""
    source = store().path(snapshot.digest)
    if not disclosure.is_plain:
        return disclose_table(source, disclosure, format=format, out=out, limits=limits())
    return reading.project(source, list(disclosure.names), format=format, out=out, with_ops=False)


def write_changes(disclosure: Disclosure, batch: Batch, out: Path) -> int:
    """Write a batch as the disclosure shows it; the rows. CursorExpired if that needs too much."""
    snapshot, before = _history(batch) if disclosure.needs_history else (None, [])
    return disclose_changes(
        batch_file(batch), disclosure, out=out, snapshot=snapshot, before=before, limits=limits()
    )


@contextmanager
def passing(write: Callable[[Path], int]) -> Iterator[Shown]:
    """What ``write`` writes, as a file that lives as long as the block."""
    with store().workspace() as folder:
        path = folder / "shown"
        rows = write(path)
        yield Shown(path, rows, _sha256(path))


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


def _history(batch: Batch) -> tuple[Path | None, list[Path]]:
    """The last table kept before the batch, and the batches between the two."""
    dataset: Dataset = batch.dataset
    base = base_for(dataset, batch.number - 1)
    after = base.number if base else 0
    if after < dataset.first_number - 1:
        raise CursorExpired("the batches before it are past their retention; start from the table")
    between = dataset.batches.filter(number__gt=after, number__lt=batch.number)
    if between.count() > MOST_HISTORY:
        raise CursorExpired("too much was published since the last table; start from the table")
    files = [batch_file(each) for each in between.order_by("number")]
    return store().path(base.digest) if base else None, files


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
        return _made(folder, path, facts, write)


def _made(folder: Path, path: Path, facts: Path, write: Callable[[Path], int]) -> Shown:
    folder.mkdir(exist_ok=True)
    staged = folder / f".{uuid4().hex}"
    try:
        made = Shown(path, write(staged), _sha256(staged))
        os.replace(staged, path)
        staged.write_text(f"{made.rows} {made.digest}")
        os.replace(staged, facts)
        return made
    except FileNotFoundError as gone:
        if folder.exists():
            raise
        raise StoreFailed("the right changed meanwhile", retry_after=1) from gone
    finally:
        staged.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

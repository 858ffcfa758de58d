"""What every sink promises. One conformance suite tests all of them against these sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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

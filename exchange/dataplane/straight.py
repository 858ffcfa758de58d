"""The final file of a batch or a table, written while its rows are still being read.

Rows that already come as they are to be stored need neither a working file nor a sort.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.chunks import OP
from exchange.dataplane.limits import Limits
from exchange.dataplane.ordering import Ascent
from exchange.dataplane.overlapping import Behind
from exchange.dataplane.parquet_files import BlobWriter
from exchange.dataplane.schema import Schema

SEQ = "_seq"


class OutOfOrder(Exception):
    """The rows do not come in the order in which they are to be stored."""


class Writer(Protocol):
    """Takes accepted rows in order; for a with statement."""

    @property
    def ascends(self) -> bool:
        """Whether all keys so far stood in ascending order, so none of them twice."""

    @property
    def deletes(self) -> int:
        """Rows so far that delete."""

    def write(self, table: pa.Table) -> None:
        """Take the next rows; OutOfOrder if they cannot be taken as they come."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *exception: Any) -> None:
        """Finish, or let go after an error."""


class Plan(Protocol):
    """What becomes of accepted rows while more are read."""

    @property
    def path(self) -> Path:
        """The file that they go into."""

    def writer(self, schema: Schema, limits: Limits) -> Writer:
        """What takes them."""


@dataclass(frozen=True)
class Straight:
    """Write to ``path`` while reading: a batch file, or with ``bare`` the items alone.

    ``sorted`` rows must ascend by key, or OutOfOrder ends the reading at once. Where keys have to
    be ``unique``, whoever reads looks after that.
    """

    path: Path
    bare: bool = False
    sorted: bool = False
    unique: bool = False

    def writer(self, schema: Schema, limits: Limits) -> "StraightWriter":
        """What takes the accepted rows."""
        return StraightWriter(self, schema, limits)


class StraightWriter:
    """Takes accepted rows in order; compresses behind the caller's back. For a with statement."""

    def __init__(self, plan: Straight, schema: Schema, limits: Limits) -> None:
        self.deletes: int = 0
        self._plan = plan
        self._ascent = Ascent(schema.key)
        wanted = schema.arrow if plan.bare else schema.batch_arrow
        self._file = BlobWriter(plan.path, wanted, limits)
        self._behind = Behind()
        self._rows = 0

    def __enter__(self) -> "StraightWriter":
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._behind.__exit__(*exception)  # type: ignore[arg-type]
        finally:
            self._file.__exit__(*exception)  # type: ignore[arg-type]

    @property
    def ascends(self) -> bool:
        """Whether all keys so far stood in ascending order, so none of them twice."""
        return self._ascent.holds

    def write(self, table: pa.Table) -> None:
        """Append rows with their items and, where the body names them, operations."""
        if not self._ascent.follow(table) and self._plan.sorted:
            raise OutOfOrder
        if not self._plan.bare:
            table = self._marked(table)
        self._rows += len(table)
        self._behind.call(self._file.write, table)

    def _marked(self, table: pa.Table) -> pa.Table:
        if OP in table.column_names:
            self.deletes += pc.sum(pc.equal(table[OP], "delete")).as_py() or 0
        else:
            table = table.append_column(OP, pa.repeat("upsert", len(table)))
        return numbered(table, self._rows)


def numbered(table: pa.Table, before: int) -> pa.Table:
    """The table with its place in the batch, counted from ``before + 1``."""
    return table.append_column(SEQ, pa.arange(before + 1, before + len(table) + 1))

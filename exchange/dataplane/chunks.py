"""A piece of a body as columns, and the faults of its rows as masks; never one object a row."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.errors import RowError

OP = "_op"


@dataclass(frozen=True)
class Fault:
    """One rule broken by the rows where ``mask`` is true; ``values`` are as sent, for masking."""

    column: str
    code: str
    message: str
    mask: pa.BooleanArray
    values: pa.Array | None = None


@dataclass(frozen=True)
class Chunk:
    """Some rows of a body in order.

    ``lines`` numbers them as the sender counts. ``columns`` holds the items that the body names
    (absent means null), each of its schema type or, to be cast, string. ``texts`` keeps what was
    sent for columns already cast.
    """

    lines: pa.Int64Array
    columns: dict[str, pa.Array]
    faults: tuple[Fault, ...] = ()
    texts: dict[str, pa.Array] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.lines)

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns.values())


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One contiguous array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def yes(mask: pa.Array) -> pa.BooleanArray:
    """The mask with null read as false."""
    return pc.fill_null(mask, False)


def any_true(mask: pa.BooleanArray) -> bool:
    return bool(mask.true_count)


def fault_if(
    column: str, code: str, message: str, mask: pa.Array, values: pa.Array | None = None
) -> list[Fault]:
    """The fault, or nothing if no row has it."""
    mask = yes(mask)
    return [Fault(column, code, message, mask, values)] if any_true(mask) else []


def rejected_mask(faults: Iterable[Fault], rows: int) -> pa.BooleanArray:
    """True for each row that has any fault."""
    mask = pa.repeat(False, rows)
    for fault in faults:
        mask = pc.or_(mask, fault.mask)
    return mask


def reasons(faults: Iterable[Fault], rows: int) -> pa.StringArray:
    """For each row its faults as ``column:code; column:code``; empty for a good row."""
    words = [pc.if_else(fault.mask, f"{fault.column}:{fault.code}; ", "") for fault in faults]
    # Empty words rather than nulls: joining with nulls skipped loses rows that are all null.
    joined = pc.binary_join_element_wise(pa.repeat("", rows), *words, "")
    return pc.utf8_rtrim(joined, "; ")


def row_errors(chunk: Chunk, faults: Iterable[Fault], room: int) -> list[RowError]:
    """The first ``room`` faults by line, values masked."""
    found = []
    for fault in faults:
        places = pc.indices_nonzero(fault.mask)[:room]
        lines = chunk.lines.take(places).to_pylist()
        values = [None] * len(lines) if fault.values is None else shown(fault.values.take(places))
        for line, value in zip(lines, values, strict=True):
            found.append(RowError(line, fault.column, fault.code, fault.message, mask_value(value)))
    # Stable, so that faults of one line stay in the order of the checks.
    return sorted(found, key=lambda error: error.line)[:room]


def shown(values: pa.Array) -> list[str | None]:
    """Values as text."""
    texts: list[str | None] = values.cast(pa.string()).to_pylist()
    return texts


def mask_value(value: str | None) -> str:
    """The first and last character, stars between, at most twelve characters."""
    if not value:
        return ""
    if len(value) < 3:
        return "*" * len(value)
    return value[0] + "*" * min(len(value) - 2, 10) + value[-1]

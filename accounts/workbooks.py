"""Workbooks from elsewhere, read within bounds, in a process of their own.

See accounts.sheets for what is counted before anything is believed.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.confined import MIB
from kernel.errors import Malformed, TooLarge
from kernel.foreign import parsed
from kernel.texts import Text

# A library that writes workbooks holds every cell in memory, about a kilobyte each.
MOST_MARKABLE = 600_000
_MARKING = {"memory": 2048 * MIB, "seconds": 120}

Place = tuple[int, int]
# A cell, its colour, the words beside it, and whether they go over others.
Mark = tuple[str, str, str, bool]


class WorkbookUnreadable(Malformed):
    """A file is no workbook of Excel, or a broken or locked one."""

    code = "workbook-unreadable"
    title = "This file cannot be read as an Excel workbook"


class WorkbookTooLarge(TooLarge):
    """A workbook unpacks to more than the platform takes, or has too many rows or columns."""

    code = "workbook-too-large"
    title = "This workbook is larger than the platform takes"


class TooLargeToMark(TooLarge):
    """A workbook has more cells than can be marked; its faults are in the answer without it."""

    code = "workbook-too-large-to-mark"
    title = "This workbook is too large to be marked"


@dataclass
class Marks:
    """What a sheet's XML says before anything is read: its extent, formulas and error values.

    Cells are (row, column), both counted from 1. ``cells`` counts those that a library which holds
    the whole workbook would hold: of all its sheets, with the cells of joined areas.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    merges: int = 0
    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    # Of the formulas, those beside which no text stands as their value.
    unsaid: set[Place] = field(default_factory=set)


@dataclass(frozen=True)
class SheetTable:
    """A sheet's values: ``rows[0]`` is the sheet's first row, its first item column A.

    ``merges`` are cells joined to one: first and last (row, column), all counted from 0; the
    value stands in the first cell.
    """

    name: str
    rows: list[list[Any]]
    marks: Marks
    merges: tuple[tuple[Place, Place], ...] = ()


def read_sheet(
    path: Path, *, most_rows: int, most_columns: int, name: str | None = None
) -> SheetTable:
    """The named sheet, or the first visible one where there is none of that name.

    WorkbookUnreadable or WorkbookTooLarge before anything large is held in memory.
    """
    lines = parsed(
        "accounts.sheets:told_sheet",
        *(str(path), most_rows, most_columns, name),
        unreadable=WorkbookUnreadable,
        too_large=WorkbookTooLarge,
    )
    head = next(lines)
    told = head["marks"]
    for places in ("formulas", "errors", "unsaid"):
        told[places] = {(row, column) for row, column in told[places]}
    merges = (((top, left), (down, right)) for (top, left), (down, right) in head["merges"])
    return SheetTable(head["name"], list(lines), Marks(**told), tuple(merges))


def check_calculated(table: SheetTable) -> None:
    """WorkbookUnreadable that names a formula which nothing ever calculated: it reads as empty."""
    for row, column in sorted(table.marks.unsaid):
        cells = table.rows[row - 1] if row <= len(table.rows) else []
        if column > len(cells) or cells[column - 1] == "":
            cell = f"{column_letter(column)}{row}"
            detail = Text("cell {cell} holds a formula without a value; paste its value", cell=cell)
            raise WorkbookUnreadable(detail)


def marked_copy(
    path: Path,
    cells: int,
    sheet: str,
    marks: Iterable[Mark],
    listing: dict[str, Any] | None = None,
) -> bytes:
    """The workbook with these cells of a sheet marked, see accounts.marking; it has ``cells``."""
    if cells > MOST_MARKABLE:
        detail = Text(
            "it has {cells} cells; at most {most} can be marked", cells=cells, most=MOST_MARKABLE
        )
        raise TooLargeToMark(detail, limit=MOST_MARKABLE)
    with tempfile.TemporaryDirectory(prefix="marked-") as folder:
        target = Path(folder) / "marked.xlsx"
        done = parsed(
            "accounts.marking:mark",
            *(str(path), str(target), sheet, list(marks), listing),
            unreadable=WorkbookUnreadable,
            too_large=TooLargeToMark,
            **_MARKING,
        )
        for _ in done:
            pass
        return target.read_bytes()


def column_letter(column: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""Catalogues that are tables: one row an entry, or one row an item below its entry's cells.

Departments fill the national template in two ways: the entry's cells are merged over the rows of
its items (or left empty below the first), or they are repeated in each row. Both are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.interchange.columns import is_item
from catalog.interchange.findings import Finding, wrong
from catalog.interchange.values import text_of

ITEM_SHARE = "item.share_type"
_OWN = ("name", "code", "department", "credit_code")


@dataclass
class RawItem:
    """An item as it stands in the file; ``cells`` by the names of its columns."""

    line: int
    cells: dict[str, Any]


@dataclass
class Raw:
    """An entry as it stands in the file; ``cells`` by column, ``line`` as its reader counts."""

    line: int
    cells: dict[str, Any]
    items: list[RawItem] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    # Each row says how it is shared, so the entry's own share type follows from them.
    is_shared_by_row: bool = False


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its entries, the header of each column, and the headers left out."""

    raws: list[Raw]
    titles: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    # Columns of the sheet by name, counted from 1, where the file is a table.
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Row:
    line: int
    cells: dict[str, Any]
    block: int | None

    def says(self, name: str) -> bool:
        return not _is_blank(self.cells.get(name))


def read_rows(
    rows: Sequence[Sequence[Any]],
    headers: Sequence[str],
    places: Mapping[int, str],
    *,
    first: int,
    blocks: Mapping[int, int] | None = None,
) -> list[Raw]:
    """The entries of a table's rows; ``first`` is the line of the first one, ``places`` says which
    column a place holds, ``blocks`` which merged cell of the name a row belongs to."""
    has_items = any(is_item(name) for name in places.values())
    by_row = has_items and "share_type" in places.values() and ITEM_SHARE not in places.values()
    found: list[Raw] = []
    former: _Row | None = None
    for line, row in enumerate(rows, first):
        cells = {name: row[at] if at < len(row) else None for at, name in places.items()}
        if all(_is_blank(cell) for cell in cells.values()):
            continue
        one = _Row(line, cells, (blocks or {}).get(line))
        if former is None or not has_items or not _continues(one, former, found[-1]):
            own = {name: cell for name, cell in cells.items() if not is_item(name)}
            found.append(Raw(line, own, is_shared_by_row=by_row))
        else:
            _add_row(found[-1], one)
        if has_items:
            _add_item(found[-1], one, by_row)
        former = one
    return found


def _continues(row: _Row, former: _Row, entry: Raw) -> bool:
    """True if the row goes on with the entry of the row before it."""
    if row.block is not None or former.block is not None:
        return row.block == former.block or (
            former.block is not None and row.block is None and not _begins(row)
        )
    if not _begins(row):
        return True
    return all(
        not row.says(name) or text_of(row.cells[name]) == text_of(entry.cells.get(name))
        for name in _OWN
    )


def _begins(row: _Row) -> bool:
    return any(row.says(name) for name in ("name", "code"))


def _add_row(entry: Raw, row: _Row) -> None:
    """Cells that the entry repeats in a further row must say the same."""
    for name, cell in row.cells.items():
        if is_item(name) or _is_blank(cell) or (name == "share_type" and entry.is_shared_by_row):
            continue
        if _is_blank(entry.cells.get(name)):
            entry.cells[name] = cell
        elif text_of(cell).strip() != text_of(entry.cells[name]).strip():
            detail = f"line {entry.line} of the same entry says something else here"
            entry.faults.append(wrong(row.line, name, "cells-differ", detail, text_of(cell)))


def _add_item(entry: Raw, row: _Row, by_row: bool) -> None:
    cells = {name: cell for name, cell in row.cells.items() if is_item(name)}
    if all(_is_blank(cell) for cell in cells.values()):
        return
    if by_row:
        cells[ITEM_SHARE] = row.cells.get("share_type")
    entry.items.append(RawItem(row.line, cells))


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())

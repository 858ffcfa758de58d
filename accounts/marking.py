"""A reader's own workbook with cells coloured and commented, and a sheet that lists why.

Runs apart from the platform (see accounts.workbooks): the library holds every cell in memory.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.workbooks import column_letter

_AUTHOR = "Shuqiao"
_FORMULAS = ("=", "+", "-", "@")


def mark(
    source: str,
    target: str,
    sheet: str,
    marks: Iterable[tuple[str, str, str, bool]],
    listing: dict[str, Any] | None,
) -> Iterator[None]:
    """Write the marked workbook to ``target``; the sheet of that name, else the first visible one.

    A mark is a cell, its colour, the words beside it, and whether they go over others. A listing
    is the ``title`` of a sheet, ``widths`` of its columns and ``rows``.
    """
    with Path(source).open("rb") as file:
        book = load_workbook(file, keep_links=False)
    visible = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    _mark(book[sheet if sheet in visible else visible[0]], marks)
    if listing:
        _list(book, listing)
    book.save(target)
    yield from ()


def _mark(sheet: Any, marks: Iterable[tuple[str, str, str, bool]]) -> None:
    for place, colour, words, is_over in marks:
        cell = sheet[place]
        # Only the first cell of a joined area can say something.
        if isinstance(cell, MergedCell) or (cell.comment is not None and not is_over):
            continue
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        cell.comment = Comment(_kept(words), _AUTHOR, height=110, width=280)


def _list(book: Any, listing: dict[str, Any]) -> None:
    if listing["title"] in book.sheetnames:
        del book[listing["title"]]
    sheet = book.create_sheet(listing["title"])
    for row in listing["rows"]:
        sheet.append([_plain(value) for value in row])
    for place, width in enumerate(listing["widths"], 1):
        sheet.column_dimensions[column_letter(place)].width = width


def _plain(value: Any) -> Any:
    """What would be taken for a formula gets an apostrophe."""
    if not isinstance(value, str):
        return value
    kept = _kept(value)
    return f"'{kept}" if kept[:1] in _FORMULAS else kept


def _kept(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))

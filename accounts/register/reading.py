"""The register's form out of a file: which column is which, and the rows that say something."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.documents import XLSX
from accounts.register.cells import is_blank, text_of
from accounts.register.columns import FORM, Column
from accounts.workbooks import column_letter, read_sheet
from kernel.charsets import is_utf8_misread
from kernel.errors import Malformed, TooLarge
from kernel.texts import Text

CSV = "text/csv"
SHEET = "信息系统登记表"
MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 50_000, 200, 64 * 1024 * 1024
# A title may stand above the headers.
_HEADER_WITHIN = 5
_ESCAPED = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class FormUnreadable(Malformed):
    """A file is not the register's form: its bytes, its headers, or a header that stands twice."""

    code = "form-unreadable"
    title = "This file cannot be read as the register's form"


class FormTooLarge(TooLarge):
    """A form has more rows than the platform takes at once."""

    code = "form-too-large"
    title = "This form has more rows than the platform takes at once"


@dataclass(frozen=True)
class Form:
    """The rows of a form: ``columns[i]`` names what ``position[i]`` of each row holds.

    A row is its number in the sheet, counted from 1, and its cells. ``formulas`` and ``errors``
    are cells (row, position + 1) whose values cannot be trusted.
    """

    columns: tuple[Column, ...]
    positions: tuple[int, ...]
    headers: tuple[str, ...]
    rows: list[tuple[int, Sequence[Any]]]
    ignored: tuple[str, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    cells: int = field(default=0)

    def letter(self, index: int) -> str:
        """The sheet's letters of a column."""
        return column_letter(self.positions[index] + 1)


def read_form(path: Path, media_type: str, charset: str) -> Form:
    """The form of a file of this media type."""
    return read_workbook(path) if media_type == XLSX else read_csv(path, charset)


def read_workbook(path: Path) -> Form:
    """The form in an Excel workbook: the sheet of its name, or the first one."""
    reach = MOST_ROWS + _HEADER_WITHIN
    table = read_sheet(path, most_rows=reach, most_columns=MOST_COLUMNS, name=SHEET)
    marks = table.marks
    return _form(table.rows, frozenset(marks.formulas), frozenset(marks.errors), marks.cells)


def read_csv(path: Path, encoding: str) -> Form:
    """The form in a CSV file; ``encoding`` is utf-8 or gb18030."""
    wanted = "utf-8-sig" if encoding == "utf-8" else encoding
    if encoding == "gb18030" and is_utf8_misread(path.read_bytes()):
        raise FormUnreadable("the file is in UTF-8; declare that charset")
    try:
        with path.open(encoding=wanted, newline="") as file:
            rows = _bounded(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as broken:
        detail = Text(
            "not CSV in {encoding} ({broken}); declare the charset it was saved in",
            encoding=encoding,
            broken=str(broken)[:80],
        )
        raise FormUnreadable(detail) from broken
    return _form([[unescape(cell) for cell in row] for row in rows])


def escape(text: str) -> str:
    """Text as CSV carries it: what a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.lstrip("'").startswith(_ESCAPED) else text


def unescape(cell: str) -> str:
    """What ``escape`` was given."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_ESCAPED) else cell


def _bounded(rows: Iterable[list[str]]) -> list[list[str]]:
    kept = []
    for row in rows:
        kept.append(row)
        if len(kept) > MOST_ROWS + _HEADER_WITHIN or len(row) > MOST_COLUMNS:
            raise FormTooLarge(
                f"at most {MOST_ROWS} rows of {MOST_COLUMNS} columns are taken; send several",
                limit=MOST_ROWS,
            )
    return kept


def _form(
    rows: Sequence[Sequence[Any]],
    formulas: frozenset[tuple[int, int]] = frozenset(),
    errors: frozenset[tuple[int, int]] = frozenset(),
    cells: int = 0,
) -> Form:
    head = _header(rows)
    found: list[tuple[Column, int, str]] = []
    ignored = []
    for position, cell in enumerate(rows[head]):
        column = _HEADERS.get(_folded(text_of(cell)))
        if column is not None:
            found.append((column, position, text_of(cell)))
        elif not is_blank(cell):
            ignored.append(text_of(cell)[:60])
    _check_headers([column for column, _, _ in found])
    places = [position for _, position, _ in found]
    filled = [
        (number, row)
        for number, row in enumerate(rows[head + 1 :], head + 2)
        if any(not is_blank(row[place]) for place in places if place < len(row))
        or any((number, place + 1) in formulas for place in places)
    ]
    if len(filled) > MOST_ROWS:
        raise FormTooLarge(f"{len(filled)} rows; at most {MOST_ROWS} are taken", limit=MOST_ROWS)
    return Form(
        columns=tuple(column for column, _, _ in found),
        positions=tuple(places),
        headers=tuple(header for _, _, header in found),
        rows=filled,
        ignored=tuple(ignored),
        formulas=formulas,
        errors=errors,
        cells=cells,
    )


def _header(rows: Sequence[Sequence[Any]]) -> int:
    """The place of the row with the most headers of the form."""
    counts = [
        sum(_folded(text_of(cell)) in _HEADERS for cell in row) for row in rows[:_HEADER_WITHIN]
    ]
    most = max(counts, default=0)
    if not most:
        raise FormUnreadable(
            "no header of the form stands in its first rows; take the template and keep its headers"
        )
    return counts.index(most)


def _check_headers(columns: list[Column]) -> None:
    names = [column.name for column in columns]
    for column in columns:
        if names.count(column.name) > 1:
            raise FormUnreadable(f"two columns are headed {column.title}; remove one of them")
    if "name" not in names:
        raise FormUnreadable("there is no column 业务系统名称; take the template")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("*", "").replace("【国】", "")
    return "".join(plain.split()).lower()


_HEADERS = {_folded(title): column for column in FORM for title in (*column.aliases, column.title)}

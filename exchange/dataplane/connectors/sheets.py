"""Rows of one sheet of a workbook, read within bounds: what it would unfold to is counted first."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from exchange.dataplane.errors import Terminal

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 20_000_000
MOST_PARTS = 2000
_PIECE = 1024 * 1024
_OVERLAP = 64
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def sheet_rows(file: Path, sheet: str) -> Iterator[list[Any]]:
    """The rows of the named sheet, or of the first, as plain values; empty cells are None."""
    _check(file)
    try:
        book = CalamineWorkbook.from_path(str(file))
        if sheet and sheet not in book.sheet_names:
            raise Terminal("source-mismatch", f"The workbook has no sheet {sheet!r}.")
        found = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
        for row in found.iter_rows():
            yield [None if cell == "" else cell for cell in row]
    except (CalamineError, OSError, ValueError) as error:
        raise Terminal(
            "source-unreadable", f"The workbook cannot be read ({type(error).__name__})."
        ) from None


def _check(file: Path) -> None:
    """Terminal ``source-unreadable`` or ``file-too-large`` before a library unfolds it."""
    if file.stat().st_size > MOST_BYTES:
        raise _large(f"more than {MOST_BYTES} bytes")
    if not zipfile.is_zipfile(file):
        # The old binary format is not packed.
        return
    try:
        with zipfile.ZipFile(file) as book:
            parts = book.infolist()
            if len(parts) > MOST_PARTS:
                raise _large(f"more than {MOST_PARTS} parts")
            unpacked = 0
            for part in parts:
                with book.open(part) as content:
                    unpacked += _count(content, MOST_UNPACKED - unpacked)
    except (zipfile.BadZipFile, RuntimeError, OSError):
        raise Terminal("source-unreadable", "The workbook is broken or locked.") from None


def _count(content: IO[bytes], left: int) -> int:
    """The bytes of one part; its furthest cell must make a table of bearable size."""
    read, before = 0, b""
    across = down = 0
    while piece := content.read(_PIECE):
        read += len(piece)
        if read > left:
            raise _large(f"unpacked, more than {MOST_UNPACKED} bytes")
        for letters, digits in _CELL.findall(before + piece):
            across = max(across, _number(letters))
            down = max(down, int(digits))
        if across * down > MOST_CELLS:
            raise _large(f"a sheet of more than {MOST_CELLS} cells")
        before = piece[-_OVERLAP:]
    return read


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _large(what: str) -> Terminal:
    return Terminal("file-too-large", f"The workbook has {what}: send CSV or Parquet.")

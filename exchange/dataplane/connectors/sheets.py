"""Rows of one sheet of a workbook, read within bounds: what it would unfold to is counted first."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook

from exchange.dataplane.errors import Terminal, Transient
from kernel.archives import count_entries
from kernel.confined import MIB, Raised, Stopped, confined

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 20_000_000
MOST_PARTS = 2000
_PIECE = 1024 * 1024
_OVERLAP = 64
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def sheet_rows(file: Path, sheet: str) -> Iterator[list[Any]]:
    """The rows of the named sheet, or of the first, as plain values; empty cells are None.

    Read in a process of its own, whole before the first row is handed on.
    """
    try:
        yield from confined(f"{__name__}:told_rows", str(file), sheet, memory=2048 * MIB)
    except Raised as raised:
        told = raised.attributes
        if raised.name != Terminal.__name__:
            raise Terminal("source-unreadable", "The workbook cannot be read.") from None
        raise Terminal(told["code"], told["detail"]) from None
    except Stopped as stopped:
        if stopped.why == "busy":
            raise Transient("busy", "Too many files are being read.") from None
        if stopped.why == "crash":
            raise Terminal("source-unreadable", "The workbook broke its parser.") from None
        raise _large(f"cells that take more {stopped.why} than is given") from None


def told_rows(path: str, sheet: str) -> Iterator[list[Any]]:
    """The rows, in the process of its own."""
    _check(Path(path))
    try:
        book = CalamineWorkbook.from_path(path)
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
        with file.open("rb") as packed:
            if count_entries(packed, MOST_PARTS) > MOST_PARTS:
                raise _large(f"more than {MOST_PARTS} parts")
        with zipfile.ZipFile(file) as book:
            unpacked = 0
            for part in book.infolist():
                with book.open(part) as content:
                    unpacked += _count(content, MOST_UNPACKED - unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, UnicodeDecodeError):
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

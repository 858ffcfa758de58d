"""A reader's own workbook with its wrong cells marked: red, with a comment that says why."""

from collections.abc import Iterable
from pathlib import Path

from accounts.register.checking import FormFault
from accounts.register.hints import HINTS
from accounts.register.reading import SHEET
from accounts.workbooks import marked_copy

RED = "FFFF9999"


def mark_workbook(path: Path, cells: int, faults: Iterable[FormFault]) -> bytes:
    """The workbook with a red cell and a comment for each fault; ``cells`` is what it holds."""
    marks = [(f"{fault.column}{fault.row}", RED, _words(fault), True) for fault in faults]
    return marked_copy(path, cells, SHEET, marks)


def _words(fault: FormFault) -> str:
    return f"{HINTS.get(fault.code, '')}\n{fault.code}: {fault.message}".strip()

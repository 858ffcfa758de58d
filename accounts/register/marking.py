"""A reader's own workbook with its wrong cells marked: red, with a comment that says why."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.register.checking import FormFault
from accounts.register.hints import HINTS
from accounts.register.reading import SHEET
from kernel.errors import TooLarge

# The library holds every cell in memory, about a kilobyte each.
MOST_CELLS = 600_000
RED = PatternFill("solid", start_color="FFFF9999", end_color="FFFF9999")
AUTHOR = "Shuqiao"


class TooLargeToMark(TooLarge):
    """A workbook has more cells than can be marked; its faults are in the answer without it."""

    code = "workbook-too-large-to-mark"
    title = "This workbook is too large to be marked"


def mark_workbook(path: Path, cells: int, faults: Iterable[FormFault]) -> bytes:
    """The workbook with a red cell and a comment for each fault; ``cells`` is what it holds."""
    if cells > MOST_CELLS:
        detail = f"it has {cells} cells; at most {MOST_CELLS} can be marked"
        raise TooLargeToMark(detail, limit=MOST_CELLS)
    with path.open("rb") as file:
        book = load_workbook(file, keep_links=False)
    visible = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    sheet = book[SHEET if SHEET in visible else visible[0]]
    for fault in faults:
        cell = sheet[f"{fault.column}{fault.row}"]
        cell.fill = RED
        words = f"{HINTS.get(fault.code, '')}\n{fault.code}: {fault.message}".strip()
        cell.comment = Comment(words, AUTHOR, height=110, width=280)
    out = BytesIO()
    book.save(out)
    return out.getvalue()

"""Reports as files to save: an Excel workbook or CSV, row by row, never whole in memory."""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone

from accounts.documents import XLSX
from accounts.register.reading import CSV, escape

# Text is text: what begins with an equals sign is never a formula or a link.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEAD = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
Heads = Sequence[tuple[str, int]]
Rows = Iterable[Sequence[Any]]


def report_answer(title: str, heads: Heads, rows: Rows, kind: str, charset: str) -> FileResponse:
    """The rows as ``xlsx`` or ``csv`` under heads of (title, width in characters)."""
    # Unlinked at once: the space is free when the answer has been read.
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        path = Path(folder) / f"report.{kind}"
        if kind == "xlsx":
            write_workbook(path, title, heads, rows)
        else:
            write_csv(path, heads, rows, charset)
        file = path.open("rb")
    name = f"{title}-{timezone.localdate():%Y%m%d}.{kind}"
    media_type = XLSX if kind == "xlsx" else f"{CSV}; charset={charset}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


def write_workbook(path: Path, title: str, heads: Heads, rows: Rows) -> None:
    """One sheet with a frozen head; days and numbers are days and numbers."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        head, day = book.add_format(_HEAD), book.add_format({"num_format": "yyyy-mm-dd"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 1)
        for place, (name, width) in enumerate(heads):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, head)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, _plain(value), day)
                elif isinstance(value, int | float | Decimal):
                    sheet.write_number(number, place, float(value))
                elif value:
                    sheet.write_string(number, place, str(value), wrapped)


def write_csv(path: Path, heads: Heads, rows: Rows, charset: str) -> None:
    """UTF-8 with the mark that Excel looks for, or GB18030."""
    wanted = "utf-8-sig" if charset == "utf-8" else charset
    with path.open("w", encoding=wanted, newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow([name for name, _ in heads])
        for row in rows:
            out.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return _plain(value).isoformat()[:10]
    if isinstance(value, int | float | Decimal):
        return str(value)
    return escape(str(value))


def _plain(value: date) -> date:
    """The day in China, without a time or a zone."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value

"""A reader's own workbook with its wrong cells marked, and a sheet that lists all findings."""

import tempfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from accounts.workbooks import Mark, column_letter, marked_copy
from catalog.interchange.findings import WRONG
from catalog.interchange.mapping import read_mapping
from catalog.interchange.reading import catalogue_in, read_table

SHEET = "检查结果"
TITLES = ("行", "列", "类别", "代码", "原值", "现值", "说明")
KINDS = {"wrong": "错误", "normalised": "已规范", "kept": "保留人工修改"}
_WIDTHS = (8, 24, 14, 20, 40, 40, 60)
_COLOURS = {"wrong": "FFFF9999", "normalised": "FFFFF2CC", "kept": "FFDDEBF7"}


def annotate(body: bytes, mapping: Mapping[str, Any], findings: Iterable[Any]) -> bytes:
    """The workbook ``body`` with a coloured cell and a comment for each finding, and the sheet
    检查结果; only that sheet where there is no workbook. Findings have line, column and so on."""
    found = list(findings)
    if not body:
        return _listing(found)
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        path = Path(folder) / "body.xlsx"
        path.write_bytes(body)
        table = read_table(path)
        sheet = catalogue_in(table, read_mapping(dict(mapping)))
        places = {title: sheet.places[name] for name, title in sheet.titles.items()}
        listing = {
            "title": SHEET,
            "widths": _WIDTHS,
            "rows": [TITLES, *(_row(one) for one in found)],
        }
        marks = [_mark(one, places.get(one.column, 1)) for one in found]
        return marked_copy(path, table.marks.cells, table.name, marks, listing)


def _mark(one: Any, column: int) -> Mark:
    words = f"{KINDS[one.kind]}（{one.code}）\n{one.detail or one.after}"
    return f"{column_letter(column)}{one.line}", _COLOURS[one.kind], words, one.kind == WRONG


def _listing(findings: Iterable[Any]) -> bytes:
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 0)
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        sheet.write_row(0, 0, TITLES, book.add_format({"bold": True}))
        for number, one in enumerate(findings, 1):
            sheet.write_row(number, 0, _row(one))
    return out.getvalue()


def _row(one: Any) -> tuple[Any, ...]:
    return (one.line, one.column, KINDS[one.kind], one.code, one.before, one.after, one.detail)

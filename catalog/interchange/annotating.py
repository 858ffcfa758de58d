"""A reader's own workbook with its wrong cells marked, and a sheet that lists all findings."""

import tempfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.register.marking import MOST_CELLS, TooLargeToMark
from accounts.workbooks import column_letter, read_sheet
from catalog.interchange.findings import WRONG
from catalog.interchange.mapping import read_mapping
from catalog.interchange.reading import EXCEL, MOST_COLUMNS, MOST_ROWS, read_catalogue

SHEET = "检查结果"
TITLES = ("行", "列", "类别", "代码", "原值", "现值", "说明")
KINDS = {"wrong": "错误", "normalised": "已规范", "kept": "保留人工修改"}
_WIDTHS = (8, 24, 14, 20, 40, 40, 60)
_FILLS = {
    "wrong": PatternFill("solid", start_color="FFFF9999", end_color="FFFF9999"),
    "normalised": PatternFill("solid", start_color="FFFFF2CC", end_color="FFFFF2CC"),
    "kept": PatternFill("solid", start_color="FFDDEBF7", end_color="FFDDEBF7"),
}


def annotate(body: bytes, mapping: Mapping[str, Any], findings: Iterable[Any]) -> bytes:
    """The workbook ``body`` with a coloured cell and a comment for each finding, and the sheet
    检查结果; only that sheet where there is no workbook. Findings have line, column and so on."""
    found = list(findings)
    if not body:
        return _listing(found)
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        path = Path(folder) / "body.xlsx"
        path.write_bytes(body)
        # Counted before a library that holds every cell opens it.
        table = read_sheet(path, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        if table.marks.cells > MOST_CELLS:
            detail = f"it has {table.marks.cells} cells; at most {MOST_CELLS} can be marked"
            raise TooLargeToMark(detail, limit=MOST_CELLS)
        with path.open("rb") as file:
            book = load_workbook(file, keep_links=False)
    sheet = read_catalogue(body, EXCEL, read_mapping(dict(mapping)))
    places = {title: sheet.places[name] for name, title in sheet.titles.items()}
    _mark(book[table.name], places, found)
    _list(book, found)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(sheet: Any, places: Mapping[str, int], findings: Iterable[Any]) -> None:
    for one in findings:
        cell = sheet[f"{column_letter(places.get(one.column, 1))}{one.line}"]
        if type(cell).__name__ == "MergedCell":
            continue
        if cell.comment is None or one.kind == WRONG:
            cell.fill = _FILLS[one.kind]
            words = _safe(f"{KINDS[one.kind]}（{one.code}）\n{one.detail or one.after}")
            cell.comment = Comment(words, "Shuqiao", height=110, width=280)


def _list(book: Any, findings: Iterable[Any]) -> None:
    if SHEET in book.sheetnames:
        del book[SHEET]
    sheet = book.create_sheet(SHEET)
    sheet.append(TITLES)
    for one in findings:
        sheet.append([_safe(value) for value in _row(one)])
    for place, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[column_letter(place)].width = width


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


def _safe(value: Any) -> Any:
    """Text without what no workbook can hold; what would be taken for a formula gets an
    apostrophe."""
    if not isinstance(value, str):
        return value
    kept = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{kept}" if kept[:1] in ("=", "+", "-", "@") else kept

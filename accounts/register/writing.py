"""The register as files: workbooks with drop-downs and notes, and CSV; row by row, never whole."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from accounts.register.aliases import others_of
from accounts.register.columns import CLEANED, FORM, YES_NO, Column, label_of
from accounts.register.reading import MOST_ROWS, SHEET, escape

NOTES = "填写说明"
_KINDS = {
    "text": "文本，不超过 {length} 字",
    "choice": "从下拉列表中选择",
    "flag": "是 或 否",
    "date": "日期，如 2024-03-15",
    "decimal": "数字，最多 {scale} 位小数",
    "whole": "整数",
    "list": "多项，每项不超过 {length} 字，最多 100 项",
    "months": "1 至 12 的月份",
}
_RULES = (
    "每行一个信息系统。按“所属组织＋业务系统编码”匹配已登记系统，编码为空时按名称匹配。",
    "表中没有的列保持不变；表中有而单元格为空，表示清空该项（带下拉列表的必选项和是否项保持不变）。",
    "不要改动表头；列的顺序可以调整。金额单位为万元，只填数字。单元格不得使用公式。",
)
_WIDTHS = {"function": 48, "department": 26, "name": 30, "business_items": 36, "data_items": 30}


def write_workbook(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """The form with the rows; each has the form's columns by name. Memory does not grow."""
    # Text is text: what begins with an equals sign is never a formula or a link.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(SHEET)
        _head(book, sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(FORM):
                _write(sheet, number, place, column, row.get(column.name), day)
        _notes(book)


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], encoding: str) -> None:
    """The form as CSV in utf-8 (with the mark that Excel looks for) or gb18030."""
    wanted = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("w", encoding=wanted, newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow([column.title for column in FORM])
        for row in rows:
            out.writerow([escape(label_of(c, row.get(c.name))) for c in FORM])


def _write(sheet: Worksheet, number: int, place: int, column: Column, value: Any, day: Any) -> None:
    if value is None or value == "" or value == []:
        return
    if isinstance(value, date):
        sheet.write_datetime(number, place, value, day)
    elif column.kind in ("decimal", "whole"):
        sheet.write_number(number, place, float(value))
    else:
        sheet.write_string(number, place, label_of(column, value))


def _head(book: Workbook, sheet: Worksheet) -> None:
    styles = {
        needed: book.add_format(
            {"bold": True, "bg_color": color, "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        for needed, color in ((True, "#F8CBAD"), (False, "#DDEBF7"))
    }
    sheet.freeze_panes(1, 4)
    sheet.set_row(0, 34)
    for place, column in enumerate(FORM):
        sheet.set_column(place, place, _WIDTHS.get(column.name, 16))
        sheet.write_string(0, place, column.title, styles[column.required])
        allowed = _allowed(column)
        if allowed:
            sheet.data_validation(
                1,
                place,
                MOST_ROWS,
                place,
                {
                    "validate": "list",
                    "source": allowed,
                    "error_title": column.title,
                    "error_message": "请从下拉列表中选择",
                },
            )


def _allowed(column: Column) -> list[str]:
    return list(YES_NO.values()) if column.kind == "flag" else list(column.choices.values())


def _notes(book: Workbook) -> None:
    sheet, bold = book.add_worksheet(NOTES), book.add_format({"bold": True, "bg_color": "#DDEBF7"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 4, 44)
    for number, rule in enumerate(_RULES):
        sheet.write_string(number, 0, rule)
    start = len(_RULES) + 1
    for place, title in enumerate(("列", "必填", "填写方式", "可选值（也接受）", "说明")):
        sheet.write_string(start, place, title, bold)
    for number, column in enumerate(FORM, start + 1):
        for place, text in enumerate(_note(column)):
            sheet.write_string(number, place, text)


def _note(column: Column) -> tuple[str, str, str, str, str]:
    how = _KINDS[column.kind].format(length=column.length, scale=column.scale)
    values = [
        f"{label}（{'、'.join(others)}）" if (others := others_of(column, value)) else label
        for value, label in column.choices.items()
    ]
    needed = "是" if column.required else ""
    return (
        column.title,
        needed,
        "" if column is CLEANED else how,
        "；".join(values),
        column.note,
    )

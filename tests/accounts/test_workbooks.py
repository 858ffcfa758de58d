"""Workbooks from elsewhere are read, and given back marked, in a process of their own."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from accounts import workbooks
from accounts.workbooks import (
    TooLargeToMark,
    WorkbookTooLarge,
    WorkbookUnreadable,
    column_letter,
    marked_copy,
    read_sheet,
)

RED = "FFFF9999"


def book(tmp_path: Path, rows, merged: str = "") -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    if merged:
        made.active.merge_cells(merged)
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def read(path: Path, most_rows=50_000):
    return read_sheet(path, most_rows=most_rows, most_columns=200)


def test_values_come_as_they_are_in_the_sheet(tmp_path):
    day, moment = date(2026, 1, 31), datetime.fromisoformat("2026-01-31T08:30")
    table = read(book(tmp_path, [["业务", 3, 1.5, True], [day, moment, None, "=1+1"]], "A4:B5"))
    assert table.rows[0] == ["业务", 3.0, 1.5, True]
    assert str(table.rows[1][0])[:10] == "2026-01-31"
    assert table.rows[1][1] == moment
    assert table.marks.formulas == {(2, 4)}
    assert table.merges == (((3, 0), (4, 1)),)


def test_a_refusal_says_what_is_wrong(tmp_path):
    with pytest.raises(WorkbookTooLarge) as refused:
        read(book(tmp_path, [["a"], ["b"], ["c"]]), most_rows=2)
    assert refused.value.detail == "a cell stands in row 3; at most 2 rows are taken"
    assert refused.value.facts == {"limit": 2}
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(WorkbookUnreadable, match="save it anew"):
        read(tmp_path / "book.xlsx")


def test_marked_cells_are_coloured_and_say_why(tmp_path):
    path = book(tmp_path, [["a", "b"], ["c", "d"]])
    marks = [("B2", RED, "wrong\x00", True), ("B2", RED, "also", False), ("A9", RED, "far", True)]
    listing = {"title": "why", "widths": [9], "rows": [["=1+1"], ["\x01plain"], [3]]}
    found = load_workbook(BytesIO(marked_copy(path, 4, "Sheet", marks, listing)))
    sheet = found["Sheet"]
    assert (sheet["B2"].fill.start_color.rgb, sheet["B2"].comment.text) == (RED, "wrong")
    assert sheet["A9"].comment.text == "far"
    assert [row[0].value for row in found["why"]] == ["'=1+1", "plain", 3]


def test_a_joined_area_is_marked_in_its_first_cell_alone(tmp_path):
    path = book(tmp_path, [["a", "b"]], "A3:B4")
    marks = [("A3", RED, "first", True), ("B4", RED, "inside", True)]
    sheet = load_workbook(BytesIO(marked_copy(path, 4, "Sheet", marks)))["Sheet"]
    assert (sheet["A3"].comment.text, sheet["B4"].comment) == ("first", None)


def test_a_workbook_of_very_many_cells_is_not_marked(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_MARKABLE", 3)
    with pytest.raises(TooLargeToMark, match="at most 3"):
        marked_copy(book(tmp_path, [["a"]]), 4, "Sheet", [])


def test_columns_have_letters():
    assert [column_letter(n) for n in (1, 26, 27, 52, 16384)] == ["A", "Z", "AA", "AZ", "XFD"]

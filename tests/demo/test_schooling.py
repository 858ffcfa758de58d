"""The catalogue that the demonstration hands in stands in the national template as departments
fill it."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.interchange.national import PLACES
from demo import schooling


@pytest.fixture
def sheet() -> Any:
    rows = schooling.entries(mended=False)
    body = schooling.workbook("示例省教育厅", "11990000MB9001114L", rows)
    return load_workbook(io.BytesIO(body)).active


def test_the_columns_are_those_of_the_template(sheet: Any) -> None:
    columns = [column for _, group in schooling.HEAD for column in group]
    official = [place.title for place in PLACES]
    assert len(columns) == len(official) == sheet.max_column
    # The template itself has a slip of the pen here.
    assert [c.replace("更新周期", "更新每周期") for c in columns] == official
    assert sheet["A1"].value == schooling.TITLE


def test_each_item_has_a_row_and_the_entry_is_merged_over_them(sheet: Any) -> None:
    items = sum(len(entry.items) for entry in schooling.ENTRIES)
    assert sheet.max_row == 3 + items
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    first = schooling.ENTRIES[0]
    assert f"A4:A{3 + len(first.items)}" in merged
    assert sheet["A4"].value == first.name
    assert [sheet.cell(row, 16).value for row in range(4, 4 + len(first.items))] == [
        name for name, _, _ in first.items
    ]


def test_mending_changes_the_one_wrong_entry_and_no_other() -> None:
    before, after = schooling.entries(mended=False), schooling.entries(mended=True)
    assert before[:-1] == after[:-1]
    assert before[-1].numbers[0] == "约3"
    assert all(isinstance(number, int | float) for number in after[-1].numbers)

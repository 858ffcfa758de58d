"""A workbook becomes the CSV of a publication: heads by name or title, days as days."""

from datetime import date

import pytest
import xlsxwriter

from exchange.dataplane.errors import BodyMalformed
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.workbooks import workbook_as_csv

SCHEMA = Schema(
    (
        Item("code", "string", title="代码", required=True),
        Item("area", "decimal", title="面积", scale=2),
        Item("revised_on", "date", title="修订日期"),
    ),
    ("code",),
)


def book(path, rows):
    with xlsxwriter.Workbook(str(path)) as made:
        sheet, day = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell)
    return path


def as_csv(tmp_path, rows):
    out = tmp_path / "out.csv"
    written = workbook_as_csv(book(tmp_path / "book", rows), SCHEMA, out)
    return written, out.read_text()


def test_titles_and_names_name_the_columns(tmp_path):
    rows = [["代码", "area", "修订日期"], [110101, 12.5, date(2014, 1, 31)]]
    assert as_csv(tmp_path, rows) == (1, "code,area,revised_on\n110101,12.5,2014-01-31\n")


def test_rows_without_values_are_left_out_and_short_ones_filled(tmp_path):
    rows = [["code", "area", "revised_on"], ["1"], [], ["2", 3]]
    assert as_csv(tmp_path, rows) == (2, "code,area,revised_on\n1,,\n2,3,\n")


def test_a_sheet_without_a_head_is_refused(tmp_path):
    with pytest.raises(BodyMalformed) as refused:
        as_csv(tmp_path, [])
    assert refused.value.code == "empty"

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from accounts.spreadsheets import report_answer, write_csv, write_workbook

HEADS = [("部门", 28), ("数量", 10), ("日期", 12)]
ROWS = [
    ["=cmd()", Decimal("1.50"), date(2026, 3, 4)],
    ["示例省民政厅", None, datetime(2026, 3, 3, 16, 30, tzinfo=UTC)],
]


def test_a_workbook_has_numbers_and_days_and_no_formulas(tmp_path):
    path = tmp_path / "report.xlsx"
    write_workbook(path, "需求清单", HEADS, ROWS)

    sheet = load_workbook(path)["需求清单"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["部门", "数量", "日期"]
    assert cells[1] == ["=cmd()", 1.5, datetime(2026, 3, 4)]  # noqa: DTZ001 - as Excel has it
    assert sheet["A2"].data_type == "s"
    # Half past midnight in China is the next day.
    assert cells[2] == ["示例省民政厅", None, datetime(2026, 3, 4)]  # noqa: DTZ001


def test_csv_gives_no_spreadsheet_a_formula(tmp_path):
    path = tmp_path / "report.csv"
    write_csv(path, HEADS, ROWS, "utf-8")
    assert path.read_bytes().decode("utf-8-sig").splitlines() == [
        "部门,数量,日期",
        "'=cmd(),1.50,2026-03-04",
        "示例省民政厅,,2026-03-04",
    ]
    write_csv(path, HEADS, ROWS, "gb18030")
    assert path.read_bytes().decode("gb18030").splitlines()[0] == "部门,数量,日期"


@pytest.mark.django_db  # closing an answer looks after connections
def test_a_file_to_save_says_what_it_is_called(settings, time_machine):
    time_machine.move_to(datetime(2026, 3, 4, 1, 0, tzinfo=UTC), tick=False)
    answer = report_answer("负面清单", HEADS, ROWS, "csv", "utf-8")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "%E8%B4%9F%E9%9D%A2%E6%B8%85%E5%8D%95-20260304.csv" in answer["Content-Disposition"]
    body = b"".join(answer.streaming_content)
    answer.close()
    assert body.startswith("\ufeff部门".encode())

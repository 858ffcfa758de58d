"""Workbooks handed back with what was found in them."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

from catalog.interchange.annotating import SHEET, annotate
from catalog.interchange.findings import wrong


def test_what_no_workbook_can_hold_is_left_out_of_the_list():
    book = Workbook()
    book.active.append(["信息资源名称", "更新周期"])
    book.active.append(["甲", "=每\x0a年"])
    out = BytesIO()
    book.save(out)
    found = [wrong(2, "更新周期", "unknown-value", "map\x02 it", "=每\x01年")]
    marked = load_workbook(BytesIO(annotate(out.getvalue(), {}, found)))
    told = [cell.value for cell in marked[SHEET][2]]
    assert told == [2, "更新周期", "错误", "unknown-value", "'=每年", None, "map it"]
    assert marked.worksheets[0]["B2"].comment.text == "错误（unknown-value）\nmap it"

"""The national template: read as departments fill it, written as they know it."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange

from catalog.interchange.mapping import read_mapping
from catalog.interchange.national import PLACES, write_national
from catalog.interchange.normalising import normalise
from catalog.interchange.reading import EXCEL, read_catalogue
from tests.catalog.realdata import real_file

TEMPLATE = ("excel", "catalogue-template-2017.xlsx")
PROVIDER = ("示例省民政厅", "11990000MB9002969X")
CYCLES = ("实时", "每日", "每周", "每月", "每季度", "每半年", "每年", "其他")
FORMATS = (("数据库", "mysql"), ("电子表格", "xlsx"), ("电子文件", "其他"), ("流媒体", "mpg"))
SHARES = (
    ("无条件共享", "无条件"),
    ("有条件共享", "用于社会救助的核对"),
    ("不予共享", "《某法》第一条"),
)
MODES = (("共享平台方式", "接口"), ("共享平台方式", "文件"), ("邮件或介质", "无"))
TYPES = (("字符串型C", 50), ("数值型N", "16,2"), ("日期型D", None), ("整型I", 9))


def entry_cells(number):
    """The cells of one entry of the template, but those of its items."""
    share, condition = SHARES[number % 3]
    group, kind = FORMATS[number % 4]
    return {
        "A": f"民政登记信息{number}",
        "B": None,
        "C": PROVIDER[0],
        "D": f"第{number % 7}处",
        "E": PROVIDER[1],
        "F": f"第 {number} 类登记的当事人、日期和机关。",
        "G": group,
        "H": kind,
        "I": "专用格式" if kind == "其他" else None,
        **dict.fromkeys("JKLMNO", number / 8),
        "S": share,
        "T": condition,
        "U": MODES[number % 3][0],
        "V": MODES[number % 3][1],
        "W": "是" if number % 2 else "否",
        "X": "普遍开放" if number % 2 else None,
        "Y": CYCLES[number % 8],
        "Z": date(2024, 1 + number % 12, 1 + number % 28),
        "AA": "307024/1；307024/2" if number % 5 == 0 else None,
    }


def item_cells(number):
    kind, length = TYPES[number % 4]
    return {"P": f"信息项{number}", "Q": kind, "R": length}


def fill(sheet, entries, items, *, ways=("merged", "repeated", "first")):
    """Fill a sheet from row 4 on, each entry in the next of the ways departments have."""
    line = 4
    for number in range(entries):
        cells, way = entry_cells(number), ways[number % len(ways)]
        for row in range(items):
            said = cells if way == "repeated" or row == 0 else {}
            for column, value in {**said, **item_cells(row)}.items():
                sheet[f"{column}{line + row}"] = value
        if way == "merged":
            for column in cells:
                # As merge_cells would, which looks through all earlier ones each time.
                sheet.merged_cells.ranges.add(
                    CellRange(f"{column}{line}:{column}{line + items - 1}")
                )
        line += items


def read(body):
    sheet = read_catalogue(body, EXCEL, read_mapping({}))
    return [normalise(raw, read_mapping({}), sheet.titles) for raw in sheet.raws], sheet.ignored


def filled(entries, items, **how):
    """Our own copy of the template, filled by another library than the one that wrote it."""
    book = load_workbook(BytesIO(write_national([])))
    fill(book["Sheet1"], entries, items, **how)
    return saved(book)


def saved(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def told(incoming):
    return [
        {"identity": one.identity, "values": one.values, "items": one.items} for one in incoming
    ]


def exported(incoming):
    """What was read, as the export hands it on."""
    return [
        {
            **one.values,
            "department": one.identity["department"],
            "credit_code": one.identity["credit_code"],
            "items": one.items,
        }
        for one in incoming
    ]


@pytest.mark.parametrize("way", ["merged", "repeated", "first"])
def test_each_way_of_filling_it_is_read_alike(way):
    found, ignored = read(filled(3, 4, ways=(way,)))
    assert ignored == ()
    assert [finding for one in found for finding in one.findings] == []
    assert [(one.line, len(one.items)) for one in found] == [(4, 4), (8, 4), (12, 4)]
    second = found[1]
    assert second.identity == {"department": PROVIDER[0], "credit_code": PROVIDER[1]}
    assert second.values == {
        "name": "民政登记信息1",
        "internal_office": "第1处",
        "abstract": "第 1 类登记的当事人、日期和机关。",
        "format_class": "spreadsheet",
        "format_type": "xlsx",
        "format_note": "",
        "storage_gb": Decimal("0.1250"),
        "records_wan": Decimal("0.1250"),
        "shared_storage_gb": Decimal("0.1250"),
        "shared_records_wan": Decimal("0.1250"),
        "opened_storage_gb": Decimal("0.1250"),
        "opened_records_wan": Decimal("0.1250"),
        "share_type": "conditional",
        "share_condition": "用于社会救助的核对",
        "share_modes": ["file"],
        "open_to_public": True,
        "open_condition": "普遍开放",
        "update_cycle": "daily",
        "released_on": date(2024, 2, 2),
        "related_codes": [],
    }
    assert second.items[1] == {
        "name": "信息项1",
        "data_type": "N",
        "length": 16,
        "scale": 2,
        "share_type": "",
    }


def test_entries_and_items_come_back_without_a_difference():
    first, _ = read(filled(500, 12))
    assert (len(first), sum(len(one.items) for one in first)) == (500, 6000)
    again, ignored = read(write_national(exported(first)))
    assert ignored == ()
    assert told(again) == told(first)
    assert [finding for one in again for finding in one.findings] == []


def test_it_looks_as_the_official_template_does():
    official = load_workbook(real_file(*TEMPLATE))
    ours = load_workbook(BytesIO(write_national([], departments=["示例省民政厅"])))
    assert ours.sheetnames == official.sheetnames
    one, two = official["Sheet1"], ours["Sheet1"]
    assert {str(cells) for cells in two.merged_cells.ranges} == {
        str(cells) for cells in one.merged_cells.ranges
    }
    for row in one["A1:AA3"]:
        for cell in row:
            same = two[cell.coordinate]
            assert same.value == cell.value, cell.coordinate
            if cell.value:
                assert _look(same) == _look(cell), cell.coordinate
    assert (two.freeze_panes, two.auto_filter.ref) == (one.freeze_panes, one.auto_filter.ref)
    for number in (1, 2, 3):
        # Heights are kept in quarters of a point.
        assert abs(two.row_dimensions[number].height - one.row_dimensions[number].height) < 0.5
    for letter, kept in one.column_dimensions.items():
        if letter != "AB":
            assert abs(two.column_dimensions[letter].width - kept.width) < 0.8, letter
    assert _choices(two) == _choices(one)
    names = set(official.defined_names)
    assert names == set(ours.defined_names)
    for name in names - {"信息资源提供方"}:
        # The official list of databases ends before its last word.
        there = _words(official, name)
        assert _words(ours, name)[: len(there)] == there


def test_the_official_template_itself_is_read():
    book = load_workbook(real_file(*TEMPLATE))
    fill(book["Sheet1"], 4, 3)
    found, ignored = read(saved(book))
    assert ignored == ()
    assert told(found) == told(read(filled(4, 3))[0])


def test_items_that_are_shared_otherwise_say_so_row_by_row():
    book = load_workbook(BytesIO(write_national([])))
    sheet = book["Sheet1"]
    fill(sheet, 1, 3, ways=("repeated",))
    sheet["S6"] = "有条件共享"
    (one,), _ = read(saved(book))
    assert one.values["share_type"] == "unconditional"
    assert [item["share_type"] for item in one.items] == ["", "", "conditional"]
    (again,), _ = read(write_national(exported([one])))
    assert told([again]) == told([one])


def test_rows_of_one_entry_that_contradict_each_other_are_named():
    book = load_workbook(BytesIO(write_national([])))
    fill(book["Sheet1"], 1, 3, ways=("repeated",))
    book["Sheet1"]["Y6"] = "每月"
    (one,), _ = read(saved(book))
    found = [(f.line, f.column, f.code, f.before) for f in one.findings]
    assert found == [(6, "更新每周期（必填项）", "cells-differ", "每月")]
    assert one.is_wrong


def test_the_full_template_names_the_classes_before_the_entry():
    book = Workbook()
    sheet = book.active
    book_of_ours = load_workbook(BytesIO(write_national([])))["Sheet1"]
    titles = ("类", "项", "目", "细目")
    for at, title in enumerate(titles, 1):
        sheet.cell(2, at, f"{title}\n（必填项）")
    for row in (2, 3):
        for at in range(1, len(PLACES) + 1):
            sheet.cell(row, at + len(titles), book_of_ours.cell(row, at).value)
    sheet.append(["部门目录", "省级", "四川省", None, "婚姻登记", None, *PROVIDER[:1]])
    found, ignored = read(saved(book))
    assert ignored == ()
    assert found[0].identity["category"] == "部门目录/省级/四川省"


@pytest.mark.parametrize(
    ("column", "written", "name", "value"),
    [
        ("Y", "每天", "update_cycle", "daily"),
        ("Y", "  实时", "update_cycle", "realtime"),
        ("Z", "2024年3月5日", "released_on", date(2024, 3, 5)),
        ("J", "2048M", "storage_gb", Decimal("2.0000")),
        ("K", "1.2亿", "records_wan", Decimal("12000.0000")),
        ("S", "无条件", "share_type", "unconditional"),
        ("V", "库表交换", "share_modes", ["database"]),
        ("H", "MYSQL", "format_type", "mysql"),
    ],
)
def test_a_cell_in_other_words_is_put_into_ours_with_its_trace(column, written, name, value):
    book = load_workbook(BytesIO(write_national([])))
    fill(book["Sheet1"], 1, 2, ways=("first",))
    book["Sheet1"][f"{column}4"] = written
    (one,), _ = read(saved(book))
    assert one.values[name] == value
    assert [(f.line, f.kind, f.before) for f in one.findings] == [(4, "normalised", written)]


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        ("A", None, "required"),
        ("G", "云盘", "unknown-value"),
        ("J", "很多", "not-a-number"),
        ("J", -1, "not-a-number"),
        ("Q", "汉字", "unknown-value"),
        ("R", "很长", "not-a-number"),
        ("P", None, "required"),
        ("W", "也许", "unknown-value"),
        ("Z", "去年", "not-a-date"),
        ("U", "口头", "unknown-value"),
    ],
)
def test_a_cell_that_cannot_be_understood_is_named(column, written, code):
    book = load_workbook(BytesIO(write_national([])))
    fill(book["Sheet1"], 1, 1, ways=("first",))
    book["Sheet1"][f"{column}4"] = written
    (one,), _ = read(saved(book))
    assert [(f.line, f.code) for f in one.findings if f.kind == "wrong"] == [(4, code)]


def _look(cell):
    # The other sides of a merged cell are its other cells'.
    sides = [getattr(cell.border, side).style for side in ("left", "top")]
    return (
        cell.font.name,
        cell.font.sz,
        cell.font.b,
        cell.fill.fill_type,
        (cell.alignment.horizontal, cell.alignment.vertical, cell.alignment.wrap_text),
        sides,
        cell.number_format,
    )


def _choices(sheet):
    """The lists offered in each column from row 4 on."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        for cells in str(rule.sqref).split():
            column = cells.rstrip("0123456789:").partition(":")[0].rstrip("0123456789")
            start = cells.partition(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            if start == "4" and column not in ("C", "H", "V"):
                formula = (rule.formula1 or "").replace('"', "").replace(" ", "")
                found[column] = (rule.type, rule.operator or "between", formula)
    return found


def _words(book, name):
    sheet, _, cells = book.defined_names[name].attr_text.partition("!")
    area = book[sheet.strip("'")][cells.replace("$", "")]
    rows = area if isinstance(area, tuple) else ((area,),)
    return [row[0].value for row in rows]

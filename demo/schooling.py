"""What the education department knows, as it stands in its catalogue of the national template.

Departments write as they are used to: the words differ from the official lists here and there, and
one entry is wrong. ``entries(mended=True)`` is the same catalogue after its author looked at it.
"""

import io
from dataclasses import dataclass, replace
from typing import Any

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "政务信息资源Excel模版"
# Group -> columns, as the template of 2017 has them; "" is a column without a group.
HEAD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("信息资源名称", "信息资源代码")),
    ("信息资源提供方", ("信息资源提供方", "提供方内部部门")),
    ("", ("资源提供方代码", "信息资源摘要")),
    ("信息资源格式", ("信息资源格式分类", "信息资源格式类型")),
    ("", ("其他类型资源格式描述",)),
    (
        "信息资源大普查",
        (
            "数据存储总量（G）",
            "结构化信息记录总数（万）",
            "已共享的数据存储量（G）",
            "已共享结构化记录数（万）",
            "已开放的数据存储量（G）",
            "已开放结构化记录数（万）",
        ),
    ),
    ("信息项信息", ("信息项名称", "数据类型", "数据长度")),
    ("共享属性", ("共享类型", "共享条件")),
    ("共享方式", ("共享方式分类", "共享方式类型")),
    ("开放属性", ("是否向社会开放", "开放条件")),
    ("", ("更新周期", "发布日期", "关联及类目名称")),
)
FIRST_ITEM, ITEM_COLUMNS = 15, 3
Item = tuple[str, str, int | str]


@dataclass(frozen=True)
class Entry:
    """One entry as its author fills it in."""

    name: str
    office: str
    abstract: str
    items: tuple[Item, ...]
    share: str
    condition: str
    cycle: str
    is_open: str = "否"
    open_condition: str = ""
    mode: str = "接口"
    numbers: tuple[float | str, ...] = (12.5, 320, 0, 0, 0, 0)
    released: str = "2026-03-02"


TEXT, DAY, WHOLE, FLAG = "字符串型C", "日期型D", "整型I", "逻辑型L"
PUPIL: tuple[Item, ...] = (
    ("学籍号", TEXT, 19),
    ("学生姓名", TEXT, 30),
    ("公民身份号码", TEXT, 18),
    ("性别", TEXT, 1),
    ("出生日期", DAY, ""),
)
ENTRIES = (
    Entry(
        "中小学生学籍信息",
        "基础教育处",
        "全省中小学在校学生的学籍、就读学校、年级班级和学籍变动，随学籍管理业务更新。",
        (
            *PUPIL,
            ("学校名称", TEXT, 80),
            ("年级", TEXT, 10),
            ("学籍状态", TEXT, 10),
            ("是否寄宿", FLAG, ""),
        ),
        "有条件共享",
        "用于义务教育保障、留守儿童关爱等行政核验",
        "每月",
    ),
    Entry(
        "义务教育学校基本信息",
        "基础教育处",
        "全省小学、初中和九年一贯制学校的名称、办学类型、地址、在校生数和专任教师数。",
        (
            ("学校标识码", TEXT, 10),
            ("学校名称", TEXT, 80),
            ("办学类型", TEXT, 20),
            ("学校地址", TEXT, 120),
            ("在校生数", WHOLE, ""),
            ("专任教师数", WHOLE, ""),
        ),
        "无条件",
        "无条件",
        "每半年",
        is_open="是",
        open_condition="普遍开放",
        numbers=(0.4, 1.6, 0.4, 1.6, 0.4, 1.6),
    ),
    Entry(
        "教师资格认定信息",
        "教师工作处",
        "全省各级各类教师资格的认定结果：证书号码、资格种类、任教学科和认定机构。",
        (
            ("教师资格证书号码", TEXT, 17),
            ("姓名", TEXT, 30),
            ("资格种类", TEXT, 20),
            ("任教学科", TEXT, 30),
            ("认定机构", TEXT, 60),
            ("认定日期", DAY, ""),
        ),
        "有条件",
        "用于人事招聘、培训机构监管中的资格核验",
        "月",
    ),
    Entry(
        "学生资助发放信息",
        "学生资助管理中心",
        "各学段家庭经济困难学生的资助项目、标准、金额和发放时间，按学期汇总。",
        (
            *PUPIL[:3],
            ("资助项目", TEXT, 40),
            ("资助金额", "货币型Y", "10,2"),
            ("发放日期", DAY, ""),
        ),
        "有条件共享",
        "用于低保、特困对象精准救助比对",
        "半年",
    ),
    Entry(
        "普通高中招生计划",
        "基础教育处",
        "全省普通高中年度招生计划：学校、计划类别、招生人数和录取批次。",
        (
            ("学校名称", TEXT, 80),
            ("计划类别", TEXT, 20),
            ("招生人数", WHOLE, ""),
            ("录取批次", TEXT, 20),
        ),
        "无条件共享",
        "无条件",
        "年",
        is_open="是",
        open_condition="普遍开放",
        released="2026/5/20",
    ),
    Entry(
        "校车使用许可信息",
        "安全稳定处",
        "校车使用许可的学校、车牌、核载人数、驾驶人和运行线路。",
        (
            ("号牌号码", TEXT, 10),
            ("学校名称", TEXT, 80),
            ("核载人数", "数字型", ""),
            ("运行线路", "长文本text", ""),
        ),
        "无条件共享",
        "无条件",
        "每季",
        numbers=("约3", 0.8, 0, 0, 0, 0),
    ),
)


def entries(*, mended: bool) -> tuple[Entry, ...]:
    """The catalogue as it is written first, or after its wrong entry was mended."""
    if not mended:
        return ENTRIES
    bus = ENTRIES[-1]
    items = tuple(
        (name, WHOLE if kind == "数字型" else kind, length) for name, kind, length in bus.items
    )
    return (*ENTRIES[:-1], replace(bus, items=items, numbers=(0.3, 0.8, 0, 0, 0, 0)))


def workbook(provider: str, credit_code: str, rows: tuple[Entry, ...]) -> bytes:
    """The template filled in: two levels of headers, a row an item, an entry's cells merged."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        bold = book.add_format({"bold": True, "align": "center", "text_wrap": True, "border": 1})
        middle = book.add_format({"valign": "vcenter", "text_wrap": True})
        _head(sheet, bold)
        line = 3
        for row in rows:
            line = _entry(sheet, line, row, (provider, credit_code), middle)
    return out.getvalue()


def _head(sheet: Any, bold: Any) -> None:
    at = 0
    for group, columns in HEAD:
        if group:
            sheet.merge_range(1, at, 1, at + len(columns) - 1, group, bold)
        for place, column in enumerate(columns, at):
            if group:
                sheet.write_string(2, place, column, bold)
            else:
                sheet.merge_range(1, place, 2, place, column, bold)
        at += len(columns)
    sheet.merge_range(0, 0, 0, at - 1, TITLE, bold)


def _entry(sheet: Any, line: int, row: Entry, provider: tuple[str, str], middle: Any) -> int:
    last = line + len(row.items) - 1
    for place, value in enumerate(_cells(row, provider)):
        if not FIRST_ITEM <= place < FIRST_ITEM + ITEM_COLUMNS:
            sheet.merge_range(line, place, last, place, value, middle)
    for number, item in enumerate(row.items, line):
        for place, value in enumerate(item, FIRST_ITEM):
            sheet.write(number, place, value)
    return last + 1


def _cells(row: Entry, provider: tuple[str, str]) -> tuple[Any, ...]:
    return (
        row.name,
        "",
        provider[0],
        row.office,
        provider[1],
        row.abstract,
        "数据库",
        "mysql",
        "",
        *row.numbers,
        *("",) * ITEM_COLUMNS,
        row.share,
        row.condition,
        "共享平台方式",
        row.mode,
        row.is_open,
        row.open_condition,
        row.cycle,
        row.released,
        "",
    )

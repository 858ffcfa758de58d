"""The national template of 2017 (政务信息资源Excel模版): written as departments know it.

Row 1 is the title, rows 2 and 3 the header in two levels, from row 4 on each item has a row and
the cells of its entry are merged over its items. The sheet 字典 feeds the dependent drop-downs.
"""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, label_of
from catalog.interchange.spread import BY_MEDIUM, ON_PLATFORM
from catalog.vocabulary import FORMAT_TYPES, FormatClass, ItemType, ShareMode, ShareType

SHEET, WORDS = "Sheet1", "字典"
TITLE = "政务信息资源Excel模版"
FIRST = 3
_LAST = 1048575
NEEDED, FREE = "（必填项）", "（选填项）"


class Place(NamedTuple):
    """A column of the template: what it holds, its header, the group above it, its width."""

    name: str
    title: str
    group: str
    width: float
    needed: bool = True


_PROVIDER, _FORMAT, _CENSUS = "信息资源提供方", "信息资源格式", "信息资源大普查"
_ITEMS, _SHARING, _MODES, _OPENING = "信息项信息", "共享属性", "共享方式", "开放属性"
PLACES = (
    Place("name", "信息资源名称", "", 11.625),
    Place("code", "信息资源代码", "", 12, needed=False),
    Place("department", "信息资源提供方", _PROVIDER, 41.125),
    Place("internal_office", "提供方内部部门", _PROVIDER, 13.125, needed=False),
    Place("credit_code", "资源提供方代码", "", 21.25),
    Place("abstract", "信息资源摘要", "", 15.5),
    Place("format_class", "信息资源格式分类", _FORMAT, 19.875),
    Place("format_type", "信息资源格式类型", _FORMAT, 9.875),
    Place("format_note", "其他类型资源格式描述", "", 9.625, needed=False),
    Place("storage_gb", "数据存储总量（G）", _CENSUS, 9.125),
    Place("records_wan", "结构化信息记录总数（万）", _CENSUS, 10.25),
    Place("shared_storage_gb", "已共享的数据存储量（G）", _CENSUS, 10.875),
    Place("shared_records_wan", "已共享结构化记录数（万）", _CENSUS, 12.25),
    Place("opened_storage_gb", "已开放的数据存储量（G）", _CENSUS, 12),
    Place("opened_records_wan", "已开放结构化记录数（万）", _CENSUS, 12.25),
    Place("item.name", "信息项名称", _ITEMS, 17.625),
    Place("item.data_type", "数据类型", _ITEMS, 12),
    Place("item.length", "数据长度", _ITEMS, 11.375),
    Place("share_type", "共享类型", _SHARING, 10.5),
    Place("share_condition", "共享条件", _SHARING, 10.25),
    Place("share_channel", "共享方式分类", _MODES, 16.125),
    Place("share_modes", "共享方式类型", _MODES, 15.375),
    Place("open_to_public", "是否向社会开放", _OPENING, 18.375),
    Place("open_condition", "开放条件", _OPENING, 17.875, needed=False),
    Place("update_cycle", "更新每周期", "", 10.25),
    Place("released_on", "发布日期", "", 17.375),
    Place("related_codes", "关联及类目名称", "", 17.375, needed=False),
)
_AT = {place.name: number for number, place in enumerate(PLACES)}
# Columns that are numbers, and their headers that stand one row lower than their group's.
_TEXT_CELLS = ("credit_code", "related_codes")
_CHANNELS = {
    ON_PLATFORM: (ShareMode.INTERFACE, ShareMode.DATABASE, ShareMode.FILE),
    BY_MEDIUM: (ShareMode.MEDIUM,),
}
_LOWER_ONLY = ("format_note",)


def write_national(entries: Iterable[Mapping[str, Any]], departments: Sequence[str] = ()) -> bytes:
    """The template filled with entries (names of catalog.interchange.columns, ``items`` below);
    ``departments`` are offered as providers."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(SHEET)
        _head(book, sheet)
        line = FIRST
        styles = _styles(book)
        for entry in entries:
            line = _write_entry(sheet, line, entry, styles)
        _words(book, departments)
        _validate(sheet)
    return out.getvalue()


def _style(book: Workbook, **more: Any) -> Any:
    return book.add_format({"font_name": "宋体", "font_size": 11, "align": "center", **more})


def _styles(book: Workbook) -> dict[str, Any]:
    middle = {"valign": "vcenter", "text_wrap": True}
    kinds = {"": {}, "text": {"num_format": "@"}, "date": {"num_format": "yyyy-mm-dd"}}
    return {kind: _style(book, **middle, **more) for kind, more in kinds.items()}


def _head(book: Workbook, sheet: Worksheet) -> None:
    look = {"bold": True, "font_size": 12, "valign": "vcenter", "text_wrap": True}
    head = _style(book, **look, bg_color="#D9D9D9", border=1)
    as_text = _style(book, **look, bg_color="#D9D9D9", border=1, num_format="@")
    columns = {"": _style(book), "text": _style(book, num_format="@")}
    day = _style(book, num_format="yyyy-mm-dd")
    for row, height in enumerate((34.5, 34.5, 79)):
        sheet.set_row(row, height)
    for at, place in enumerate(PLACES):
        own = columns["text" if place.name in _TEXT_CELLS else ""]
        sheet.set_column(at, at, place.width, day if place.name == "released_on" else own)
    sheet.merge_range(0, 0, 0, _AT["released_on"], TITLE, head)
    sheet.write_blank(0, _AT["related_codes"], None, head)
    _groups(sheet, head)
    for at, place in enumerate(PLACES):
        title = f"{place.title}\n{NEEDED if place.needed else FREE}"
        if place.group or place.name in _LOWER_ONLY:
            sheet.write_string(2, at, title, head)
        else:
            is_text = place.name in ("credit_code", "released_on")
            sheet.merge_range(1, at, 2, at, title, as_text if is_text else head)
    sheet.write_blank(1, _AT["format_note"], None, head)
    sheet.freeze_panes(FIRST, 0)
    sheet.autofilter(2, 0, 2, len(PLACES) - 1)


def _groups(sheet: Worksheet, head: Any) -> None:
    for group in dict.fromkeys(place.group for place in PLACES if place.group):
        at = [number for number, place in enumerate(PLACES) if place.group == group]
        sheet.merge_range(1, at[0], 1, at[-1], group, head)


def _write_entry(
    sheet: Worksheet, line: int, entry: Mapping[str, Any], styles: Mapping[str, Any]
) -> int:
    """Write an entry from a line on; the line after it."""
    items = entry.get("items") or [{}]
    last = line + len(items) - 1
    shares = [item.get("share_type") or entry.get("share_type", "") for item in items]
    for at, place in enumerate(PLACES):
        kind = "date" if place.name == "released_on" else ""
        style = styles["text" if place.name in _TEXT_CELLS else kind]
        if place.name.startswith("item."):
            for row, item in enumerate(items, line):
                _write(sheet, row, at, _item_cell(place.name, item), style)
        elif place.name == "share_type" and len(set(shares)) > 1:
            for row, share in enumerate(shares, line):
                _write(sheet, row, at, label_of(ENTRY_COLUMNS["share_type"], share), style)
        else:
            if last > line:
                sheet.merge_range(line, at, last, at, "", style)
            _write(sheet, line, at, _cell(place.name, entry), style)
    return last + 1


def _cell(name: str, entry: Mapping[str, Any]) -> Any:
    value = entry.get(name)
    if name == "share_channel":
        modes = entry.get("share_modes") or []
        return "、".join(c for c, own in _CHANNELS.items() if any(m in own for m in modes))
    if name == "share_modes":
        return "、".join("无" if m == ShareMode.MEDIUM else ShareMode(m).label for m in value or [])
    if ENTRY_COLUMNS[name].kind == "decimal":
        return None if value is None else float(value)
    return value if name == "released_on" else label_of(ENTRY_COLUMNS[name], value)


def _item_cell(name: str, item: Mapping[str, Any]) -> Any:
    if name != "item.length":
        own = name.removeprefix("item.")
        return label_of(ITEM_COLUMNS[own], item.get(own))
    length, scale = item.get("length"), item.get("scale")
    return length if scale is None else f"{length},{scale}"


def _write(sheet: Worksheet, row: int, at: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, at, None, style)
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(row, at, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value, style)
    else:
        sheet.write_string(row, at, value, style)


def _lists() -> list[tuple[int, str, Sequence[str]]]:
    """Columns of the sheet 字典: place, name, words."""
    formats = [
        (number, FormatClass(group).label, kinds)
        for number, (group, kinds) in enumerate(FORMAT_TYPES.items(), 2)
    ]
    ways = [ShareMode(mode).label for mode in _CHANNELS[ON_PLATFORM]]
    return [*formats, (9, ON_PLATFORM, ways), (10, BY_MEDIUM, ("无",))]


def _words(book: Workbook, departments: Sequence[str]) -> None:
    sheet = book.add_worksheet(WORDS)
    head = book.add_format({"font_name": "黑体", "font_size": 12, "align": "center"})
    word = book.add_format({"font_name": "等线", "font_size": 11})
    for at, width in {0: 25, 2: 11.5, 4: 11, 7: 11.875, 9: 17.625, 10: 22.25}.items():
        sheet.set_column(at, at, width)
    for at, name, words in [(0, _PROVIDER, departments or ("",)), *_lists()]:
        sheet.write_string(0, at, name, head)
        for row, text in enumerate(words, 1):
            sheet.write_string(row, at, text, word)
        column = xl_col_to_name(at)
        book.define_name(name, f"={WORDS}!${column}$2:${column}${1 + len(words)}")


def _validate(sheet: Worksheet) -> None:
    lists = {
        "department": f"={_PROVIDER}",
        "format_class": list(FormatClass.labels),
        "format_type": f"=INDIRECT({xl_col_to_name(_AT['format_class'])}{FIRST + 1})",
        "item.data_type": list(ItemType.labels),
        "share_type": list(ShareType.labels),
        "share_channel": list(_CHANNELS),
        "share_modes": f"=INDIRECT({xl_col_to_name(_AT['share_channel'])}{FIRST + 1})",
        "open_to_public": ["是", "否"],
        "update_cycle": list(ENTRY_COLUMNS["update_cycle"].choices.values()),
    }
    for name, source in lists.items():
        sheet.data_validation(_column(name), {"validate": "list", "source": source})
    between = {"criteria": "between", "minimum": 25569, "maximum": 55153}
    sheet.data_validation(_column("released_on"), {"validate": "date", **between})
    census = xl_range(FIRST, _AT["storage_gb"], _LAST, _AT["opened_records_wan"])
    sheet.data_validation(census, {"validate": "decimal", "criteria": ">=", "value": 0})


def _column(name: str) -> str:
    return str(xl_range(FIRST, _AT[name], _LAST, _AT[name]))

"""The columns in which catalogues are exchanged: ours, and how other catalogues say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import vocabulary as words


@dataclass(frozen=True)
class Column:
    """A column of entries or of items.

    ``kind`` says how a value is read: text, lines, choice, flag, date, decimal, whole, list,
    modes; and what other catalogues say in one value and we in several: formats, openness,
    records, size. ``length`` is of a text or of each part of a list.
    """

    name: str
    title: str
    kind: str = "text"
    length: int = 0
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)


def _choices(kind: Any) -> dict[str, str]:
    return dict(kind.choices)


_CENSUS = (
    ("storage_gb", "数据存储总量（G）"),
    ("records_wan", "结构化信息记录总数（万）"),
    ("shared_storage_gb", "已共享的数据存储量（G）"),
    ("shared_records_wan", "已共享结构化记录数（万）"),
    ("opened_storage_gb", "已开放的数据存储量（G）"),
    ("opened_records_wan", "已开放结构化记录数（万）"),
)

# Who and where: not metadata of a version.
IDENTITY = (
    Column("code", "信息资源代码", length=60),
    Column("department", "信息资源提供方", length=120),
    Column("credit_code", "资源提供方代码", length=18),
    Column("category", "信息资源分类代码", length=200),
)
# Facts that a source says in its own way, or that belong to the resource itself.
DERIVED = (
    Column("source_key", "来源标识", length=400),
    Column("formats", "数据格式", "formats"),
    Column("openness", "开放类型", "openness"),
    Column("share_channel", "共享方式分类", "channel"),
    Column("records", "数据条数", "records"),
    Column("data_updated_on", "数据更新日期", "date"),
)
METADATA_COLUMNS = (
    Column("name", "信息资源名称", length=120),
    Column("internal_office", "提供方内部部门", length=60),
    Column("abstract", "信息资源摘要", "lines", 512),
    Column("format_class", "信息资源格式分类", "choice", choices=_choices(words.FormatClass)),
    Column("format_type", "信息资源格式类型", "format_type", 20),
    Column("format_note", "其他类型资源格式描述", length=120),
    *(Column(name, title, "decimal") for name, title in _CENSUS),
    Column("share_type", "共享类型", "choice", choices=_choices(words.ShareType)),
    Column("share_condition", "共享条件", "lines", 400),
    Column("share_modes", "共享方式类型", "modes", choices=_choices(words.ShareMode)),
    Column("open_to_public", "是否向社会开放", "flag"),
    Column("open_condition", "开放条件", length=400),
    Column("update_cycle", "更新周期", "choice", choices=_choices(words.UpdateCycle)),
    Column("released_on", "发布日期", "date"),
    Column("related_codes", "关联资源代码", "list", 60),
    Column("source_system", "来源信息系统", length=120),
    Column("share_scope", "共享范围", "lines", 400),
    Column("use_purpose", "使用用途", "lines", 400),
    Column("data_class", "数据分类", length=60),
    Column("data_grade", "数据分级", "choice", choices=_choices(words.DataGrade)),
    Column("grade_note", "分级说明", "lines", 400),
    Column("refusal_reason", "不予共享理由", "lines", 400),
    Column("legal_basis", "不予共享依据", "lines", 400),
    Column("secrecy_assessment", "保密风险评估结论", "lines", 400),
    Column("privacy_assessment", "个人信息保护影响评估结论", "lines", 400),
    Column("collection_reason", "重复采集理由", "lines", 400),
    Column("keywords", "关键字", "list", 60),
    Column("theme", "主题", length=60),
    Column("industry", "行业", length=60),
    Column("landing_url", "详情页网址", length=400),
    Column("contact", "联系方式", length=120),
)
ENTRY_COLUMNS = {column.name: column for column in (*IDENTITY, *METADATA_COLUMNS, *DERIVED)}
METADATA_NAMES = tuple(column.name for column in METADATA_COLUMNS)

_ITEM_COLUMNS = (
    Column("column", "信息项字段名", length=63),
    Column("name", "信息项名称", length=120),
    Column("data_type", "数据类型", "choice", choices=_choices(words.ItemType)),
    Column("length", "数据长度", "size"),
    Column("scale", "小数位数", "whole"),
    Column("meaning", "信息项说明", "lines", 400),
    Column("is_key", "是否主键", "flag"),
    Column("is_required", "是否必填", "flag"),
    Column("pattern", "格式规则", length=200),
    Column("codes", "取值代码", "list", 40),
    Column("check_digit", "校验规则", "choice", choices=_choices(words.CheckDigit)),
    Column("sensitivity", "敏感程度", "choice", choices=_choices(words.Sensitivity)),
    Column("share_type", "信息项共享类型", "choice", choices=_choices(words.ShareType)),
)
ITEM_COLUMNS = {column.name: column for column in _ITEM_COLUMNS}
ITEM_PREFIX = "item."
YES_NO = {True: "是", False: "否"}
LISTED = "；"
_SEPARATORS = (",", "，", "、", "\t", ";", "|")


def column_of(name: str) -> Column:
    """The column of a target name; ``item.length`` is the item's length. KeyError if none is."""
    if name.startswith(ITEM_PREFIX):
        return ITEM_COLUMNS[name.removeprefix(ITEM_PREFIX)]
    return ENTRY_COLUMNS[name]


def is_item(name: str) -> bool:
    """True for names of items' columns."""
    return name.startswith(ITEM_PREFIX)


def plain(value: Any) -> Any:
    """A value as JSON keeps it, the same for equal values."""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    return value


def label_of(column: Column, value: Any) -> str:
    """A value in the words that people and files use; "" for none."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, list | tuple):
        parts = [str(column.choices.get(part, part)) for part in value]
        # One part that has a weaker separator in it stays one part.
        alone = len(parts) == 1 and any(mark in parts[0] for mark in _SEPARATORS)
        return LISTED.join(parts) + (LISTED if alone else "")
    if isinstance(value, Decimal):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return text or "0"
    if isinstance(value, date):
        return value.isoformat()
    return str(column.choices.get(value, value))

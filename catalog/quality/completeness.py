"""How much of what the guide and Order 809 ask for an entry says, as a number with its reasons.

Only what applies to the entry is counted: nobody is asked for the basis of a refusal who refuses
nothing. What is missing is named by a code of ELEMENTS, the heaviest first.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.vocabulary import ItemType, Sensitivity, ShareType

Values = Mapping[str, Any]
Items = Sequence[Values]

CENSUS_NUMBERS = (
    "storage_gb",
    "records_wan",
    "shared_storage_gb",
    "shared_records_wan",
    "opened_storage_gb",
    "opened_records_wan",
)
# A shorter abstract repeats the name and tells a reader nothing.
TELLING_ABSTRACT = 20
SIZED = (ItemType.STRING, ItemType.NUMBER, ItemType.MONEY)


class Element(NamedTuple):
    """One thing asked for: its gap by code and in Chinese, its weight, its share said (0 to 1)."""

    code: str
    zh: str
    weight: int
    said: Callable[[Values, Items], float]
    asks: str
    applies: Callable[[Values, Items], bool] = lambda entry, items: True


def _has(*names: str) -> Callable[[Values, Items], float]:
    return lambda entry, items: sum(bool(entry.get(name)) for name in names) / len(names)


def _census(entry: Values, items: Items) -> float:
    # "If unknown write 0": nought is an answer, nothing is none.
    return sum(entry.get(name) is not None for name in CENSUS_NUMBERS) / len(CENSUS_NUMBERS)


def _each(test: Callable[[Values], object]) -> Callable[[Values, Items], float]:
    return lambda entry, items: sum(bool(test(item)) for item in items) / len(items)


def _types(entry: Values, items: Items) -> set[Any]:
    return {entry.get("share_type"), *(item.get("share_type") for item in items)}


def _shared_as(share_type: str) -> Callable[[Values, Items], bool]:
    return lambda entry, items: share_type in _types(entry, items)


def _has_items(entry: Values, items: Items) -> bool:
    return bool(items)


def _is_personal(entry: Values, items: Items) -> bool:
    return any(item.get("sensitivity", Sensitivity.NONE) != Sensitivity.NONE for item in items)


def _is_shared(entry: Values, items: Items) -> bool:
    return entry.get("share_type") != ShareType.NOT_SHARED


def _is_open(entry: Values, items: Items) -> bool:
    return bool(entry.get("open_to_public"))


def _telling(entry: Values, items: Items) -> float:
    return len(entry.get("abstract") or "") >= TELLING_ABSTRACT


def _sized(item: Values) -> bool:
    return item.get("data_type") not in SIZED or bool(item.get("length"))


def _is_key(item: Values) -> bool:
    return bool(item.get("is_key"))


def _is_explained(item: Values) -> bool:
    # A code list or a data element says what an item means as well as words do.
    return any(item.get(name) for name in ("meaning", "codes", "code_list", "element"))


def _some_key(entry: Values, items: Items) -> float:
    return any(map(_is_key, items))


def _some_items(entry: Values, items: Items) -> float:
    return bool(items)


ELEMENTS: tuple[Element, ...] = (
    Element("no-items", "缺信息项", 16, _some_items, "list the items (数据项)"),
    Element("no-abstract", "缺摘要", 10, _has("abstract"), "say what the resource is about (摘要)"),
    Element(
        "no-update-cycle",
        "缺更新周期",
        8,
        _has("update_cycle"),
        "say how often it is updated (更新周期)",
    ),
    Element(
        "no-share-type", "缺共享类型", 8, _has("share_type"), "say how it is shared (共享类型)"
    ),
    Element(
        "no-format",
        "缺格式分类或类型",
        8,
        _has("format_class", "format_type"),
        "name the format (格式)",
    ),
    Element(
        "no-share-mode",
        "缺共享方式",
        6,
        _has("share_modes"),
        "choose the ways of sharing",
        _is_shared,
    ),
    Element(
        "no-conditions",
        "缺共享范围或使用用途",
        6,
        _has("share_scope", "use_purpose"),
        "list scope and purpose (Art. 15)",
        _shared_as(ShareType.CONDITIONAL),
    ),
    Element(
        "no-legal-basis",
        "缺不予共享理由或依据",
        6,
        _has("refusal_reason", "legal_basis"),
        "give reason and basis of not sharing (Art. 15)",
        _shared_as(ShareType.NOT_SHARED),
    ),
    Element(
        "no-grading",
        "缺数据分类分级",
        6,
        _has("data_class", "data_grade"),
        "class and grade the data (分类分级)",
    ),
    Element(
        "no-secrecy-assessment",
        "缺保密风险评估结论",
        6,
        _has("secrecy_assessment"),
        "assess secrecy risks",
    ),
    Element(
        "no-privacy-assessment",
        "缺个人信息保护影响评估结论",
        6,
        _has("privacy_assessment"),
        "assess the impact on personal information",
        _is_personal,
    ),
    Element(
        "no-census", "六项普查数据不全", 6, _census, "give the six numbers of the census (大普查)"
    ),
    Element(
        "unsized-items",
        "信息项缺长度",
        4,
        _each(_sized),
        "give the lengths of texts and numbers",
        _has_items,
    ),
    Element("no-key", "未标明主键信息项", 4, _some_key, "name the key items", _has_items),
    Element(
        "unexplained-items",
        "信息项缺含义或代码",
        4,
        _each(_is_explained),
        "say what the items mean",
        _has_items,
    ),
    Element(
        "short-abstract", "摘要过短", 3, _telling, f"write at least {TELLING_ABSTRACT} characters"
    ),
    Element(
        "no-source-system", "缺来源系统", 3, _has("source_system"), "name the system it comes from"
    ),
    Element("no-contact", "缺联系人", 3, _has("contact"), "name whom to ask (联系人)"),
    Element(
        "no-office",
        "缺提供方内部部门",
        2,
        _has("internal_office"),
        "name the office (提供方内部部门)",
    ),
    Element(
        "no-open-condition",
        "缺开放条件",
        2,
        _has("open_condition"),
        "state the open condition",
        _is_open,
    ),
    Element("no-keywords", "缺关键词", 2, _has("keywords"), "give keywords"),
)


def score(values: Values, items: Items) -> tuple[int, tuple[str, ...]]:
    """How complete an entry is, 0 to 100, and the codes of its gaps, the heaviest first.

    ``values`` has names of catalog.metadata.METADATA, each item names of ITEM_VALUES; a name that
    is absent counts as not said. 100 only where nothing is missing.
    """
    reached = asked = 0.0
    gaps = []
    for element in ELEMENTS:
        if not element.applies(values, items):
            continue
        said = element.said(values, items)
        asked += element.weight
        reached += element.weight * said
        if said < 1:
            gaps.append(element.code)
    return int(100 * reached / asked + 1e-9), tuple(gaps)

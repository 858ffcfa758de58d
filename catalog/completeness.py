"""What a version must say before it is handed on: the guide's elements and Order 809 Art. 13-15.

Plain values in, every fault out, so that one submission shows all there is to mend.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from catalog.itemrules import item_faults
from catalog.names import name_key
from catalog.vocabulary import (
    FILE_MODES,
    FORMAT_TYPES,
    MODES_OF_FORMAT,
    DataGrade,
    Sensitivity,
    ShareType,
)

UNCONDITIONAL_CONDITION = "无条件"
OTHER_FORMAT = "其他"
Values = Mapping[str, Any]


class Fault(NamedTuple):
    """One thing to mend: where, its code, and the cause with the way out."""

    pointer: str
    code: str
    detail: str


# Element -> why it is asked for. Art. 13 names nine; code and provider are the platform's to fill.
REQUIRED = {
    "abstract": "say what the resource is about (the guide's 信息资源摘要)",
    "format_class": "choose the class of format (Art. 13, 数据格式)",
    "format_type": "choose the type of format (Art. 13, 数据格式)",
    "update_cycle": "say how often the data are updated (Art. 13, 数据更新频率)",
    "share_type": "choose how it is shared (Art. 13, 共享属性)",
    "data_class": "name the class of the data (Art. 13, 数据分类分级)",
    "data_grade": "grade the data (Art. 13, 数据分类分级)",
    "secrecy_assessment": "give the result of the assessment of secrecy risks (Art. 13)",
}
CENSUS = (
    "storage_gb",
    "records_wan",
    "shared_storage_gb",
    "shared_records_wan",
    "opened_storage_gb",
    "opened_records_wan",
)
PARTS = CENSUS[2:]
RESTRICTED_GRADES = (DataGrade.IMPORTANT, DataGrade.CORE)


def faults(entry: Values, items: Sequence[Values]) -> list[Fault]:
    """Everything that keeps a version from being submitted; empty if nothing does.

    ``entry`` and ``items`` have the names of catalog.metadata; pointers are the API body's.
    """
    return [
        Fault(f"#/{pointer}", code, detail)
        for rule in _RULES
        for pointer, code, detail in rule(entry, items)
    ]


_Found = Iterator[tuple[str, str, str]]


def _elements(entry: Values, items: Sequence[Values]) -> _Found:
    for name, why in REQUIRED.items():
        if not entry[name]:
            yield name, "required", why


def _name(entry: Values, items: Sequence[Values]) -> _Found:
    key = name_key(entry["name"])
    if not key:
        yield "name", "required", "the name has no letter or digit; name the data it holds"
    source = entry["source_system"]
    if source is not None and key and key == name_key(source.name):
        yield "name", "system-name", "this is the system's name; name the data, not the system"


def _format(entry: Values, items: Sequence[Values]) -> _Found:
    of_class, of_type = entry["format_class"], entry["format_type"]
    if of_class and of_type and of_type not in FORMAT_TYPES[of_class]:
        fitting = ", ".join(FORMAT_TYPES[of_class])
        yield "format_type", "format-mismatch", f"of this class there are: {fitting}"
    if of_type == OTHER_FORMAT and not entry["format_note"]:
        yield "format_note", "required", f"describe the format, as its type is {OTHER_FORMAT}"


def share_types(entry: Values, items: Sequence[Values]) -> set[str]:
    """The share types that occur: the version's own, and those of items that differ."""
    return {entry["share_type"], *(item["share_type"] for item in items)} - {""}


def _sharing(entry: Values, items: Sequence[Values]) -> _Found:
    occurring, condition = share_types(entry, items), entry["share_condition"]
    if entry["share_type"] == ShareType.UNCONDITIONAL and condition != UNCONDITIONAL_CONDITION:
        yield (
            "share_condition",
            "no-conditions",
            f"write {UNCONDITIONAL_CONDITION}: unconditional sharing knows no conditions (Art. 14)",
        )
    if entry["share_type"] == ShareType.CONDITIONAL and condition in ("", UNCONDITIONAL_CONDITION):
        yield "share_condition", "required", "state the condition for sharing (Art. 13, 使用条件)"
    asked = {
        ShareType.CONDITIONAL: {
            "share_scope": "list to whom it may go (Art. 15, 共享范围)",
            "use_purpose": "list what it may be used for (Art. 15, 使用用途)",
        },
        ShareType.NOT_SHARED: {
            "refusal_reason": "give the reason for not sharing (Art. 15)",
            "legal_basis": "name the law, regulation or decision, with its article (Art. 15)",
        },
    }
    for share_type, elements in asked.items():
        if share_type in occurring:
            for name, why in elements.items():
                if not entry[name]:
                    yield name, "required", why


def _modes(entry: Values, items: Sequence[Values]) -> _Found:
    modes, of_class = entry["share_modes"], entry["format_class"]
    if not modes and entry["share_type"] != ShareType.NOT_SHARED:
        yield "share_modes", "required", "choose how it is handed over (Art. 13, 共享方式)"
    if len(set(modes)) != len(modes):
        yield "share_modes", "mode-twice", "name each way once"
    if of_class:
        fitting = MODES_OF_FORMAT.get(of_class, FILE_MODES)
        for place, mode in enumerate(modes):
            if mode not in fitting:
                yield (
                    f"share_modes/{place}",
                    "mode-mismatch",
                    f"this format is shared as {' or '.join(sorted(fitting))}; mend one of the two",
                )


def _grade(entry: Values, items: Sequence[Values]) -> _Found:
    if entry["data_grade"] not in RESTRICTED_GRADES:
        return
    if not entry["grade_note"]:
        yield (
            "grade_note",
            "required",
            "say which list names this important or core data and what protects it",
        )
    if entry["open_to_public"]:
        yield "open_to_public", "grade-closed", "important and core data are not open to the public"


def _privacy(entry: Values, items: Sequence[Values]) -> _Found:
    touched = [item["name"] for item in items if item["sensitivity"] != Sensitivity.NONE]
    if touched and not entry["privacy_assessment"]:
        yield (
            "privacy_assessment",
            "required",
            f"give the result of the assessment of personal information (Art. 13): {touched[0]}",
        )


def _census(entry: Values, items: Sequence[Values]) -> _Found:
    """The six numbers are counts; what is shared or opened is part of what there is."""
    for name in CENSUS:
        if (entry[name] or 0) < 0:
            yield name, "negative", "a size or a count is 0 or more; write 0 if it is not known"
    for part in PARTS:
        whole = part.partition("_")[2]
        if entry[part] is not None and entry[whole] is not None and entry[part] > entry[whole]:
            yield part, "more-than-all", f"is part of {whole} and cannot be more"


def _address(entry: Values, items: Sequence[Values]) -> _Found:
    address = entry["landing_url"]
    if address and not _is_web(address):
        yield (
            "landing_url",
            "address-invalid",
            "give an address that begins with https:// or http://",
        )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _items(entry: Values, items: Sequence[Values]) -> _Found:
    if not items:
        yield "items", "required", "list at least one item (Art. 13, 数据项)"
    names = [name_key(item["name"]) for item in items]
    for place, item in enumerate(items):
        if names[place] in names[:place]:
            yield f"items/{place}/name", "name-twice", "another item has this name; tell them apart"
        for name, code, detail in item_faults(item):
            yield f"items/{place}/{name}", code, detail


_RULES = (
    _elements,
    _name,
    _format,
    _sharing,
    _modes,
    _grade,
    _privacy,
    _census,
    _address,
    _items,
)

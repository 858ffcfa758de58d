"""The catalogue's words on the portal: official Chinese ones, and English for its readers."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.completeness import Fault
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, Column, label_of
from kernel.texts import spoken

ENTRY_STATES = {
    "draft": (_("Draft"), ""),
    "submitted": (_("With the head"), "warn"),
    "approved": (_("With the authority"), "warn"),
    "reviewed": (_("To be published"), "warn"),
    "published": (_("In force"), "good"),
    "returned": (_("Returned"), "bad"),
    "superseded": (_("Superseded"), ""),
    "withdrawn": (_("Out of force"), "bad"),
}
SHARE_TYPES = {
    "unconditional": (_("Shared unconditionally"), "good"),
    "conditional": (_("Shared conditionally"), "warn"),
    "not_shared": (_("Not shared"), "bad"),
}
UPDATE_CYCLES = {
    "realtime": _("Real time"),
    "daily": _("Daily"),
    "weekly": _("Weekly"),
    "monthly": _("Monthly"),
    "quarterly": _("Quarterly"),
    "half_yearly": _("Half-yearly"),
    "yearly": _("Yearly"),
    "other": _("Other cycle"),
}
FORMAT_CLASSES = {
    "document": _("Electronic documents"),
    "spreadsheet": _("Spreadsheets"),
    "database": _("Databases"),
    "image": _("Images"),
    "stream": _("Streams"),
    "self_describing": _("Self-describing formats"),
}
FACETS = {
    "department": _("Department"),
    "category": _("Class"),
    "share_type": _("Share type"),
    "update_cycle": _("Update cycle"),
    "format_class": _("Format"),
    "is_open": _("Open to the public"),
    "is_attached": _("Data attached"),
    "is_overdue": _("Update overdue"),
}
SORTS = {
    "relevance": _("Relevance"),
    "-published_at": _("Newest first"),
    "name": _("Name"),
    "-completeness": _("Most complete first"),
}
# What keeps a version from being submitted, by the code of the fault.
FAULTS = {
    "required": _("to be filled in."),
    "not-applicable": _("does not go with the data type; leave it out."),
    "element-mismatch": _("does not agree with the data element."),
    "too-long": _("is too long or too great."),
    "too-short": _("is too short or too small."),
    "system-name": _("is a system's name; name the data instead."),
    "codes-invalid": _("has codes that do not fit the data type or length."),
    "codes-twofold": _("names a code list and has codes of its own; keep one of the two."),
    "codes-twice": _("has a code twice."),
    "pattern-invalid": _("is no valid pattern (RE2)."),
    "own-code": _("names the entry itself."),
    "not-known": _("names an entry that there is not."),
    "not-found": _("names what there is not."),
    "no-conditions": _("must say 无条件: unconditional sharing knows no conditions."),
    "name-twice": _("stands twice; give each item its own name."),
    "more-than-all": _("is more than there is in all."),
    "mode-twice": _("names a way of sharing twice."),
    "mode-mismatch": _("does not go with the format."),
    "key-type": _("a value of this type identifies nothing."),
    "key-required": _("an item of the key is never empty; set it to required."),
    "grade-closed": _("core data is not shared unconditionally or opened."),
    "format-mismatch": _("does not belong to the format class."),
    "column-reserved": _("is kept by databases for themselves; choose another name."),
    "column-invalid": _("begins with a-z and goes on with a-z, 0-9 and _."),
    "collected-elsewhere": _("another department has this already; ask it, or say why not."),
    "address-invalid": _("is no address."),
}
YES_NO = {True: _("Yes"), False: _("No")}
_FACET_WORDS: dict[str, dict[Any, Any]] = {
    "share_type": {value: title for value, (title, _badge) in SHARE_TYPES.items()},
    "update_cycle": UPDATE_CYCLES,
    "format_class": FORMAT_CLASSES,
    "is_open": YES_NO,
    "is_attached": YES_NO,
    "is_overdue": YES_NO,
}


def facet_word(name: str, value: Any, label: str) -> Any:
    """How a value of a facet reads; departments and classes have names of their own."""
    return label or _FACET_WORDS.get(name, {}).get(value, value)


def is_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return str(get_language()).startswith("zh")


def fault_word(fault: Fault, items: Sequence[Any] = ()) -> str:
    """What is wrong, where, in the reader's words."""
    place = [part for part in fault.pointer.removeprefix("#/").split("/") if part]
    where = place[-1] if place else ""
    of_item = ""
    if place[:1] == ["items"] and len(place) > 1 and place[1].isdigit():
        of_item = items[int(place[1])].name if int(place[1]) < len(items) else ""
        column = ITEM_COLUMNS.get(where)
    else:
        column = ENTRY_COLUMNS.get(place[0]) if place else None
    title = column_title(column) if column else where
    named = f"{of_item} {title}".strip()
    said = FAULTS.get(fault.code) or spoken(fault.detail)
    return f"{named}：{said}" if is_chinese() else f"{named}: {said}"


def column_title(column: Column) -> str:
    """The guide's word for a column; for readers of English its name."""
    return column.title if is_chinese() else column.name.replace("_", " ").capitalize()


def column_label(column: Column, value: Any) -> str:
    """A value in the guide's words; closed lists in English for its readers."""
    if is_chinese() or not (column.choices or isinstance(value, bool)):
        return label_of(column, value)
    if isinstance(value, list | tuple):
        return ", ".join(str(part).replace("_", " ") for part in value)
    return str(YES_NO[value]) if isinstance(value, bool) else str(value or "").replace("_", " ")

"""The portal's words for what looks alike, and for what speaks for and against it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.texts import listed

KINDS = {
    "entry": _("One resource under two names"),
    "item": _("One item collected twice"),
}
STATES = {
    "open": (_("To decide"), "warn"),
    "confirmed": (_("They are one"), "bad"),
    "dismissed": (_("They are two"), "good"),
}
_WORDINGS = {
    "another order": _("the same words in another order"),
    "shortened": _("one name shortens the other"),
    "other words": _("some words differ"),
}
_SOURCES = {
    "named": _("named by the authority"),
    "subject": _("the item is about its own subject"),
    "attached": _("its data are attached"),
    "earliest": _("it was published first"),
}


def reason_lines(reasons: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """What speaks for a pair and against it, as (what, how much), in the reader's words."""
    lines: list[tuple[Any, str]] = []
    for name, title in _TITLES.items():
        if name in reasons:
            lines.append((title, _said(name, reasons[name])))
    return lines


_TITLES = {
    "name": _("Likeness of the names"),
    "wording": _("Wording"),
    "items": _("Items in common"),
    "shared_items": _("Items of the same meaning"),
    "abstract": _("Abstract"),
    "department": _("Department"),
    "common_name": _("Departments that use this name"),
    "meaning": _("Meaning"),
    "subject": _("Subject"),
    "departments": _("Departments that collect it"),
    "source_by": _("Why this source is proposed"),
    "type": _("Data type"),
    "length": _("Length"),
    "code_list": _("Code list"),
    "against": _("Against it"),
}


def _said(name: str, value: Any) -> str:
    if name in ("name", "items") and isinstance(value, int | float):
        return f"{value:.0%}"
    if isinstance(value, list | tuple):
        return listed(value)
    known = {**_WORDINGS, **_SOURCES, **_SAME, **_SUBJECTS}
    return str(known.get(str(value), value))


_SUBJECTS = {
    "organisation": _("organisations"),
    "person": _("natural persons"),
    "vehicle": _("vehicles"),
    "property": _("real estate"),
    "pupil": _("pupils"),
}
_SAME = {
    "the same": _("the same"),
    "another": _("another one"),
    "alike": _("alike"),
    "unlike": _("unlike"),
    "a list and a count": _("one is a list, the other counts"),
}

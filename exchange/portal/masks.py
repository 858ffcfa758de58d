"""Masks as a page offers them: by the type of the item, in plain words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.texts import listed

_TEXT = ("string",)
_DAYS = ("date", "datetime")
_NUMBERS = ("integer", "decimal", "float")
_ANY = ("string", "integer", "decimal", "float", "boolean", "date", "datetime")

# By the code of the choice: what it is called, for which types, and the mask as terms write it.
MASKS: dict[str, tuple[Any, tuple[str, ...], dict[str, Any]]] = {
    "empty": (_("empty"), _ANY, {"kind": "full", "show": "null"}),
    "stars": (_("three stars"), _ANY, {"kind": "full", "show": "stars"}),
    "name": (_("surname only"), _TEXT, {"kind": "partial", "form": "name"}),
    "identity": (
        _("identity number, day of birth hidden"),
        _TEXT,
        {"kind": "partial", "form": "identity"},
    ),
    "telephone": (_("telephone, middle hidden"), _TEXT, {"kind": "partial", "form": "telephone"}),
    "address": (_("address down to the county"), _TEXT, {"kind": "partial", "form": "address"}),
    "ends1": (
        _("first and last character"),
        _TEXT,
        {"kind": "partial", "form": "ends", "head": 1, "tail": 1},
    ),
    "ends4": (
        _("first and last four characters"),
        _TEXT,
        {"kind": "partial", "form": "ends", "head": 4, "tail": 4},
    ),
    "division4": (_("division code down to the city"), _TEXT, {"kind": "division", "digits": 4}),
    "division2": (
        _("division code down to the province"),
        _TEXT,
        {"kind": "division", "digits": 2},
    ),
    "year": (_("year only"), _DAYS, {"kind": "date", "to": "year"}),
    "month": (_("year and month only"), _DAYS, {"kind": "date", "to": "month"}),
    "day": (_("day without the time"), ("datetime",), {"kind": "date", "to": "day"}),
    "bucket10": (_("rounded down to tens"), _NUMBERS, {"kind": "bucket", "width": 10}),
    "bucket100": (_("rounded down to hundreds"), _NUMBERS, {"kind": "bucket", "width": 100}),
    "bucket1000": (_("rounded down to thousands"), _NUMBERS, {"kind": "bucket", "width": 1000}),
    "hash": (
        _("pseudonym (keyed hash)"),
        ("string", "integer", "decimal", "boolean", "date", "datetime"),
        {"kind": "hash"},
    ),
}
PLAIN = ""
# A mask of other numbers than those offered, set through the API: kept as it is.
OTHER = "other"


def choices_for(
    kind: str, *, is_key: bool, now: Mapping[str, Any] | None = None
) -> list[tuple[str, Any]]:
    """The masks for an item of this type; a key can only stay or become a pseudonym."""
    found: list[tuple[str, Any]] = [(PLAIN, _("as it is"))]
    for code, (title, kinds, _mask) in MASKS.items():
        if kind in kinds and (not is_key or code == "hash"):
            found.append((code, title))
    if now and code_of(now) == OTHER:
        found.append((OTHER, _("as prepared before")))
    return found


def code_of(mask: Mapping[str, Any] | None) -> str:
    """The choice that a mask of the terms is."""
    if not mask:
        return PLAIN
    return next((code for code, row in MASKS.items() if row[2] == dict(mask)), OTHER)


def mask_text(mask: Mapping[str, Any]) -> Any:
    """The mask in words."""
    code = code_of(mask)
    if code in MASKS:
        return MASKS[code][0]
    further = listed(f"{name} {value}" for name, value in mask.items() if name != "kind")
    return f"{mask['kind']} {further}".strip()

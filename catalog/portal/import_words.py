"""The portal's words for imports of catalogues and for what was found in them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

STATES = {
    "uploaded": (_("To be checked"), "warn"),
    "checked": (_("Checked, to be taken in"), "warn"),
    "taken": (_("Taken in"), "good"),
    "discarded": (_("Thrown away"), ""),
}
KINDS = {
    "wrong": (_("Wrong"), "bad"),
    "normalised": (_("Put into our words"), "warn"),
    "kept": (_("Kept as a steward wrote it"), ""),
}
COUNTS = {
    "received": _("entries in the file"),
    "new": _("new"),
    "changed": _("to be changed"),
    "unchanged": _("unchanged"),
    "wrong": _("wrong"),
}
FORMATS = {
    "excel": _("Excel workbook"),
    "csv": "CSV",
    "json": "JSON",
    "data.json": "data.json",
    "jsonld": "JSON-LD",
    "rdf": "RDF/XML",
    "turtle": "Turtle",
}
# Cause and cure, by the code of the finding.
FINDINGS: dict[str, Any] = {
    "required": _("An entry and each item need a name; fill it in."),
    "unknown-value": _("The guide's list has no such value; choose one of it, or map it."),
    "not-a-number": _("Write a number in digits, not less than 0."),
    "too-long": _("The text is too long; shorten it."),
    "too-large": _("The number is too large; check its unit."),
    "too-many-decimals": _("Round it to at most 4 decimals."),
    "too-many-parts": _("The list is too long; leave some out."),
    "too-many-items": _("The entry has too many items; split it."),
    "not-a-date": _("Write the day as 2024-03-15."),
    "date-out-of-range": _("The day lies too far away; check it."),
    "department-unknown": _("This department is not registered; map it or have it registered."),
    "department-required": _("The file does not say whose entry this is; name the department."),
    "department-differs": _("Name and credit code belong to two departments; correct one."),
    "other-department": _("This entry belongs to another department already."),
    "not-own-department": _("You import for your own department only; leave the row out."),
    "category-unknown": _("There is no such class; use its code of the tree of classes."),
    "category-required": _("Name a class in the file, or choose one for the whole import."),
    "category-too-high": _("Choose a class of the second level or below."),
    "category-kept": _("The entry stays in its class, for it has its code already."),
    "system-unknown": _("Your department has registered no such system; correct its name."),
    "cells-differ": _("Rows of one entry say different things; make them the same."),
    "revision-open": _("A new version of it is being reviewed; take it in afterwards."),
    "not-editable": _("The version in work is with its reviewers; take it in afterwards."),
    "name-twice": _("Another entry of the department has this name; both are taken in."),
    "key-shared": _("Two rows of the file have the same key; both are taken in."),
    "code-given-here": _("The platform gives the code when the entry is published."),
    "column-ignored": _("This column is not read; map it, or leave it out."),
    "kept": _("A steward changed this value here; the file does not overwrite it."),
    "value": _("Written in the guide's word."),
    "text": _("Spaces and line breaks were put in order."),
    "date": _("Written as a day of the calendar."),
    "list": _("Parted into a list."),
    "number": _("Written in digits."),
}

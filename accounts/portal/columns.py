"""The register's columns in the reader's language: titles, values, choices, hints."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.register.columns import BY_NAME, Column, label_of
from accounts.register.versions import Difference

_YES_NO = {"True": "Yes", "False": "No"}
# What helps to fill a column in, where its title does not say it all.
HINTS: dict[str, Any] = {
    "code": _("The number by which your department knows the system."),
    "function": _("What it does, for whom, in two or three sentences."),
    "owner_level": _("A bureau's or an office's own system must as a rule be merged."),
    "business_items": _("One on each line."),
    "data_items": _("What data it holds, one on each line."),
    "supported_services": _("One on each line."),
    "season": _("Only if it works by season; all the year: leave it empty."),
    "storage_gb": _("Digits alone, in GB."),
    "yearly_growth_gb": _("Digits alone, in GB."),
    "investment": _("Digits alone, in 10,000 yuan; 0 if there was none."),
    "maintenance_cost": _("Digits alone, in 10,000 yuan a year; 0 if there is none."),
    "project_name": _("As the budget names it."),
    "protection_number": _("Needed from the second level on, once the system is built."),
    "classified_protection": _("The number of the record, or that none is needed."),
    "maintained_until": _("Without a running contract the system counts as unmaintained."),
    "user_count": _("Registered users."),
    "started_on": _("Empty while it is not in use yet."),
}


def is_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return str(get_language()).startswith("zh")


def title_of(column: Column) -> str:
    """The form's header; for readers of English the column's name."""
    return column.title if is_chinese() else column.name.replace("_", " ").capitalize()


def label(column: Column, value: Any) -> str:
    """A value in words."""
    if is_chinese() or column.kind not in ("choice", "flag") or value in ("", None):
        return label_of(column, value)
    return _YES_NO.get(str(value), str(value).replace("_", " ").capitalize())


def choices_of(column: Column) -> list[tuple[str, str]]:
    """What a column of few values can be."""
    if column.kind == "flag":
        return [("no", label(column, False)), ("yes", label(column, True))]
    known = [(value, label(column, value)) for value in column.choices]
    return known if column.stays else [("", "–"), *known]


def worded(one: Difference) -> tuple[str, str, str]:
    """A difference: title, before, after."""
    column = BY_NAME[one.name]
    return title_of(column), label(column, one.old), label(column, one.new)


def facts(columns: list[Column], values: dict[str, Any]) -> list[tuple[str, str]]:
    """Columns as (title, value) in words."""
    return [(title_of(column), label(column, values[column.name])) for column in columns]

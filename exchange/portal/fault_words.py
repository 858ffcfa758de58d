"""How the portal names what is wrong with a file: the cause, and what mends it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.dataplane.errors import RowError
from exchange.dataplane.items import Item
from exchange.dataplane.publication import Prepared
from exchange.dataplane.schema import Schema
from exchange.models import Dataset
from exchange.portal import lane_words
from kernel.problems import Problem
from kernel.texts import listed

# By the code of a broken rule: the cause, and the cure.
FAULTS: dict[str, tuple[Any, Any]] = {
    "required": (_("There is no value."), _("Fill it in; the item is needed.")),
    "length": (_("The value is too long."), _("Shorten it to %(length)s characters.")),
    "pattern": (_("The value is not of the form laid down."), _("It must match %(pattern)s.")),
    "check-digit": (_("The check digit is wrong."), _("Compare the number with the document.")),
    "code-list": (_("The value is not in the code list."), _("Take one of: %(codes)s")),
    "range": (_("The value is out of range."), _("Allowed: %(range)s")),
    "type": (_("The value is not of the type."), _("Write it as: %(type)s")),
    "not-finite": (_("The value is no number."), _("Leave it empty or write a number.")),
    "nul": (_("The value holds an invisible character."), _("Write it anew.")),
    "operation": (_("The operation is not known."), _("Write upsert or delete.")),
    "key-repeated": (
        _("The same key stands in several rows."),
        _("Leave one row for each key."),
    ),
    "unknown-field": (_("The dataset has no such item."), _("Remove it, or name it rightly.")),
}
# Why a file would be refused whole, or cannot be read.
REASONS: dict[str, Any] = {
    "rows-rejected": _("Rows break the rules, and this dataset refuses the whole file then."),
    "too-many-rejected": _("More rows break the rules than this dataset sets aside."),
    "empty-snapshot": _("No row is left: the whole table would be removed."),
    "empty": _("The file holds nothing."),
    "format-unknown": _("The file is none of the formats taken. Save it as CSV or .xlsx."),
    "column-missing": _("A column is missing. The first row must name every needed item."),
    "column-unknown": _("The dataset has no such column. Remove it, or name it rightly."),
    "column-repeated": _("A column stands twice."),
    "column-count": _("A row has more or fewer columns than the first one."),
    "column-type": _("A column is of another type than the item."),
    "header-missing": _("The first row must name the columns."),
    "header-unreadable": _("The first row cannot be read."),
    "csv-quote": _("A quote is opened and not closed."),
    "csv": _("The file cannot be read as CSV; check its quotes."),
    "row-too-long": _("A row is too long, or a quote is opened and not closed."),
    "too-many-rows": _("The file has too many rows."),
    "body-too-large": _("The file is too large."),
    "source-unreadable": _("The workbook is broken or locked with a password."),
    "file-too-large": _("The workbook is too large; save it as CSV."),
    "json-duplicate-key": _("A record names an item twice."),
    "json-not-object": _("A record is no JSON object."),
}


@dataclass(frozen=True)
class Told:
    """A wrong row: where, what is wrong, what mends it."""

    line: int
    column: str
    title: str
    value: str
    cause: Any
    cure: str
    code: str


def told_errors(prepared: Prepared, dataset: Dataset) -> list[Told]:
    """The first wrong rows, in the reader's words."""
    schema = Schema.from_json(dataset.schema.body)
    return [_told(error, schema) for error in prepared.errors]


def told_counts(prepared: Prepared) -> list[tuple[str, Any, int]]:
    """How many rows broke each rule of each column."""
    return [
        (count.column, FAULTS.get(count.code, (count.code, ""))[0], count.rows)
        for count in prepared.counts
    ]


def told_problem(problem: Problem) -> tuple[Any, str]:
    """Why a file cannot be read: in words, and where."""
    facts = problem.facts
    place = ""
    if "line" in facts:
        place = gettext("Line %(line)s") % {"line": facts["line"]}
    return REASONS.get(str(facts.get("reason", "")), ""), place


def _told(error: RowError, schema: Schema) -> Told:
    item = schema.by_name.get(error.column)
    cause, cure = FAULTS.get(error.code, (error.message, ""))
    return Told(
        line=error.line,
        column=error.column,
        title=item.title if item else "",
        value=error.value_masked,
        cause=cause,
        cure=str(cure) % _facts(item),
        code=error.code,
    )


def _facts(item: Item | None) -> dict[str, Any]:
    """What a cure can name of the item."""
    if item is None:
        return dict.fromkeys(("length", "pattern", "codes", "range", "type"), "–")
    low, high = item.minimum, item.maximum
    bounds = [f"≥ {low}"] * (low is not None) + [f"≤ {high}"] * (high is not None)
    return {
        "length": item.length or "–",
        "pattern": item.pattern or "–",
        "codes": listed(item.codes or ()) or "–",
        "range": " ".join(bounds) or lane_words.TYPES[item.type],
        "type": _FORMS.get(item.type, lane_words.TYPES[item.type]),
    }


_FORMS = {
    "integer": _("a whole number such as 12"),
    "decimal": _("a number such as 12.50"),
    "float": _("a number such as 12.5"),
    "boolean": _("true or false"),
    "date": _("a day such as 2026-01-31"),
    "datetime": _("a time with its zone, such as 2026-01-31T08:00:00+08:00"),
}

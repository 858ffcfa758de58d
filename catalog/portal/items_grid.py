"""The items of a version as a grid of inputs: typed, pasted from Excel, checked cell by cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.interchange.aliases import folded, headers
from catalog.interchange.columns import ITEM_COLUMNS, ITEM_PREFIX
from catalog.interchange.fields import field_name
from catalog.interchange.findings import Wrong
from catalog.interchange.values import read_value, split
from catalog.itemrules import COLUMN
from catalog.models import CodeList, DataElement, Item
from catalog.portal.words import column_label, column_title
from catalog.vocabulary import CheckDigit, ItemType, Sensitivity, ShareType
from kernel.parameters import whole_number

MOST_ITEMS, BLANK_ROWS = 500, 5
CHOICES = {
    "data_type": ItemType.values,
    "sensitivity": Sensitivity.values,
    "share_type": ShareType.values,
    "check_digit": CheckDigit.values,
}
FLAGS = ("is_key", "is_required")
WHOLES = {"length": 999_999_999, "scale": 32_767}
TEXTS = {"name": 120, "column": 63, "meaning": 400, "pattern": 200, "codes": 4000}
# Rows that an item names, by their identifiers.
NAMED: dict[str, Any] = {"code_list": CodeList, "element": DataElement}
ORDER = (
    *("name", "column", "data_type", "length", "scale", "is_key", "is_required", "meaning"),
    *("sensitivity", "share_type", "codes", "code_list", "element", "pattern", "check_digit"),
)
_NAMED_TITLES = {"code_list": _("Code list"), "element": _("Data element")}
_WIDE = ("name", "meaning")
Cells = dict[str, str]


@dataclass(frozen=True)
class Head:
    """A column of the grid."""

    name: str
    title: str
    kind: str
    is_wide: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """A cell: what stands in it and what is wrong with it."""

    head: Head
    place: int
    value: str
    error: str

    @property
    def id(self) -> str:
        """The id of its input."""
        return f"items-{self.place}-{self.head.name}"


@dataclass
class Grid:
    """Rows of cells as they were typed; ``errors`` are by row and column."""

    rows: list[Cells]
    errors: dict[tuple[int, str], str] = field(default_factory=dict)

    @classmethod
    def of_items(cls, items: Iterable[Item]) -> "Grid":
        """The items as they are."""
        return cls([_cells(item) for item in items])

    @classmethod
    def sent(cls, given: QueryDict) -> "Grid":
        """The rows as they were sent, up to as many as an entry has."""
        told = given.get("items-count", "0")
        count = min(whole_number(told) or 0, MOST_ITEMS + 100)
        return cls([_sent_row(given, place) for place in range(count)])

    @property
    def heads(self) -> list[Head]:
        """The columns in their order."""
        return _heads(get_language())

    @property
    def lines(self) -> list[tuple[int, list[Cell]]]:
        """Every row with its cells."""
        heads = self.heads
        return [
            (place, [self._cell(head, place, cells) for head in heads])
            for place, cells in enumerate(self.rows)
        ]

    @property
    def blank(self) -> list[Cell]:
        """A row that can be added, its place to be put in."""
        return [Cell(head, 0, "", "") for head in self.heads]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every error as (id of its cell, text)."""
        return [
            (f"items-{place}-{name}", f"{place + 1} · {_title(name)}: {text}")
            for (place, name), text in sorted(self.errors.items())
        ]

    def add_rows(self, count: int = BLANK_ROWS) -> None:
        """More empty rows at the end."""
        self.rows += [{} for _ in range(count)]

    def remove(self, place: int) -> None:
        """One row less."""
        if place < len(self.rows):
            del self.rows[place]

    def raise_row(self, place: int) -> None:
        """The row one place higher."""
        if 0 < place < len(self.rows):
            self.rows[place - 1 : place + 1] = [self.rows[place], self.rows[place - 1]]

    def paste(self, text: str) -> None:
        """Rows of a table, parted by tabs; a first row of known titles says which column is which.

        What a cell says in the guide's words becomes its value; anything else stays as it is.
        """
        table = [line.split("\t") for line in text.splitlines() if line.strip()]
        if not table:
            return
        names, rest = _pasted_columns(table)
        self.rows = [row for row in self.rows if _is_filled(row)]
        for line in rest[:MOST_ITEMS]:
            cells: Cells = {}
            for name, cell in zip(names, line, strict=False):
                if name:
                    cells |= _understood(name, cell.strip())
            self.rows.append(cells)

    def values(self) -> list[dict[str, Any]]:
        """The filled rows as the items of an action; errors are left in ``errors``."""
        self.rows = [row for row in self.rows if _is_filled(row)]
        self.errors = {}
        named = self._named()
        taken = {row.get("column", "") for row in self.rows}
        for row in self.rows:
            if not row.get("column") and row.get("name"):
                row["column"] = field_name(row["name"], taken)
                taken.add(row["column"])
        return [self._values(place, row, named) for place, row in enumerate(self.rows)]

    def refuse(self, errors: Iterable[Mapping[str, str]]) -> list[str]:
        """Put an action's refusals beside their cells; gives the details of those of no cell."""
        rest = []
        for error in errors:
            parts = error["pointer"].removeprefix("#/").split("/")
            if len(parts) == 3 and parts[0] == "items" and parts[1].isdigit() and parts[2] in ORDER:
                said = _REFUSALS.get(error["code"], error["detail"])
                self.errors[int(parts[1]), parts[2]] = str(said)
            else:
                rest.append(error["detail"])
        return rest

    def _cell(self, head: Head, place: int, cells: Cells) -> Cell:
        return Cell(head, place, cells.get(head.name, ""), self.errors.get((place, head.name), ""))

    def _values(self, place: int, row: Cells, named: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {name: row.get(name) == "on" for name in FLAGS}
        for name, most in TEXTS.items():
            values[name] = self._text(place, name, row.get(name, ""), most)
        for name, most in WHOLES.items():
            values[name] = self._whole(place, name, row.get(name, ""), most)
        for name, choices in CHOICES.items():
            values[name] = self._choice(place, name, row.get(name, ""), choices)
        for name in NAMED:
            values[name] = self._found(place, name, row.get(name, ""), named)
        values["codes"] = [code for code in split(values["codes"]) if code]
        values["sensitivity"] = values["sensitivity"] or Sensitivity.NONE.value
        self._check(place, values)
        return values

    def _check(self, place: int, values: Mapping[str, Any]) -> None:
        if any(len(code) > ITEM_COLUMNS["codes"].length for code in values["codes"]):
            self._fail(place, "codes", _("A code is longer than 40 characters."))
        if not COLUMN.fullmatch(values["column"]):
            self._fail(place, "column", _("Begin with a-z, go on with a-z, 0-9 and _."))
        for name in ("name", "data_type"):
            if not values[name]:
                self._fail(place, name, _("Fill this in."))

    def _text(self, place: int, name: str, text: str, most: int) -> str:
        if len(text) > most:
            self._fail(place, name, _("The text is too long; shorten it."))
        return text

    def _whole(self, place: int, name: str, text: str, most: int) -> int | None:
        if not text:
            return None
        found = whole_number(text)
        if found is None or found > most:
            self._fail(place, name, _("Write a whole number in digits."))
            return None
        return found

    def _choice(self, place: int, name: str, text: str, choices: Sequence[str]) -> str:
        if text and text not in choices:
            self._fail(place, name, _("Choose one of the list."))
            return ""
        return text

    def _found(self, place: int, name: str, text: str, named: Mapping[str, Any]) -> Any:
        if not text:
            return None
        found = named[name].get(text)
        if found is None:
            self._fail(place, name, _("There is none with this identifier."))
        return found

    def _fail(self, place: int, name: str, text: Any) -> None:
        self.errors.setdefault((place, name), str(text))

    def _named(self) -> dict[str, dict[str, Any]]:
        """The code lists and elements that the rows name, by identifier: one query each."""
        found = {}
        for name, model in NAMED.items():
            asked = {row[name] for row in self.rows if row.get(name)}
            rows = model.objects.filter(identifier__in=asked) if asked else []
            found[name] = {row.identifier: row for row in rows}
        return found


_REFUSALS: dict[str, Any] = {
    "column-twice": _("Another item has this field name; give each its own."),
}


@cache
def _heads(language: str | None) -> list[Head]:
    """What they say is a matter of the language alone."""
    return [_head(name) for name in ORDER]


def _head(name: str) -> Head:
    kind = "flag" if name in FLAGS else "choice" if name in CHOICES else "text"
    values = CHOICES.get(name, ())
    choices = tuple((value, column_label(ITEM_COLUMNS[name], value)) for value in values)
    return Head(name, _title(name), kind, name in _WIDE, choices)


def _title(name: str) -> str:
    return str(_NAMED_TITLES[name]) if name in NAMED else column_title(ITEM_COLUMNS[name])


def _cells(item: Item) -> Cells:
    cells = {name: "on" if getattr(item, name) else "" for name in FLAGS}
    for name in (*TEXTS, *WHOLES, *CHOICES):
        value = getattr(item, name)
        text = "，".join(value) if isinstance(value, list) else str(value)
        cells[name] = "" if value is None else text
    for name in NAMED:
        found = getattr(item, name)
        cells[name] = found.identifier if found else ""
    return cells


def _sent_row(given: QueryDict, place: int) -> Cells:
    return {
        name: str(given[f"items-{place}-{name}"]).strip()
        for name in ORDER
        if f"items-{place}-{name}" in given
    }


def _is_filled(row: Cells) -> bool:
    # A choice or a tick alone fills no row.
    return any(row.get(name) for name in (*TEXTS, *WHOLES, *NAMED))


def _pasted_columns(table: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The column of each cell, and the rows without the one of titles."""
    known = {f"{ITEM_PREFIX}{name}": name for name in ITEM_COLUMNS}
    titles = {_title(name).casefold(): name for name in ORDER}
    first = [
        titles.get(cell.strip().casefold()) or known.get(headers().get(folded(cell), ""), "")
        for cell in table[0]
    ]
    is_titled = sum(map(bool, first)) >= max(2, len(table[0]) // 2)
    return (first, table[1:]) if is_titled else (list(ORDER), table)


def _understood(name: str, cell: str) -> Cells:
    """A cell as the grid's inputs take it."""
    column = ITEM_COLUMNS.get(name)
    if column is None or not cell:
        return {name: cell}
    try:
        value = read_value(column, cell, {})
    except Wrong:
        return {name: cell}
    if name == "length" and value is not None:
        size, scale = value
        return {"length": str(size), **({"scale": str(scale)} if scale is not None else {})}
    if name in FLAGS:
        return {name: "on" if value else ""}
    if name in CHOICES:
        return {name: str(value)}
    return {name: "，".join(value) if isinstance(value, list) else str(value or "")}

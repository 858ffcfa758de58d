"""Our own flat template: one row an item, the entry's cells repeated; as a workbook and as CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from accounts.register.writing import escape
from catalog.interchange.columns import (
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_PREFIX,
    Column,
    label_of,
)

SHEET = "目录"
_LEFT_OUT = ("formats", "openness", "records", "share_channel", "source_key")
FLAT = tuple(name for name in ENTRY_COLUMNS if name not in _LEFT_OUT) + tuple(
    f"{ITEM_PREFIX}{name}" for name in ITEM_COLUMNS
)
_WIDE = ("name", "department", "abstract", "landing_url")


def header() -> list[str]:
    """The titles of the columns."""
    return [_column(name).title for name in FLAT]


def flat_rows(entries: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    """The cells of each row as text; an entry without items has one row."""
    own = [name for name in FLAT if not name.startswith(ITEM_PREFIX)]
    below = [name.removeprefix(ITEM_PREFIX) for name in FLAT if name.startswith(ITEM_PREFIX)]
    for entry in entries:
        cells = [label_of(ENTRY_COLUMNS[name], entry.get(name)) for name in own]
        for item in entry.get("items") or [{}]:
            yield [*cells, *(label_of(ITEM_COLUMNS[name], item.get(name)) for name in below)]


def write_csv(entries: Iterable[Mapping[str, Any]], encoding: str = "utf-8") -> bytes:
    """CSV in utf-8 (with the mark that Excel looks for) or gb18030."""
    out = StringIO(newline="")
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(header())
    for row in flat_rows(entries):
        rows.writerow([escape(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def write_flat(entries: Iterable[Mapping[str, Any]]) -> bytes:
    """The flat template as a workbook, with drop-downs; text is text and never a formula."""
    out = BytesIO()
    options = {
        "constant_memory": True,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 1)
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        for place, name in enumerate(FLAT):
            column = _column(name)
            sheet.set_column(place, place, 32 if name in _WIDE else 16)
            sheet.write_string(0, place, column.title, head)
            if column.choices and column.kind == "choice":
                allowed = {"validate": "list", "source": list(column.choices.values())}
                sheet.data_validation(1, place, 1_000_000, place, allowed)
        for number, row in enumerate(flat_rows(entries), 1):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell)
    return out.getvalue()


def _column(name: str) -> Column:
    if name.startswith(ITEM_PREFIX):
        return ITEM_COLUMNS[name.removeprefix(ITEM_PREFIX)]
    return ENTRY_COLUMNS[name]

"""A workbook's first sheet as the CSV that a publication takes, for people who keep tables."""

import csv
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from exchange.dataplane.connectors.sheets import sheet_rows
from exchange.dataplane.connectors.typed import as_text
from exchange.dataplane.errors import BodyMalformed
from exchange.dataplane.schema import Schema


def workbook_as_csv(workbook: Path, schema: Schema, out: Path) -> int:
    """Write the first sheet's rows to ``out``; how many.

    The first row names the columns, each by an item's name or its title. Rows without any value
    are left out. BodyMalformed ``empty`` for a sheet without a head; Terminal for what cannot be
    read as a workbook.
    """
    rows = sheet_rows(workbook, "")
    head = next(rows, [])
    names = [_name(cell, schema) for cell in head]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise BodyMalformed("empty", "the first sheet has no head")
    days = {place for place, name in enumerate(names) if _is_day(name, schema)}
    written = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(names)
        for row in rows:
            cells = [_cell(cell, place in days) for place, cell in enumerate(row[: len(names)])]
            if any(cell is not None for cell in cells):
                lines.writerow(cells + [None] * (len(names) - len(cells)))
                written += 1
    return written


def _name(cell: Any, schema: Schema) -> str:
    said = (as_text(cell) or "").strip()
    titles = {item.title: item.name for item in schema.items if item.title}
    return said if said in schema.by_name else titles.get(said, said)


def _is_day(name: str, schema: Schema) -> bool:
    item = schema.by_name.get(name)
    return item is not None and item.type == "date"


def _cell(cell: Any, is_day: bool) -> str | None:
    if is_day and isinstance(cell, datetime) and cell.time() == time():
        return date.isoformat(cell.date())
    return as_text(cell)

"""An Excel workbook of facts: its first sheet, with a header row as in CSV."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.utils import timezone

from accounts.errors import SignalsTooMany, SignalsUnreadable
from accounts.signals.bodies import LINES, columns_of
from accounts.workbooks import WorkbookTooLarge, WorkbookUnreadable, check_calculated, read_sheet

# A workbook is held in memory whole, so it is for people; systems send NDJSON or CSV.
MOST_ROWS = 100_000
MOST_COLUMNS = 200


def read_xlsx(body: Path, encoding: str, con: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """The facts of the first sheet; ``line`` is the row as Excel counts it."""
    rows = _sheet(body)
    header = [str(cell) for cell in rows[0]] if rows else []
    while header and not header[-1].strip():
        header.pop()
    names = columns_of(header)
    filled = [
        (line, row) for line, row in enumerate(rows[1:], start=2) if any(cell != "" for cell in row)
    ]
    columns: dict[str, list[Any]] = {name: [None] * len(filled) for name in LINES.names}
    columns["line"] = [line for line, _ in filled]
    for place, name in enumerate(names):
        columns[name] = [_text(row[place]) for _, row in filled]
    yield pa.table(columns, schema=LINES)


def _sheet(body: Path) -> list[list[Any]]:
    try:
        table = read_sheet(body, most_rows=MOST_ROWS + 1, most_columns=MOST_COLUMNS)
        check_calculated(table)
        return table.rows
    except WorkbookTooLarge as large:
        raise SignalsTooMany(large.detail, limit=MOST_ROWS) from large
    except WorkbookUnreadable as bad:
        raise SignalsUnreadable(bad.detail) from bad


def _text(cell: Any) -> str | None:
    """The cell as a CSV would hold it; a time without a zone is one of Asia/Shanghai."""
    if isinstance(cell, datetime):
        return timezone.make_aware(cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip() or None

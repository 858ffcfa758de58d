"""Rows that were set aside, as a file for those who sent them: place, reasons, values in full."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from exchange.dataplane.engine import engine, literal, quoted, run, scan
from exchange.dataplane.errors import Terminal, TooLarge
from exchange.dataplane.limits import Limits
from exchange.dataplane.reading import workspace
from exchange.dataplane.store import check_blob
from exchange.dataplane.stored import stored_names

FORMATS = ("csv", "ndjson", "xlsx")
# A sheet is read by a person, and holds a million rows at most.
MOST_SHEET_ROWS = 100_000
_LONGEST_CELL = 32_767
_PAGE = 1000
# What a spreadsheet would calculate.
_FORMULA = r"^[=+\-@\t\r\n]"
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F]"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEAD = ("_line", "_columns", "_reasons")


def write_rejects(
    source: Path, format: str, out: Path, limits: Limits, starred: Collection[str] = ()
) -> int:
    """Write the quarantined rows in their order; how many. Of ``starred`` columns the middle of
    each value is hidden.

    In CSV a text that a spreadsheet would take for a formula stands behind an apostrophe, and in
    XLSX every cell is text. TooLarge ``too-many-rows`` for more rows than a sheet takes.
    """
    if format not in FORMATS:
        raise Terminal("format-unknown", f"format is one of {', '.join(FORMATS)}")
    check_blob(source)
    names = [name for name in stored_names(source) if name not in ("_line", "_errors")]
    with workspace(out) as work, engine(limits, work) as con:
        rows: int = run(con, f"SELECT count(*) FROM {scan([source])}")[0][0]
        if format == "xlsx":
            if rows > MOST_SHEET_ROWS:
                raise TooLarge("too-many-rows", f"a sheet takes {MOST_SHEET_ROWS}; take CSV")
            found = con.execute(_query(source, names, _cell, starred))
            _write_sheet(out, [*_HEAD, *names], iter(lambda: found.fetchmany(_PAGE), []))
            return rows
        value = _plain if format == "ndjson" else _calm
        how = "FORMAT json" if format == "ndjson" else "FORMAT csv, HEADER, FORCE_QUOTE *"
        run(con, f"COPY ({_query(source, names, value, starred)}) TO {literal(str(out))} ({how})")
    return rows


def _query(
    source: Path, names: list[str], value: Callable[[str], str], starred: Collection[str]
) -> str:
    seen = {name: _star(quoted(name)) if name in starred else quoted(name) for name in names}
    columns = ", ".join(f"{value(seen[name])} AS {quoted(name)}" for name in names)
    faults = "string_split(_errors, '; ')"
    where = f"[regexp_replace(fault, ':[^:]*$', '') for fault in {faults}]"
    return (
        f"SELECT _line, array_to_string(list_sort(list_distinct({where})), ' ') AS _columns, "
        f"_errors AS _reasons{', ' if columns else ''}{columns} FROM {scan([source])} "
        "ORDER BY _line"
    )


def _star(name: str) -> str:
    """As ``mask_value`` does it."""
    middle = f"least(length({name}) - 2, 10)"
    return (
        f"(CASE WHEN length({name}) < 3 THEN repeat('*', length({name})) "
        f"ELSE left({name}, 1) || repeat('*', {middle}) || right({name}, 1) END)"
    )


def _plain(name: str) -> str:
    return name


def _calm(name: str) -> str:
    return (
        f"CASE WHEN regexp_matches({name}, {literal(_FORMULA)}) THEN '''' || {name} ELSE {name} END"
    )


def _cell(name: str) -> str:
    return f"regexp_replace(left({name}, {_LONGEST_CELL}), {literal(_CONTROL)}, '?', 'g')"


def _write_sheet(out: Path, heads: list[str], pages: Iterable[list[Any]]) -> None:
    with xlsxwriter.Workbook(str(out), _OPTIONS) as book:
        sheet = book.add_worksheet("rejects")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(heads):
            sheet.write_string(0, place, name, bold)
        number = 0
        for page in pages:
            for row in page:
                number += 1
                sheet.write_number(number, 0, row[0])
                for place, value in enumerate(row[1:], 1):
                    if value is not None:
                        sheet.write_string(number, place, value)

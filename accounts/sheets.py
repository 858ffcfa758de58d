"""The inside of a workbook: nothing is believed that was not counted.

A workbook is a ZIP of XML. Before a library opens it, every part is unpacked once piece by piece
and thrown away: what it really holds is counted (a few kilobytes can unpack to terabytes), and the
sheets' marks are read with a parser that keeps nothing (one cell at XFD1048576 makes a table of
seventeen thousand million cells). Formulas and error values are named, never calculated.
Runs apart from the platform (see accounts.workbooks).
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from accounts.workbooks import (
    Marks,
    Place,
    SheetTable,
    WorkbookTooLarge,
    WorkbookUnreadable,
    column_letter,
)
from kernel.archives import count_entries
from kernel.texts import Text

MOST_PARTS = 2000
# Joined areas of the sheet that is read.
MOST_MERGES = 1_000_000
MOST_UNPACKED = 320 * 1024 * 1024
_PIECE = 64 * 1024
_LOCAL_HEADER = 30
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_FILLINGS = frozenset({"v", "is", "f"})
_MAIN = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_BREAKS = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
)


def told_sheet(
    path: str, most_rows: int, most_columns: int, name: str | None
) -> Iterator[dict[str, Any] | list[Any]]:
    """What the sheet is called, its marks and its joined areas; then its rows."""
    table = open_sheet(Path(path), most_rows, most_columns, name)
    marks = vars(table.marks)
    marks |= {places: sorted(marks[places]) for places in ("formulas", "errors", "unsaid")}
    yield {"name": table.name, "marks": marks, "merges": table.merges}
    yield from table.rows


def open_sheet(
    path: Path, most_rows: int, most_columns: int, name: str | None = None
) -> SheetTable:
    """The named sheet, or the first visible one; WorkbookUnreadable or WorkbookTooLarge."""
    try:
        parts = _count_parts(path)
        with path.open("rb") as file:
            return _read(file, parts, most_rows, most_columns, name)
    except _BREAKS as broken:
        detail = Text("save it anew as .xlsx, without a password ({why})", why=str(broken)[:80])
        raise WorkbookUnreadable(detail) from broken


def _read(
    file: IO[bytes],
    parts: dict[str, zipfile.ZipInfo],
    most_rows: int,
    most_columns: int,
    name: str | None,
) -> SheetTable:
    sheets, others = _sheets(file, parts)
    if not sheets:
        raise ValueError("it has no visible sheet")
    chosen = name if name in sheets else next(iter(sheets))
    marks = Marks()
    read = sheets[chosen]
    _parse(file, parts[read], _marking(marks, most_rows, most_columns))
    for part in {read, *others}:
        elsewhere = Marks()
        _parse(file, parts[part], _counting(marks if part == read else elsewhere))
        marks.cells += elsewhere.cells
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    sheet = book.get_sheet_by_name(chosen)
    merges = tuple(sheet.merged_cell_ranges or ())
    rows = sheet.to_python(skip_empty_area=False)
    # Rows of nothing but formulas that were never calculated are rows all the same.
    width = len(rows[0]) if rows else 0
    rows += [[""] * width for _ in range(marks.rows - len(rows))]
    return SheetTable(chosen, rows, marks, merges)


def _count_parts(path: Path) -> dict[str, zipfile.ZipInfo]:
    """The parts by name, after all of them were unpacked once to count what they hold."""
    with path.open("rb") as file:
        if count_entries(file, MOST_PARTS) > MOST_PARTS:
            detail = Text("it has more than {most} parts", most=MOST_PARTS)
            raise WorkbookTooLarge(detail, limit=MOST_PARTS)
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    declared = sum(info.file_size for info in infos)
    if declared > MOST_UNPACKED:
        raise _unpacks_too_far(declared)
    _check_list(infos)
    left = MOST_UNPACKED
    with path.open("rb") as file:
        for info in infos:
            counted = sum(len(piece) for piece in _unpack(file, info, left))
            if counted != info.file_size:
                raise ValueError(f"{info.filename[:60]} holds {counted} bytes, not what it says")
            left -= counted
    return {info.filename: info for info in infos}


def _check_list(infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 1 for info in infos):
        raise ValueError("it is locked with a password")
    # Two readers might take two different ones of two parts of one name.
    names = {info.filename.lower().replace("\\", "/") for info in infos}
    if len(names) != len(infos):
        raise ValueError("two of its parts have one name")


def _unpack(file: IO[bytes], info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """A part piece by piece, by its own header and not by the size that the list declares."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) != _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise ValueError(f"{info.filename[:60]} is not where the list says")
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    file.seek(info.header_offset + _LOCAL_HEADER + names)
    for piece in _inflated(file, info):
        most -= len(piece)
        if most < 0:
            raise _unpacks_too_far(MOST_UNPACKED)
        yield piece


def _inflated(file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
    left = info.compress_size
    if info.compress_type not in (_STORED, _DEFLATED):
        raise ValueError("it is packed in a way that Excel does not use")
    inflater = zlib.decompressobj(-15) if info.compress_type == _DEFLATED else None
    while left > 0 and (packed := file.read(min(_PIECE, left))):
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _PIECE)
            packed = inflater.unconsumed_tail
    if inflater is not None:
        yield inflater.flush(_PIECE)


def _unpacks_too_far(size: int) -> WorkbookTooLarge:
    detail = Text(
        "it unpacks to {size} bytes or more; at most {most} are taken",
        size=size,
        most=MOST_UNPACKED,
    )
    return WorkbookTooLarge(detail, limit=MOST_UNPACKED)


def _parse(file: IO[bytes], info: zipfile.ZipInfo, on_start: Callable[..., None]) -> None:
    """Hand each element of an XML part to ``on_start(local name, attributes)``."""
    parser = expat.ParserCreate(namespace_separator="}")

    def start(name: str, attributes: dict[str, str]) -> None:
        on_start(name.rpartition("}")[2], attributes)

    def doctype(*_: object) -> None:
        raise ValueError("it declares a document type")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    for piece in _unpack(file, info, MOST_UNPACKED):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _sheets(file: IO[bytes], parts: dict[str, zipfile.ZipInfo]) -> tuple[dict[str, str], list[str]]:
    """Visible sheets in order, name -> part, and the parts of all sheets."""
    targets: dict[str, str] = {}
    listed: list[tuple[str, str, bool]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "").lstrip("/")
            targets[attributes["Id"]] = target if target.startswith("xl/") else f"xl/{target}"

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith("}id")), "")
            is_visible = attributes.get("state", "visible") == "visible"
            listed.append((attributes["name"], key, is_visible))

    _parse(file, parts[_RELATIONS], relation)
    _parse(file, parts[_MAIN], sheet)
    if len({name for name, _, _ in listed}) != len(listed):
        raise ValueError("two of its sheets have one name")
    there = [(name, targets[key], seen) for name, key, seen in listed if targets.get(key) in parts]
    return {name: part for name, part, seen in there if seen}, [part for _, part, _ in there]


def _counting(marks: Marks) -> Callable[..., None]:
    """Counts a sheet's cells and the cells of its joined areas."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            marks.cells += 1
        elif tag == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            (top, left), (bottom, right) = _place(first), _place(last or first)
            marks.cells += max(bottom - top + 1, 0) * max(right - left + 1, 0)
            marks.merges += 1
            if marks.merges > MOST_MERGES:
                detail = Text("a sheet has more than {most} merged cells", most=MOST_MERGES)
                raise WorkbookTooLarge(detail, limit=MOST_MERGES)

    return start


def _marking(marks: Marks, most_rows: int, most_columns: int) -> Callable[..., None]:
    """Reads a sheet's elements into its marks and refuses what reaches too far."""
    place: list[int] = [0, 0]
    unsaid: list[set[Place]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            place[1] += 1
            if "r" in attributes:
                place[:] = _place(attributes["r"])
            unsaid[:] = [marks.unsaid][: attributes.get("t", "n") == "n"]
            if attributes.get("t") == "e":
                marks.errors.add((place[0], place[1]))
        elif tag == "row":
            place[:] = [int(attributes.get("r", place[0] + 1)), 0]
        elif tag in _FILLINGS:
            # A cell that is only coloured does not count, however far down it stands.
            marks.rows, marks.columns = max(marks.rows, place[0]), max(marks.columns, place[1])
            _check_extent(marks, most_rows, most_columns)
            for kept in (marks.formulas, *unsaid) if tag == "f" else ():
                kept.add((place[0], place[1]))

    return start


def _place(reference: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(reference)
    if not found:
        raise ValueError(f"{reference[:20]!r} is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _check_extent(marks: Marks, most_rows: int, most_columns: int) -> None:
    if marks.rows > most_rows:
        detail = Text(
            "a cell stands in row {row}; at most {most} rows are taken",
            row=marks.rows,
            most=most_rows,
        )
        raise WorkbookTooLarge(detail, limit=most_rows)
    if marks.columns > most_columns:
        letter = column_letter(marks.columns)
        detail = Text(
            "a cell stands in column {letter}; at most {most} columns are taken",
            letter=letter,
            most=most_columns,
        )
        raise WorkbookTooLarge(detail, limit=most_columns)

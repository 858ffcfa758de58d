"""A catalogue out of a file's bytes, whatever it is written in."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from accounts.workbooks import SheetTable, check_calculated, read_sheet
from catalog.interchange.aliases import folded, headers
from catalog.interchange.columns import ITEM_PREFIX
from catalog.interchange.documents import read_data_json, read_json
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from catalog.interchange.mapping import SourceWords
from catalog.interchange.rdf_reading import read_json_ld, read_rdf_xml, read_turtle
from catalog.interchange.tables import Raw, RawItem, Sheet, read_rows
from catalog.interchange.values import text_of
from kernel.charsets import encoding_of
from kernel.texts import Text

EXCEL, CSV, JSON, DATA_JSON = "excel", "csv", "json", "data.json"
JSON_LD, RDF_XML, TURTLE = "jsonld", "rdf", "turtle"
FORMATS = (EXCEL, CSV, JSON, DATA_JSON, JSON_LD, RDF_XML, TURTLE)
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 200_000, 200
# Characters of one row of CSV, which may go over many lines.
MOST_IN_ROW = 1_000_000
# Titles may stand above the headers.
_HEADER_WITHIN = 6
# Headers below 共享属性, 开放属性 and the like say everything; the upper one is their group.
_CLASSES = ("类", "项", "目", "细目")


def format_of(body: bytes) -> str:
    """The format that the bytes look like."""
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return EXCEL
    if start.startswith((b"{", b"[")):
        if b'"@context"' in start and b"dcat" in start and b"project-open-data" not in start:
            return JSON_LD
        return DATA_JSON if start.startswith(b"{") and b'"conformsTo"' in start else JSON
    if start.startswith(b"<") and b"rdf" in start.lower():
        return RDF_XML
    return TURTLE if start.lower().startswith((b"@prefix", b"@base", b"prefix ")) else CSV


def read_catalogue(body: bytes, kind: str, words: SourceWords) -> Sheet:
    """The entries of a file; CatalogUnreadable or CatalogTooLarge if it is none."""
    sheet = _READERS[kind](body, words)
    if len(sheet.raws) > MOST_ROWS:
        raise CatalogTooLarge(f"{len(sheet.raws)} entries; at most {MOST_ROWS}", limit=MOST_ROWS)
    if not sheet.raws:
        raise CatalogUnreadable("there is no entry in it")
    return sheet


def _read_excel(body: bytes, words: SourceWords) -> Sheet:
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        path = Path(folder) / "body.xlsx"
        path.write_bytes(body)
        table = read_table(path)
        check_calculated(table)
        return catalogue_in(table, words)


def read_table(path: Path) -> SheetTable:
    """The first visible sheet of a workbook."""
    return read_sheet(path, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)


def catalogue_in(table: SheetTable, words: SourceWords) -> Sheet:
    """The entries of a sheet; CatalogUnreadable if there is no header that is known."""
    return _table(table.rows, words, table.merges)


def _read_csv(body: bytes, words: SourceWords) -> Sheet:
    if b"\0" in body:
        line = body.count(b"\n", 0, body.index(b"\0")) + 1
        raise CatalogUnreadable(f"line {line} holds a NUL character; remove it")
    return _table(list(_csv_rows(body)), words)


def _csv_rows(body: bytes) -> Iterator[list[str]]:
    """The rows one by one, so that no more is held than what is taken."""
    text = io.TextIOWrapper(io.BytesIO(body), _encoding_of(body), newline="")
    in_row = 0

    def lines() -> Iterator[str]:
        nonlocal in_row
        for line in text:
            in_row += len(line)
            if in_row > MOST_IN_ROW:
                detail = Text("a row has more than {most} characters", most=MOST_IN_ROW)
                raise CatalogTooLarge(detail, limit=MOST_IN_ROW)
            yield line

    reader = csv.reader(lines(), strict=True)
    try:
        for number, row in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise CatalogTooLarge(f"at most {MOST_ROWS} rows are taken", limit=MOST_ROWS)
            if len(row) > MOST_COLUMNS:
                detail = Text("line {line} has {row} columns", line=reader.line_num, row=len(row))
                raise CatalogTooLarge(f"{detail}; at most {MOST_COLUMNS}", limit=MOST_COLUMNS)
            in_row = 0
            yield [_unescaped(cell) for cell in row]
    except csv.Error as broken:
        detail = Text(
            "line {line} is not CSV: {broken}", line=reader.line_num, broken=str(broken)[:80]
        )
        raise CatalogUnreadable(detail) from broken


def _encoding_of(body: bytes) -> str:
    found = encoding_of(body)
    if found is None:
        raise CatalogUnreadable("the text is neither UTF-8 nor GB18030; save it in one of them")
    return found


def _unescaped(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _table(rows: Sequence[Sequence[Any]], words: SourceWords, merges: Sequence[Any] = ()) -> Sheet:
    head, depth = _head(rows, words)
    titles = _titles(rows, head, depth, merges)
    places, ignored = words.assign(titles)
    named = {name: at for at, name in places.items()}
    if "name" not in named:
        raise CatalogUnreadable("no column holds the entries' names; map one to name")
    first = head + depth
    blocks = _blocks(merges, named["name"], first)
    raws = read_rows(rows[first:], titles, places, first=first + 1, blocks=blocks)
    _add_classes(raws, rows, titles)
    return Sheet(
        raws,
        {name: titles[at].replace("\n", "") for name, at in named.items()},
        tuple(header for header in ignored if folded(header) not in _class_titles()),
        {name: at + 1 for name, at in named.items()},
    )


def _head(rows: Sequence[Sequence[Any]], words: SourceWords) -> tuple[int, int]:
    """The place of the header, and of how many rows it is: the national template has two."""
    mapped = {folded(header) for header in words.columns}

    def count(row: Sequence[Any]) -> int:
        return len({f for cell in row if (f := folded(text_of(cell))) in headers() or f in mapped})

    counts = [count(row) for row in rows[:_HEADER_WITHIN]]
    if not any(counts):
        raise CatalogUnreadable("no header that is known stands in its first rows; map the columns")
    best = counts.index(max(counts))
    above = best > 0 and counts[best - 1] > 1
    below = best + 1 < len(counts) and counts[best + 1] > 3
    if above or below:
        return (best - 1 if above else best), 2
    return best, 1


def _titles(rows: Any, head: int, depth: int, merges: Sequence[Any]) -> list[str]:
    """The header of each column: of two rows the lower one, else the upper one."""
    width = max(len(row) for row in rows[head : head + depth])
    titles = [""] * width
    for row in rows[head : head + depth]:
        for place, cell in enumerate(row):
            titles[place] = text_of(cell).strip() or titles[place]
    return titles


def _blocks(merges: Sequence[Any], column: int, first: int) -> dict[int, int]:
    """Line -> first line of the merged cell of the name that it belongs to."""
    blocks: dict[int, int] = {}
    for (top, left), (bottom, right) in merges:
        if left <= column <= right and top >= first and bottom > top:
            lines = range(top + 1, min(bottom, MOST_ROWS) + 2)
            # Cells that overlap could name each line a million times.
            if any(line in blocks for line in lines):
                raise CatalogUnreadable(f"merged cells overlap below line {top + 1}")
            blocks.update(dict.fromkeys(lines, top + 1))
    return blocks


def _class_titles() -> set[str]:
    numbers = "五六七八九十"
    more = [f"{n}级" for n in numbers] + [f"十{n}级" for n in "一二三四五六七八九"]
    more += ["二十级", *(f"二十{n}级" for n in "一二三四五六")]
    return {folded(title) for title in (*_CLASSES, *more)}


def _add_classes(raws: Any, rows: Sequence[Sequence[Any]], titles: Sequence[str]) -> None:
    """The full template names the classes from 类 to 二十六级 in columns before the name."""
    known = _class_titles()
    places = [at for at, title in enumerate(titles) if folded(title) in known]
    if len(places) < 2:
        return
    for raw in raws:
        row = rows[raw.line - 1]
        path = [text_of(row[at]).strip() for at in places if at < len(row)]
        raw.cells["category"] = "/".join(part for part in path if part)


def _of_document(read: Callable[[bytes], Sequence[Any]]) -> Callable[..., Sheet]:
    def reader(body: bytes, words: SourceWords) -> Sheet:
        return _documents(read(body), words)

    return reader


def _documents(entries: Sequence[Any], words: SourceWords) -> Sheet:
    """Entries that are objects: (line, object), its items under ``items``."""
    keys = list(dict.fromkeys(key for _, one in entries for key in one if key != "items"))
    places, ignored = words.assign(keys)
    named = {keys[at]: name for at, name in places.items()}
    item_keys = list(
        dict.fromkeys(key for _, one in entries for item in one.get("items") or () for key in item)
    )
    item_names = _item_names(item_keys, words)
    if "name" not in named.values():
        raise CatalogUnreadable("no member holds the entries' names; map one to name")
    raws = [_raw(line, one, named, item_names) for line, one in entries]
    titles = {name: key for key, name in named.items()}
    left_out = [f"items/{key}" for key in item_keys if key not in item_names]
    return Sheet(raws, titles, (*ignored, *left_out))


def _item_names(keys: Sequence[str], words: SourceWords) -> dict[str, str]:
    places, _ = words.assign([f"{ITEM_PREFIX}{key}" for key in keys])
    names = {keys[at]: name for at, name in places.items()}
    for key in keys:
        found = headers().get(folded(key), "")
        if key not in names and found.startswith(ITEM_PREFIX):
            names[key] = found
    return names


def _raw(line: int, one: Mapping[str, Any], named: Any, item_names: Mapping[str, str]) -> Raw:
    cells = {named[key]: value for key, value in one.items() if key in named}
    items = [
        RawItem(line, {item_names[key]: value for key, value in item.items() if key in item_names})
        for item in one.get("items") or ()
    ]
    return Raw(line, cells, items)


_READERS: dict[str, Callable[[bytes, SourceWords], Sheet]] = {
    EXCEL: _read_excel,
    CSV: _read_csv,
    JSON: _of_document(read_json),
    DATA_JSON: _of_document(read_data_json),
    JSON_LD: _of_document(read_json_ld),
    RDF_XML: _of_document(read_rdf_xml),
    TURTLE: _of_document(read_turtle),
}

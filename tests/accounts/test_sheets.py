"""What is in a workbook is counted before it is believed."""

import struct
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from accounts import sheets
from accounts.sheets import open_sheet
from accounts.workbooks import WorkbookTooLarge, WorkbookUnreadable
from tests.factories.registers import workbook_of

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def changed(parts: dict[str, bytes | None], extra: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A small workbook with some parts replaced (None: removed) and others added."""
    out = BytesIO()
    source = zipfile.ZipFile(BytesIO(workbook_of([["甲"]], ["业务系统名称"])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            content = parts.get(name, source.read(name))
            if content is not None:
                made.writestr(name, content)
        for name, content in extra:
            made.writestr(name, content)
    return out.getvalue()


def cells(*references: str, kind: str = "", inner: str = "<v>1</v>") -> bytes:
    found = "".join(
        f'<row r="{"".join(filter(str.isdigit, r))}"><c r="{r}"{kind}>{inner}</c></row>'
        for r in references
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{found}</sheetData></worksheet>'.encode()


def read(content: bytes, tmp_path: Path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    return open_sheet(path, 50_000, 200)


def test_a_sheet_is_read_from_its_first_row_and_column(tmp_path):
    table = read(changed({SHEET: cells("B3")}), tmp_path)
    assert table.rows == [["", ""], ["", ""], ["", 1.0]]
    assert (table.marks.rows, table.marks.columns, table.marks.cells) == (3, 2, 1)


def test_a_bomb_is_refused_by_what_it_declares(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    content = changed({}, (("xl/media/image1.png", b"\0" * 2_000_000),))
    assert len(content) < 20_000
    with pytest.raises(WorkbookTooLarge):
        read(content, tmp_path)


def test_a_bomb_that_declares_little_is_refused_by_counting(tmp_path):
    content = bytearray(changed({}, (("xl/media/image1.png", b"\0" * 200_000_000),)))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    tracemalloc.start()
    with pytest.raises(WorkbookUnreadable):
        read(bytes(content), tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD1"])
def test_a_cell_far_away_makes_no_table_of_a_million_rows(tmp_path, reference):
    with pytest.raises(WorkbookTooLarge):
        read(changed({SHEET: cells("A1", reference)}), tmp_path)


def test_a_cell_that_is_only_coloured_does_not_count(tmp_path):
    table = read(changed({SHEET: cells("A1048576", kind=' s="1"', inner="")}), tmp_path)
    assert table.rows == []


def test_formulas_and_error_values_are_named(tmp_path):
    sheet = cells("B2", inner="<f>1+1</f><v>2</v>")
    assert read(changed({SHEET: sheet}), tmp_path).marks.formulas == {(2, 2)}
    sheet = cells("C4", kind=' t="e"', inner="<v>#N/A</v>")
    assert read(changed({SHEET: sheet}), tmp_path).marks.errors == {(4, 3)}


def test_a_row_of_formulas_that_were_never_calculated_is_a_row(tmp_path):
    sheet = cells("A1", "B3", inner="<f>1+1</f>").replace(b"<f>1+1</f>", b"<v>1</v>", 1)
    table = read(changed({SHEET: sheet}), tmp_path)
    assert len(table.rows) == 3
    assert table.marks.formulas == {(3, 2)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and no more",
        changed({"xl/workbook.xml": None}),
        changed({"xl/_rels/workbook.xml.rels": b"<a"}),
        changed({SHEET: b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet>&b;</worksheet>"}),
        changed({SHEET: cells("ZZZZ1")}),
        changed({}, (("XL/worksheets/SHEET1.xml", cells("XFD1048576")),)),
        changed({"xl/workbook.xml": b"<workbook><sheets/></workbook>"}),
    ],
    ids=["empty", "cut", "no-book", "bad-xml", "doctype", "bad-cell", "twice", "no-sheet"],
)
def test_what_is_no_workbook_is_said_to_be_none(tmp_path, content):
    with pytest.raises(WorkbookUnreadable):
        read(content, tmp_path)


def joined(*references: str) -> bytes:
    found = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)
    sheet = cells("A1").removesuffix(b"</worksheet>")
    return sheet + f"<mergeCells>{found}</mergeCells></worksheet>".encode()


def test_the_cells_of_joined_areas_count_for_whoever_would_hold_them(tmp_path):
    table = read(changed({SHEET: joined("B2:C4", "D1")}), tmp_path)
    assert table.marks.cells == read(changed({SHEET: cells("A1")}), tmp_path).marks.cells + 7


def test_more_joined_areas_than_are_taken_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_MERGES", 2)
    with pytest.raises(WorkbookTooLarge, match="more than 2 merged cells"):
        read(changed({SHEET: joined("A1:A9", "A1:A9", "A1:A9")}), tmp_path)


def test_a_list_of_very_many_parts_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_PARTS", 5)
    with pytest.raises(WorkbookTooLarge, match="more than 5 parts"):
        read(changed({}, tuple((f"xl/media/{n}.png", b"") for n in range(9))), tmp_path)

"""Files of other kinds, what is seen already, and folders that are not opened."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from exchange.dataplane.connectors.base import ReadRequest
from exchange.dataplane.connectors.options import OptionsInvalid
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.schema import Item, Schema
from tests.exchange.dataplane.connectors.source_worlds import Build
from tests.exchange.dataplane.connectors.test_sources import ids, read
from tests.exchange.dataplane.connectors.worlds import World, csv_text, person

CARDS = Schema(
    (
        Item("card", "string", required=True),
        Item("name", "string"),
        Item("paid", "decimal", length=12, scale=2),
        Item("day", "date"),
        Item("count", "integer"),
    ),
    ("card",),
)
TITLES = ("证号", "姓名", "金额", "日期", "次数")


@pytest.fixture
def folder(build_world: Build) -> World:
    return build_world("folder-csv")


def root(world: World) -> Path:
    return Path(world.options["root"])


def test_a_file_that_was_seen_is_not_read_again_until_it_changes(folder: World) -> None:
    folder.write([person(1)])
    folder.write([person(2)])
    with folder.source().read(folder.request()) as reading:
        done = [chunk.finished for chunk in reading if chunk.finished]
    assert [each.path for each in done] == ["000.csv", "001.csv"]
    assert len({each.digest for each in done}) == 2
    seen = frozenset((each.path, each.tag) for each in done)
    assert read(folder, seen=seen) == []
    (root(folder) / "001.csv").write_bytes(csv_text([person(2), person(3)]))
    assert ids(read(folder, seen=seen)) == [2, 3]


def test_a_file_that_changed_under_a_place_is_read_from_its_beginning(folder: World) -> None:
    folder.write([person(n) for n in range(1, 5)])
    with folder.source().read(folder.request(chunk_rows=2)) as reading:
        place = next(iter(reading)).place
    (root(folder) / "000.csv").write_bytes(csv_text([person(n) for n in range(7, 10)]))
    assert ids(read(folder, after=place)) == [7, 8, 9]


def test_gb18030_is_read_as_declared_and_nothing_is_guessed(folder: World) -> None:
    text = csv_text([person(1, name="𠮷野家")]).decode()
    (root(folder) / "a.csv").write_bytes(text.encode("gb18030"))
    folder.options["encoding"] = "gb18030"
    assert read(folder)[0]["name"] == "𠮷野家"
    folder.options["encoding"] = "utf-8"
    with pytest.raises(Terminal) as failure:
        read(folder)
    assert failure.value.code == "source-encoding"


def test_a_row_with_a_field_too_many_is_terminal_without_its_values(folder: World) -> None:
    (root(folder) / "a.csv").write_bytes(csv_text([person(1)]) + b"1,geheim,2\n")
    with pytest.raises(Terminal) as failure:
        read(folder)
    assert failure.value.code == "source-unreadable"
    assert "geheim" not in str(failure.value)


def test_a_workbook_is_read_by_its_titles(folder: World) -> None:
    book = xlsxwriter.Workbook(root(folder) / "a.xlsx")
    sheet = book.add_worksheet("名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, TITLES)
    sheet.write_string(1, 0, "110101199001010011")
    sheet.write_row(1, 1, ["张三", 12.5])
    sheet.write_datetime(1, 3, datetime.date(2026, 1, 31), day)
    sheet.write(1, 4, 3)
    sheet.write_row(3, 0, ["2", "李四"])
    book.close()
    folder.schema = CARDS
    request = ReadRequest("*.xlsx", TITLES, CARDS)
    with folder.source().read(request) as reading:
        (chunk,) = list(reading)
    assert chunk.table.column("card").to_pylist() == ["110101199001010011", "2"]
    assert chunk.table.column("paid").to_pylist() == [Decimal("12.50"), None]
    assert chunk.table.column("count").to_pylist() == [3, None]
    assert chunk.table.column("day").cast("string").to_pylist()[0].startswith("2026-01-31")
    described = folder.source().describe("*.xlsx")
    assert [c.item.name for c in described.columns][:2] == ["zheng_hao", "xing_ming"]
    assert described.columns[0].item.type == "string"


def test_a_workbook_with_one_far_cell_is_refused_before_it_unfolds(folder: World) -> None:
    book = xlsxwriter.Workbook(root(folder) / "a.xlsx")
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(Terminal) as failure:
        folder.source().describe("*.xlsx")
    assert failure.value.code == "file-too-large"


@pytest.mark.parametrize(
    "pattern", ["../*.csv", "/etc/passwd", "a/../../*.csv", "~/*.csv", "a\0b", "..\\x.csv", ""]
)
def test_a_pattern_never_leads_out_of_the_folder(folder: World, pattern: str) -> None:
    folder.write([person(1)])
    with pytest.raises(Terminal) as failure:
        folder.source().describe(pattern)
    assert failure.value.code == "pattern-invalid"


def test_links_are_not_followed(folder: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.csv").write_bytes(csv_text([person(9)]))
    (root(folder) / "b.csv").symlink_to(outside / "b.csv")
    (root(folder) / "sub").symlink_to(outside)
    folder.write([person(1)])
    assert folder.source().tables() == ["001.csv"] or folder.source().tables() == ["002.csv"]
    with folder.source().read(folder.request()) as reading:
        assert all(path not in ("b.csv", "sub/b.csv") for path in reading.files)


@pytest.mark.parametrize("wanted", ["/etc", "/", "relative", "{root}/../.."])
def test_only_folders_that_the_administrator_opened_are_read(folder: World, wanted: str) -> None:
    folder.folders = (root(folder),)
    folder.options["root"] = wanted.format(root=root(folder))
    with pytest.raises(Terminal) as failure:
        folder.source().tables()
    assert failure.value.code == "folder-denied"


def test_no_folder_is_open_by_default_and_a_linked_root_is_judged_by_its_end(
    folder: World, tmp_path: Path
) -> None:
    link = tmp_path / "opened" / "link"
    link.parent.mkdir()
    link.symlink_to("/etc")
    folder.folders = (link.parent,)
    folder.options["root"] = str(link)
    with pytest.raises(Terminal, match="folder-denied"):
        folder.source().tables()
    folder.folders = ()
    folder.options["root"] = str(tmp_path)
    with pytest.raises(Terminal, match="folder-denied"):
        folder.source().tables()


def test_hidden_files_and_other_endings_are_left_out(folder: World) -> None:
    folder.write([person(1)])
    (root(folder) / ".half.csv").write_bytes(b"id\n")
    (root(folder) / "note.txt").write_bytes(b"x")
    assert ids(read(folder)) == [1]


def test_a_folder_that_is_away_is_transient(folder: World) -> None:
    root(folder).rmdir()
    with pytest.raises(Transient) as failure:
        folder.source().tables()
    assert failure.value.code == "folder-missing"


def test_another_key_of_the_server_is_refused_and_shown(build_world: Build) -> None:
    world = build_world("sftp-csv")
    world.write([person(1)])
    known = world.options["host_key"]
    world.options["host_key"] = "SHA256:" + "A" * 43
    with pytest.raises(Terminal) as failure:
        world.source().tables()
    assert failure.value.code == "host-key-mismatch"
    assert known in failure.value.detail


def test_a_key_that_is_missing_in_the_options_is_named(build_world: Build) -> None:
    world = build_world("sftp-csv")
    del world.options["host_key"]
    with pytest.raises(OptionsInvalid) as failure:
        world.source()
    assert failure.value.field == "options.host_key"


def test_files_know_no_watermark_and_no_key(folder: World) -> None:
    folder.write([person(1)])
    with pytest.raises(Terminal, match="watermark-unsupported"):
        read(folder, watermark="step")
    with pytest.raises(Terminal, match="keys-unsupported"):
        folder.source().count(folder.request())

"""Files that would hold more than the platform has: refused before they are held."""

import pytest

from catalog.interchange import documents, reading
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from catalog.interchange.mapping import read_mapping
from catalog.interchange.reading import read_catalogue

HEAD = "信息资源名称,更新周期\r\n"
WORDS = read_mapping({})


def read(text, kind="csv", encoding="utf-8"):
    return read_catalogue(text.encode(encoding), kind, WORDS).raws


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_of_departments(encoding):
    (one,) = read(HEAD + '"登记\r\n信息",每年\r\n', encoding=encoding)
    assert one.cells == {"name": "登记\r\n信息", "update_cycle": "每年"}


def test_a_nul_is_named_with_its_line():
    with pytest.raises(CatalogUnreadable, match="line 3 holds a NUL"):
        read(f"{HEAD}甲,每年\r\n乙\0,每年\r\n")


def test_broken_csv_is_named_with_its_line():
    with pytest.raises(CatalogUnreadable, match="line 2 is not CSV"):
        read(f'{HEAD}"甲')


@pytest.mark.parametrize(
    "body",
    ["\n" * 300, HEAD + "," * 300, f'{HEAD}"{"甲" * 900}",每年', HEAD + '"甲\n",' * 300],
    ids=["lines", "columns", "one long cell", "a row over many lines"],
)
def test_csv_of_more_than_is_taken_is_refused(monkeypatch, body):
    monkeypatch.setattr(reading, "MOST_ROWS", 100)
    monkeypatch.setattr(reading, "MOST_IN_ROW", 800)
    with pytest.raises(CatalogTooLarge):
        read(body)


def test_json_of_more_values_than_are_taken_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(documents, "MOST_VALUES", 10)
    assert len(read('[{"name":"甲"},{"name":"乙"}]', "json")) == 2
    with pytest.raises(CatalogTooLarge, match="about 21 values"):
        read(f"[{','.join(['{}'] * 10)},no JSON at all", "json")


def test_merged_cells_that_overlap_are_refused():
    cells = [((2, 0), (90_000, 0))] * 2
    with pytest.raises(CatalogUnreadable, match="overlap below line 3"):
        reading._blocks(cells, 0, 1)

"""Files of a source that would lose or break something are refused, and say why."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane.connectors import file_formats
from exchange.dataplane.connectors.file_formats import Format, header, portions
from exchange.dataplane.errors import Terminal

TYPES = {"code": pa.string()}


def read(path, kind):
    return [row for part in portions(path, kind, Format(), TYPES, 100) for row in part.to_pylist()]


def refused(path, kind):
    with pytest.raises(Terminal) as fault:
        read(path, kind)
    assert fault.value.code == "source-unreadable"
    return fault.value.detail


@pytest.mark.parametrize("value", ['"x\\udc00y"', '["x\\udc00y"]', '{"a": "\\ud800"}'])
def test_half_of_a_surrogate_pair_is_no_text(tmp_path, value):
    path = tmp_path / "a.ndjson"
    path.write_text(f'{{"code": {value}}}\n')
    assert "no JSON object" in refused(path, "ndjson")
    path.write_text('{"code": "\\ud83d\\ude00 \\u4e1c"}\n')
    assert read(path, "ndjson") == [{"code": "😀 东"}]


def test_a_column_that_stands_twice_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table([["1"], ["2"]], names=["code", "code"]), path)
    assert "'code' stands twice" in refused(path, "parquet")


def test_columns_without_end_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file_formats, "MOST_COLUMNS", 3)
    path = tmp_path / "a.csv"
    path.write_text("code,b,c,d\n1,2,3,4\n")
    assert "more than 3 columns" in refused(path, "csv")
    with pytest.raises(Terminal):
        header(path, "csv", Format())
    path.write_text("code,b,c\n1,2,3\n")
    assert read(path, "csv") == [{"code": "1"}]

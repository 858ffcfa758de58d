"""What a file is told from its bytes: formats, characters, and what is refused."""

import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from exchange.dataplane.errors import BodyMalformed
from exchange.dataplane.sniffing import Kind, kind_of


def written(tmp_path, data: bytes):
    path = tmp_path / "body"
    path.write_bytes(data)
    return path


def test_text_is_csv_json_or_ndjson_by_how_it_begins(tmp_path):
    told = {
        b"code,name\n1,a\n": Kind("csv"),
        b"\xef\xbb\xbfcode,name\n": Kind("csv"),
        '{"code": "1", "name": "示例"}\n'.encode(): Kind("ndjson"),
        b' [{"code": "1"}]': Kind("json"),
        b"{code},name\n1,a\n": Kind("csv"),
    }
    assert {data: kind_of(written(tmp_path, data)) for data in told} == told


def test_text_that_is_no_utf8_is_gb18030(tmp_path):
    assert kind_of(written(tmp_path, "代码,名称\n1,示例县\n".encode("gb18030"))) == Kind(
        "csv", "gb18030"
    )


def test_a_long_first_record_is_still_ndjson(tmp_path):
    line = json.dumps({"code": "1", "name": "x" * 100_000}).encode()
    assert kind_of(written(tmp_path, line + b"\n")) == Kind("ndjson")


def test_columnar_files_and_workbooks_are_known_by_their_marks(tmp_path):
    table = pa.table({"code": ["1"]})
    parquet, book = tmp_path / "p", tmp_path / "b"
    pq.write_table(table, parquet)
    with xlsxwriter.Workbook(str(book)) as made:
        made.add_worksheet().write_row(0, 0, ["code"])
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as out:
        out.write_table(table)
    assert kind_of(parquet) == Kind("parquet")
    assert kind_of(book) == Kind("xlsx")
    assert kind_of(written(tmp_path, stream.getvalue())) == Kind("arrow")


def test_what_is_none_of_them_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        parts.writestr("other.txt", "x")
    for data, code in (
        (b"  \n", "empty"),
        (packed.getvalue(), "format-unknown"),
        (b"PK\x03\x04broken", "format-unknown"),
        (b"\xd0\xcf\x11\xe0old", "format-unknown"),
        (b"\x1f\x8bpacked", "format-unknown"),
        (b"\x00\x01\xff\xfe\x00", "format-unknown"),
    ):
        with pytest.raises(BodyMalformed) as refused:
            kind_of(written(tmp_path, data))
        assert refused.value.code == code

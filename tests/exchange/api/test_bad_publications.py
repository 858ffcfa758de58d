"""Bad publications in every format: a 4xx problem that names the place, nothing stored."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.exchange import csv_bytes, ndjson, row
from tests.problems import refused

NDJSON, CSV = "application/x-ndjson", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
GOOD = ndjson([row("110101")])


def parquet(**columns) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def arrow(**columns) -> bytes:
    table, out = pa.table(columns), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("type", "body", "status", "place"),
    [
        (NDJSON, GOOD + b'{"code": "1101', 400, "'line': 2"),
        (NDJSON, b'{"code": "1101\\u000001", "name": "x"}\n', 422, "'line': 1"),
        (NDJSON, GOOD + b'{"code": "110102", "name": "a", "area": NaN}\n', 400, "'line': 2"),
        (NDJSON, GOOD + b'{"code": "110102", "code": "110103", "name": "a"}\n', 400, "'line': 2"),
        (NDJSON, ndjson([row("110101", colour="red")]), 422, "colour"),
        (NDJSON, '{"code": "110101", "name": "示例"}\n'.encode("gb18030"), 400, "'line': 1"),
        (NDJSON, b"[1, 2]\n", 400, "'line': 1"),
        (NDJSON, b"[" * 100_000, 400, "'line': 1"),
        (NDJSON, b'{"code": {"a": "b"}, "name": "x"}\n', 422, "code"),
        (NDJSON, b'{"code": "110101", "name": "x", "area": ' + b"9" * 400 + b"}\n", 422, "area"),
        (NDJSON, b"\x00\x01\x02", 400, "body-unreadable"),
        (NDJSON, b"", 400, "no body"),
        ("application/json", b'[{"code": "110101"', 400, "body-unreadable"),
        ("application/json", b'{"code": "110101"}', 400, "body-unreadable"),
        ("application/json", b'[{"code": "110101", "code": "1", "name": "a"}]', 400, "code"),
        ("application/json", b'[{"code": "110101", "name": NaN}]', 400, "body-unreadable"),
        (CSV, b'code,name\n110101,"open', 400, "quote"),
        (CSV, b"code,name\n110101,a,b\n", 400, "'line': 2"),
        (CSV, b"code,name,colour\n110101,a,b\n", 400, "colour"),
        (CSV, b"name\na\n", 400, "code"),
        (CSV, b"code,code,name\n1,1,a\n", 400, "code"),
        (CSV, b"code,name\n110101,a\x00b\n", 400, "'line': 2"),
        (CSV, csv_bytes([row("110101")], "gb18030"), 400, "'line': 2"),
        (CSV + "; charset=gb18030", b"code,name\n110101,\xff\xff\n", 400, "'line': 2"),
        (PARQUET, b"PAR1 no parquet PAR1", 400, "body-unreadable"),
        (PARQUET, parquet(code=["110101"], name=["a"])[:-20], 400, "body-unreadable"),
        (PARQUET, parquet(code=["110101"], name=[1]), 400, "name"),
        (PARQUET, parquet(code=["110101"], name=["a"], colour=["red"]), 400, "colour"),
        (ARROW, b"\xff\xff\xff\xff\x00", 400, "body-unreadable"),
        (ARROW, arrow(code=["110101"], name=["a"])[:-40], 400, "body-unreadable"),
        (ARROW, arrow(name=["a"]), 400, "code"),
    ],
    ids=str,
)
def test_no_publication_takes_it(world, publish, unchanged, type, body, status, place):
    world.publish([row("110199")])
    with unchanged():
        answer = publish(body, type=type)
    refused(answer, status, place)


@pytest.mark.parametrize(
    ("type", "status", "place"),
    [
        ("text/plain", 415, "application/x-ndjson"),
        ("multipart/form-data; boundary=x", 415, "application/x-ndjson"),
        ("text/csv; charset=big5", 400, "big5"),
        ("text/csv; charset=utf-16", 400, "utf-16"),
        ("application/json; charset=gb18030", 400, "always UTF-8"),
    ],
)
def test_what_the_body_is_must_be_said_and_known(publish, unchanged, type, status, place):
    with unchanged():
        answer = publish(GOOD, type=type)
    refused(answer, status, place)


@pytest.mark.parametrize("kind", ["", "Snapshot", "delete", "snapshot,changes", "%00"])
def test_the_kind_must_be_one_of_three(publish, unchanged, kind):
    with unchanged():
        answer = publish(GOOD, kind)
    refused(answer, 422, "kind")


def test_an_unknown_parameter_of_a_publication_is_refused(publish, unchanged):
    with unchanged():
        answer = publish(GOOD, "snapshot&force=true")
    refused(answer, 400, "force")


@pytest.mark.parametrize(
    "digest",
    ["sha-256=", "md5=:MTIz:", "sha-256=:not base64:", "sha-256=:AAAA:", "sha-256=:=:"],
)
def test_a_bad_content_digest_is_refused(publish, unchanged, digest):
    with unchanged():
        answer = publish(GOOD, **{"Content-Digest": digest})
    refused(answer, 400)


def test_a_body_beyond_the_limit_is_refused(publish, unchanged, settings):
    settings.MAX_BODY_BYTES = len(GOOD) - 1
    with unchanged():
        answer = publish(GOOD)
    problem = refused(answer, 413, str(len(GOOD) - 1))
    assert problem["code"] == "body-too-large"
    settings.MAX_BODY_BYTES = len(GOOD)
    assert publish(GOOD).status_code == 201

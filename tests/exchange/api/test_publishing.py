"""Publishing over HTTP: compressed bodies, rehearsals, rejected rows, recall."""

import base64
import csv
import gzip
import hashlib
import io

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from exchange import storage
from exchange.dataplane.limits import MIB, Limits
from exchange.models import Batch
from tests.factories.exchange import csv_bytes, ndjson, row

FIRST = [row("110101"), row("110102"), row("110103")]
BAD = [row("110101", "错误区"), {"code": "110103", "_op": "delete"}]


def packed(data: bytes, coding: str) -> bytes:
    return gzip.compress(data) if coding == "gzip" else pa.compress(data, coding, asbytes=True)


@pytest.mark.parametrize("coding", ["gzip", "zstd", "GZIP", "identity"])
@pytest.mark.parametrize("type", ["application/x-ndjson", "text/csv; charset=gb18030"])
def test_a_compressed_body_is_the_same_publication(publish, coding: str, type: str):
    data = ndjson(FIRST) if "json" in type else csv_bytes(FIRST, "gb18030")
    sent = data if coding == "identity" else packed(data, coding.lower())
    digest = hashlib.sha256(sent)
    headers = {
        "Content-Encoding": coding,
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
    }
    answer = publish(sent, type=type, **headers)
    assert answer.status_code == 201, answer.content
    batch = answer.json()["batch"]
    # The digest is of the bytes as they were sent.
    assert (batch["inserted"], batch["body_digest"]) == (3, digest.hexdigest())


@pytest.mark.parametrize("coding", ["br", "deflate", "compress", "gzip, zstd"])
def test_an_unknown_coding_is_refused_with_those_that_are_taken(
    publish, unchanged, assert_problem, coding
):
    with unchanged():
        answer = publish(ndjson(FIRST), **{"Content-Encoding": coding})
        told = assert_problem(answer, 415, "unsupported-media-type")
    assert "gzip, zstd" in told["detail"]


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("damage", ["cut", "plain", "junk"])
def test_what_does_not_unpack_is_refused(publish, unchanged, assert_problem, coding, damage):
    whole = packed(ndjson(FIRST), coding)
    sent = {"cut": whole[:-5], "plain": ndjson(FIRST), "junk": whole + b"junk"}[damage]
    with unchanged():
        told = assert_problem(publish(sent, **{"Content-Encoding": coding}), 400, "body-unreadable")
    assert told["reason"] == "coding"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Limits(max_ratio=100, free_bytes=MIB), "ratio"),
        (Limits(max_expanded_bytes=2 * MIB), "expanded-too-large"),
    ],
)
def test_a_bomb_is_refused_before_it_unfolds(
    publish, unchanged, assert_problem, monkeypatch, coding, bounds, reason
):
    monkeypatch.setattr("exchange.bodies.limits", lambda: bounds)
    bomb = packed(b" " * (64 * MIB), coding)
    assert len(bomb) < 100_000
    with unchanged():
        told = assert_problem(publish(bomb, **{"Content-Encoding": coding}), 413, "body-too-large")
    assert told["reason"] == reason


def test_rows_are_bounded_whatever_they_were_packed_to(
    publish, unchanged, assert_problem, monkeypatch
):
    plain = storage.limits()
    monkeypatch.setattr(
        "exchange.actions.batches.limits",
        lambda: Limits(max_rows=2, duckdb_memory=plain.duckdb_memory),
    )
    with unchanged():
        told = assert_problem(
            publish(packed(ndjson(FIRST), "gzip"), **{"Content-Encoding": "gzip"}),
            413,
            "body-too-large",
        )
    assert told["reason"] == "too-many-rows"


def test_a_rehearsal_says_what_would_come_of_it(world, publish, unchanged, client_of):
    publish(FIRST)
    with unchanged():
        answer = client_of("publisher").post(
            f"/api/v1/datasets/{world.dataset.pk}/batches?kind=changes&dry_run=true",
            data=ndjson([*BAD, row("11010x")]),
            content_type="application/x-ndjson",
            headers={"Idempotency-Key": "day-1"},
        )
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["batch"]) == ("rehearsed", None)
    assert told["would"]["outcome"] == "refused"
    assert told["would"]["reason"] == "rows-rejected"
    assert (told["would"]["received"], told["would"]["rejected"]) == (3, 1)
    assert told["counts"] == [{"column": "code", "code": "pattern", "rows": 1}]
    assert [error["line"] for error in told["errors"]] == [3]
    # The key was not used up by the rehearsal.
    real = publish(BAD, "changes", **{"Idempotency-Key": "day-1"})
    assert (real.status_code, real.json()["batch"]["number"]) == (201, 2)


@pytest.mark.parametrize("word", ["yes", "1", "TRUE"])
def test_dry_run_is_true_or_false(world, client_of, unchanged, assert_problem, word):
    with unchanged():
        answer = client_of("publisher").post(
            f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot&dry_run={word}",
            data=ndjson(FIRST),
            content_type="application/x-ndjson",
        )
        assert_problem(answer, 422, "invalid")


def test_a_refusal_counts_every_broken_rule(publish, assert_problem):
    rows = [row("11010x", level="9") for _ in range(150)] + [row("110101"), row("110101")]
    told = assert_problem(publish(rows), 422, "batch-refused")
    assert len(told["errors"]) == 100
    assert told["counts"] == [
        {"column": "code", "code": "pattern", "rows": 150},
        {"column": "level", "code": "code-list", "rows": 150},
        {"column": "code", "code": "key-repeated", "rows": 1},
    ]


def test_rejected_rows_are_given_as_files(world, publish, client_of):
    world.dataset.change(on_reject="quarantine", max_rejected_percent=50)
    receipt = publish([*FIRST, row("11010x", "=1+1")]).json()
    assert receipt["counts"] == [{"column": "code", "code": "pattern", "rows": 1}]
    address = f"/api/v1/datasets/{world.dataset.pk}/batches/1/rejects"
    client = client_of("steward")
    answer = client.get(address, headers={"Accept": "text/csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="rejects-1.csv"'
    (line,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert (line["_line"], line["_reasons"], line["name"]) == ("4", "code:pattern", "'=1+1")
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = load_workbook(io.BytesIO(client.get(address, headers={"Accept": sheet}).getvalue()))
    assert book.active.max_row == 2
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406
    world.grant()
    assert client_of("reader").get(address).status_code == 403


def test_a_recall_answers_with_the_batch_that_undoes_it(
    world, publish, client_of, assert_problem, unchanged
):
    publish(FIRST)
    publish(BAD, "changes")
    address = f"/api/v1/datasets/{world.dataset.pk}/batches"
    steward = client_of("steward")
    body, headers = {"reason": "导出脚本出错"}, {"Idempotency-Key": "recall-2"}
    answer = steward.post(f"{address}/2/recall", body, headers=headers)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["number"], made["kind"], made["updated"], made["inserted"]) == (3, "recall", 1, 1)
    assert steward.get(f"{address}/2").json()["recalled_by"] == 3
    assert steward.get(f"{address}/2").json()["recall_reason"] == "导出脚本出错"
    again = steward.post(f"{address}/2/recall", body, headers=headers)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    with unchanged():
        assert_problem(steward.post(f"{address}/2/recall", body), 409, "already-recalled")
        assert_problem(steward.post(f"{address}/3/recall", body), 409, "not-recallable")
        assert_problem(steward.post(f"{address}/1/recall", {}), 422, "invalid")
        assert_problem(client_of("publisher").post(f"{address}/1/recall", body), 403, "forbidden")
    assert Batch.objects.count() == 3

"""A body in parts over HTTP: offsets, resumption, the end that publishes once, expiry."""

import base64
import gzip
import hashlib
import json
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.uploads import expire_uploads
from exchange.dataplane import parts
from exchange.models import Batch, Upload
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import ndjson, row
from tests.people import client_for

ROWS = [row(f"1101{n:02d}") for n in range(1, 60)]
DATA = ndjson(ROWS)


def content_digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


@pytest.fixture
def uploads(world, client_of):
    """Calls of the dataset's system to its uploads."""

    class Uploads:
        client = client_of("publisher")
        address = f"/api/v1/datasets/{world.dataset.pk}/uploads"

        def begin(self, data: bytes = DATA, key: str = "", **changes):
            body = {"kind": "snapshot", "content_type": "application/x-ndjson", "size": len(data)}
            headers = {"Idempotency-Key": key} if key else {}
            return self.client.post(self.address, {**body, **changes}, headers=headers)

        def part(self, upload: str, offset: int, data: bytes, method: str = "patch", **headers):
            return getattr(self.client, method)(
                f"{self.address}/{upload}",
                data=data,
                content_type="application/octet-stream",
                headers={"Upload-Offset": str(offset), **headers},
            )

        def stand(self, upload: str):
            return self.client.head(f"{self.address}/{upload}")["Upload-Offset"]

        def finish(self, upload: str):
            return self.client.post(f"{self.address}/{upload}/finish", {})

    return Uploads()


def test_parts_become_the_batch_that_the_whole_body_would(world, uploads, publish, store_dir):
    begun = uploads.begin(content_digest=content_digest(DATA))
    assert begun.status_code == 201
    upload = begun.json()["id"]
    assert begun["Location"] == f"{uploads.address}/{upload}"
    assert begun.json()["offset"] == 0
    first = uploads.part(upload, 0, DATA[:1000])
    assert (first.status_code, first["Upload-Offset"]) == (204, "1000")
    assert uploads.stand(upload) == "1000"
    assert uploads.part(upload, 1000, DATA[1000:], "put").status_code == 204
    answer = uploads.finish(upload)
    assert answer.status_code == 201
    batch = answer.json()["batch"]
    assert (batch["number"], batch["inserted"]) == (1, len(ROWS))
    assert batch["body_digest"] == hashlib.sha256(DATA).hexdigest()
    assert publish(DATA).json()["outcome"] == "unchanged"
    assert list((store_dir / "uploads").iterdir()) == []
    assert Upload.objects.get().state == "finished"


def test_a_part_elsewhere_is_told_where_the_upload_stands(uploads, assert_problem):
    upload = uploads.begin().json()["id"]
    uploads.part(upload, 0, DATA[:100])
    for offset in (0, 99, 101):
        told = assert_problem(uploads.part(upload, offset, b"xx"), 409, "offset-mismatch")
        assert told["offset"] == 100
    assert uploads.stand(upload) == "100"
    assert_problem(uploads.part(upload, -1, b"xx"), 422, "invalid")


def test_more_than_was_announced_is_not_taken(uploads, assert_problem):
    upload = uploads.begin().json()["id"]
    assert_problem(uploads.part(upload, 0, DATA + b"\n"), 413, "body-too-large")
    assert uploads.stand(upload) == "0"
    assert uploads.part(upload, 0, DATA).status_code == 204


def test_a_part_other_than_its_digest_is_not_taken(uploads, assert_problem):
    upload = uploads.begin().json()["id"]
    headers = {"Content-Digest": content_digest(b"other")}
    assert_problem(uploads.part(upload, 0, DATA, **headers), 400, "digest-mismatch")
    assert uploads.stand(upload) == "0"


def test_one_part_is_written_at_a_time(uploads, assert_problem, store_dir):
    upload = uploads.begin().json()["id"]
    folder = store_dir / "uploads" / upload.replace("-", "")
    writing, over = threading.Event(), threading.Event()

    def hold() -> None:
        with parts.held(folder):
            writing.set()
            over.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    assert writing.wait(10)
    try:
        told = assert_problem(uploads.part(upload, 0, DATA), 409, "part-in-progress")
        assert told["retry_after"] == 1
        assert uploads.stand(upload) == "0"
    finally:
        over.set()
        other.join()
    assert uploads.part(upload, 0, DATA).status_code == 204


def test_the_end_waits_for_every_byte_and_for_the_right_ones(uploads, assert_problem, unchanged):
    upload = uploads.begin(content_digest=content_digest(b"other")).json()["id"]
    uploads.part(upload, 0, DATA[:-1])
    with unchanged():
        told = assert_problem(uploads.finish(upload), 409, "upload-incomplete")
    assert told["offset"] == len(DATA) - 1
    uploads.part(upload, len(DATA) - 1, DATA[-1:])
    with unchanged():
        assert_problem(uploads.finish(upload), 400, "digest-mismatch")
    assert Batch.objects.count() == 0


def test_a_repeated_end_is_answered_as_the_first(uploads, publish):
    upload = uploads.begin(key="day-1").json()["id"]
    uploads.part(upload, 0, DATA)
    first, again = uploads.finish(upload), uploads.finish(upload)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json()["batch"] == first.json()["batch"]
    # The key is the publication's: the same body sent at once is a repetition, too.
    whole = publish(DATA, **{"Idempotency-Key": "day-1"})
    assert whole["Idempotent-Replayed"] == "true"
    assert Batch.objects.count() == 1


def test_beginning_again_with_the_same_key_finds_the_upload(uploads, assert_problem):
    begun = uploads.begin(key="day-1")
    uploads.part(begun.json()["id"], 0, DATA[:500])
    again = uploads.begin(key="day-1")
    assert (again.json()["id"], again.json()["offset"]) == (begun.json()["id"], 500)
    assert again["Idempotent-Replayed"] == "true"
    assert_problem(uploads.begin(DATA + b"\n", key="day-1"), 422, "idempotency-key-reused")
    assert Upload.objects.count() == 1


def test_a_refused_body_leaves_the_upload_open(uploads, assert_problem):
    bad = ndjson([row("11010x")])
    upload = uploads.begin(bad).json()["id"]
    uploads.part(upload, 0, bad)
    told = assert_problem(uploads.finish(upload), 422, "batch-refused")
    assert told["counts"] == [{"column": "code", "code": "pattern", "rows": 1}]
    assert Upload.objects.get().state == "open"
    assert Batch.objects.count() == 0


def test_a_compressed_body_in_parts(uploads):
    packed = gzip.compress(DATA)
    begun = uploads.begin(packed, content_encoding="gzip", content_digest=content_digest(packed))
    upload = begun.json()["id"]
    uploads.part(upload, 0, packed[:50])
    uploads.part(upload, 50, packed[50:])
    batch = uploads.finish(upload).json()["batch"]
    assert batch["inserted"] == len(ROWS)
    assert batch["body_digest"] == hashlib.sha256(packed).hexdigest()


def test_a_cancelled_upload_is_gone_with_its_bytes(uploads, assert_problem, store_dir):
    upload = uploads.begin(key="day-1").json()["id"]
    uploads.part(upload, 0, DATA)
    assert uploads.client.delete(f"{uploads.address}/{upload}").status_code == 204
    assert list((store_dir / "uploads").iterdir()) == []
    for refused in (uploads.part(upload, 0, DATA), uploads.finish(upload)):
        assert assert_problem(refused, 409, "upload-over")["state"] == "cancelled"
    assert Batch.objects.count() == 0
    # Its key is free again.
    assert uploads.begin(key="day-1").json()["id"] != upload


def test_after_a_day_without_a_part_an_upload_expires(uploads, store_dir):
    old, young = (uploads.begin().json()["id"] for _ in range(2))
    for upload in (old, young):
        uploads.part(upload, 0, DATA)
    Upload.objects.filter(pk=old).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_uploads(actor=CLOCK) == 1
    assert Upload.objects.get(pk=old).state == "expired"
    assert uploads.finish(old).status_code == 409
    assert uploads.finish(young).status_code == 201
    assert list((store_dir / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"kind": "recall"}, 422, "invalid"),
        ({"kind": "append"}, 409, "wrong-kind"),
        ({"content_type": "text/plain"}, 415, "unsupported-media-type"),
        ({"content_encoding": "br"}, 415, "unsupported-media-type"),
        ({"content_digest": "md5=:MTIz:"}, 400, "malformed"),
        ({"size": 0}, 422, "invalid"),
        ({"size": 3 * 1024**3}, 413, "body-too-large"),
        ({"colour": "red"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_published_is_not_begun(
    uploads, unchanged, assert_problem, changes, status, code
):
    with unchanged():
        assert_problem(uploads.begin(**changes), status, code)


def test_an_upload_is_its_publishers_alone(world, uploads, client_of, assert_problem):
    upload = uploads.begin().json()["id"]
    other = client_for(SystemFactory(department=world.provider))
    for client in (client_of("steward"), client_of("reader"), other):
        assert client.get(f"{uploads.address}/{upload}").status_code == 404
    assert_problem(
        other.post(uploads.address, {"kind": "snapshot", "content_type": "text/csv", "size": 1}),
        403,
        "not-the-publisher",
    )
    listed = uploads.client.get(uploads.address).json()["items"]
    assert [each["id"] for each in listed] == [upload]
    assert client_of("steward").get(uploads.address).json()["items"] == []


def test_only_so_many_uploads_are_open_at_once(uploads, assert_problem):
    for _ in range(20):
        assert uploads.begin().status_code == 201
    assert_problem(uploads.begin(), 409, "too-many-uploads")
    assert Upload.objects.count() == 20


def test_what_a_finish_would_do_is_told_before(world, uploads):
    data = ndjson([*ROWS[:3], row("11")])
    upload = uploads.begin(data).json()["id"]
    uploads.part(upload, 0, data)
    told = uploads.client.post(f"{uploads.address}/{upload}/rehearse", {})
    assert told.status_code == 200
    assert told.json()["would"]["outcome"] == "refused"
    assert told.json()["would"]["rejected"] == 1
    assert [error["line"] for error in told.json()["errors"]] == [4]
    rows = uploads.client.get(
        f"{uploads.address}/{upload}/rejects", headers={"Accept": "application/x-ndjson"}
    )
    lines = b"".join(rows.streaming_content).splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["_line"] == 4
    assert Upload.objects.get().state == "open"
    assert not Batch.objects.exists()


def test_nothing_is_told_of_an_upload_that_is_not_whole(uploads, assert_problem):
    upload = uploads.begin().json()["id"]
    for answer in (
        uploads.client.post(f"{uploads.address}/{upload}/rehearse", {}),
        uploads.client.get(f"{uploads.address}/{upload}/rejects"),
    ):
        assert_problem(answer, 409, "upload-incomplete")

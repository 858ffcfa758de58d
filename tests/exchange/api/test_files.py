"""Tables and batches as files: parts, tags, compression, links, and what each leaves behind."""

import gzip
import io
import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEvent, Credential
from exchange.actions.grants import revoke_grant
from exchange.actions.subscriptions import end_subscription
from exchange.models import Batch, Grant, GrantDay, UseEntry
from tests.factories.exchange import GRANTED, row

FIRST = [row(f"1101{number:02}", f"第{number}县") for number in range(1, 41)]


@pytest.fixture
def lane(world):
    world.publish(FIRST)
    return world.subscribe()


@pytest.fixture
def get(client_of, lane):
    """``get("table", Range="bytes=0-9")``: the answer to the reading system."""
    reader = client_of("reader")
    address = f"/api/v1/subscriptions/{lane.pk}"
    return lambda path="table", **headers: reader.get(f"{address}/{path}", headers=headers)


def whole(answer) -> bytes:
    return answer.getvalue()


def uses() -> int:
    return UseEntry.objects.count()


def test_a_part_is_the_bytes_of_the_whole_and_counts_as_its_share(get):
    all_of_it = whole(get(Accept="text/csv"))
    GrantDay.objects.all().delete()
    answer = get(Accept="text/csv", Range=f"bytes=10-{len(all_of_it) // 2}")
    assert answer.status_code == 206
    assert whole(answer) == all_of_it[10 : len(all_of_it) // 2 + 1]
    assert answer["Content-Range"] == f"bytes 10-{len(all_of_it) // 2}/{len(all_of_it)}"
    day = GrantDay.objects.get()
    assert (day.calls, 18 <= day.rows <= 21) == (1, True)
    detail = AuditEvent.objects.filter(verb="subscription.table_read").latest("id").detail
    assert detail["bytes"] == [10, len(all_of_it) // 2 + 1]


def test_a_broken_download_goes_on_where_it_broke_off(get):
    first = get(Accept="application/vnd.apache.parquet")
    etag, data = first["ETag"], whole(first)
    rest = get(Accept="application/vnd.apache.parquet", Range="bytes=100-", **{"If-Range": etag})
    assert data[:100] + whole(rest) == data
    other = {"If-Range": '"another"', "Range": "bytes=100-"}
    again = get(Accept="application/vnd.apache.parquet", **other)
    assert (again.status_code, whole(again)) == (200, data)


def test_a_part_beyond_the_end_is_refused_and_nothing_is_noted(get):
    size = len(whole(get()))
    before = uses()
    answer = get(Range=f"bytes={size}-")
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{size}")
    assert (answer.content, uses()) == (b"", before)


def test_who_has_the_file_gets_nothing_and_nothing_is_noted(get):
    etag = get()["ETag"]
    before = uses()
    answer = get(**{"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert uses() == before


def test_head_tells_of_the_file_and_gives_nothing_of_it(get, client_of, lane):
    all_of_it = get()
    before = uses()
    address = f"/api/v1/subscriptions/{lane.pk}/table"
    answer = client_of("reader").head(address)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == str(len(whole(all_of_it)))
    for name in ("ETag", "X-Rows", "X-Next-Cursor", "Accept-Ranges"):
        assert answer[name] == all_of_it[name]
    assert uses() == before


@pytest.mark.parametrize("media_type", ["text/csv", "application/x-ndjson"])
def test_text_goes_out_compressed_with_a_tag_of_its_own(get, media_type):
    plain = get(Accept=media_type)
    packed = get(Accept=media_type, **{"Accept-Encoding": "gzip"})
    zstd = get(Accept=media_type, **{"Accept-Encoding": "gzip, zstd"})
    assert (packed["Content-Encoding"], zstd["Content-Encoding"]) == ("gzip", "zstd")
    assert len({answer["ETag"] for answer in (plain, packed, zstd)}) == 3
    assert "Accept-Encoding" in packed["Vary"]
    expected = whole(plain)
    assert gzip.decompress(whole(packed)) == expected
    stream = pa.CompressedInputStream(io.BytesIO(whole(zstd)), "zstd")
    assert stream.read() == expected
    again = get(Accept=media_type, **{"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_parquet_is_not_compressed_twice(get):
    accept = {"Accept": "application/vnd.apache.parquet", "Accept-Encoding": "gzip, zstd"}
    assert "Content-Encoding" not in get(**accept)


@pytest.mark.parametrize(
    ("media_type", "read"),
    [
        ("application/x-ndjson", lambda data: [json.loads(line) for line in data.splitlines()]),
        (
            "application/vnd.apache.parquet",
            lambda data: pq.read_table(io.BytesIO(data)).to_pylist(),
        ),
    ],
)
def test_a_batch_is_a_file_with_the_granted_items_alone(get, world, media_type, read):
    world.publish([row("110101", "东城区"), {"code": "110102", "_op": "delete"}], "changes")
    answer = get("batches/2", Accept=media_type)
    rows = read(whole(answer))
    assert [(r["_op"], r["code"]) for r in rows] == [("upsert", "110101"), ("delete", "110102")]
    assert list(rows[0]) == ["_op", "_seq", *GRANTED]
    assert (answer["X-Last-Number"], answer["X-Rows"]) == ("2", "2")
    line = UseEntry.objects.latest("id")
    assert (line.channel, line.first_number, line.last_number, line.rows) == ("changes", 2, 3, 2)
    assert whole(get("batches/2", Accept=media_type)) == whole(get("batches/2", Accept=media_type))


def test_a_batch_that_is_not_there_or_was_recalled_is_given_to_nobody(get, world, assert_problem):
    assert_problem(get("batches/7"), 404, "not-found")
    world.publish([row("110199")], "changes")
    Batch.objects.filter(number=1).update(recalled_by=Batch.objects.get(number=2))
    before = uses()
    assert_problem(get("batches/1"), 410, "batch-recalled")
    assert uses() == before


@pytest.fixture
def link(client_of, lane):
    """``link(format="csv")``: the path of a new link, and the answer."""
    reader = client_of("reader")

    def make(**body):
        address = f"/api/v1/subscriptions/{lane.pk}/links"
        answer = reader.post(address, {"format": "csv", **body})
        assert answer.status_code == 201, answer.json()
        return "/api/v1/" + answer.json()["url"].partition("/api/v1/")[2]

    return make


def follow(path, **headers):
    return APIClient().get(path, headers=headers)


def test_a_link_opens_its_file_without_a_credential_and_names_the_system(link, get, world):
    path = link()
    before = uses()
    answer = follow(path)
    assert whole(answer) == whole(get(Accept="text/csv"))
    line = UseEntry.objects.order_by("id")[before]
    assert (line.channel, line.system_id, line.rows) == ("table", world.reader.pk, len(FIRST))
    assert line.credential_id is not None
    event = AuditEvent.objects.get(verb="subscription.link_followed")
    assert (event.actor_kind, event.actor_id) == ("system", world.reader.pk)
    assert follow(path, Range="bytes=0-9").status_code == 206


def test_a_link_stays_with_its_file_when_more_is_published(link, world):
    path, batch = link(), link(number=1, format="ndjson")
    before = whole(follow(path))
    world.publish([row("110199")], "changes")
    assert whole(follow(path)) == before
    assert len(whole(follow(batch)).splitlines()) == len(FIRST)


@pytest.mark.parametrize("minutes", [4, 61, 0, -5, "always"])
def test_a_link_lives_from_five_minutes_to_an_hour(client_of, lane, minutes, assert_problem):
    address = f"/api/v1/subscriptions/{lane.pk}/links"
    answer = client_of("reader").post(address, {"format": "csv", "minutes": minutes})
    assert_problem(answer, 422, "invalid")


def test_a_link_ends_with_its_time(link, assert_problem):
    path = link(minutes=5)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert_problem(follow(path), 410, "link-expired")


def test_a_link_cannot_be_made_up_or_changed(link, assert_problem):
    path = link()
    before = uses()
    token = path.rpartition("/")[2]
    body, _, signature = token.rpartition(":")
    for forged in (body, f"{body}x:{signature}", f"{body}:{signature[:-2]}", "x:y", signature):
        assert_problem(follow(f"/api/v1/links/{forged}"), 404, "not-found")
    assert uses() == before


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (
            lambda world, lane: revoke_grant(
                Grant.objects.get(), actor=world.actor("head"), reason="停"
            ),
            "grant-ended",
        ),
        (
            lambda world, lane: end_subscription(lane, actor=world.actor("asker"), reason="停"),
            "grant-ended",
        ),
        (lambda world, lane: Grant.objects.update(edition=2), "link-expired"),
        (
            lambda world, lane: Grant.objects.update(masks={"name": {"kind": "full"}}),
            "link-expired",
        ),
        (lambda world, lane: Grant.objects.update(state="suspended"), "grant-suspended"),
        (lambda world, lane: Credential.objects.update(revoked_at=timezone.now()), "link-expired"),
        (
            lambda world, lane: world.dataset.snapshots.all().delete(),
            "link-expired",
        ),
    ],
)
def test_a_link_dies_with_what_it_stands_for(link, world, lane, end, code):
    path = link()
    end(world, lane)
    before = uses()
    answer = follow(path)
    assert answer.status_code in (403, 410)
    assert (answer.json()["code"], uses()) == (code, before)


def test_a_link_keeps_to_the_networks_of_the_grant(link, world, assert_problem):
    path = link()
    Grant.objects.update(networks=["10.9.0.0/16"])
    assert_problem(follow(path), 403, "network-not-granted")

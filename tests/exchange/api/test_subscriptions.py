"""Subscriptions over HTTP: opening, pulling, the whole table, what was delivered."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from exchange.actions.deliveries import deliver_due
from exchange.models import Subscription
from kernel.models import StoredAnswer
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import GRANTED, SECRET, make_world, row
from tests.people import client_for

FIRST = [row("110101"), row("110102"), row("110103")]


@pytest.fixture
def lane(world):
    return world.subscribe()


@pytest.fixture
def address(lane):
    return f"/api/v1/subscriptions/{lane.pk}"


@pytest.fixture
def changes(client_of, address):
    """``changes("cursor=...", Accept=...)``: the answer to the reading system."""
    reader = client_of("reader")
    return lambda query="", **headers: reader.get(f"{address}/changes?{query}", headers=headers)


def open_by_http(client_of, world, **body):
    body = {"grant": str(world.grant().pk), **body}
    return client_of("asker").post("/api/v1/subscriptions", body)


def test_a_webhook_shows_its_secret_once(world, client_of, receiver):
    headers = {"Idempotency-Key": "open-1"}
    body = {"grant": str(world.grant().pk), "mode": "webhook", "url": receiver.url}
    client = client_of("asker")
    first = client.post("/api/v1/subscriptions", body, headers=headers)
    secret = first.json()["secret"]
    assert first.status_code == 201
    assert secret.startswith("whsec_")
    again = client.post("/api/v1/subscriptions", body, headers=headers)
    assert (again.status_code, again.json()["secret"]) == (201, None)
    assert again.json()["id"] == first.json()["id"]
    assert "secret" not in client.get(f"/api/v1/subscriptions/{first.json()['id']}").json()
    told = str([*AuditEvent.objects.values(), *StoredAnswer.objects.values()])
    assert secret not in told


def test_a_sinks_connection_is_never_shown(world, client_of, target):
    opened = open_by_http(
        client_of,
        world,
        mode="sink",
        dsn=target.dsn,
        target_schema="shared",
        target_table="divisions",
    )
    assert opened.status_code == 201, opened.json()
    listed = client_of("reader").get("/api/v1/subscriptions").content.decode()
    for text in (opened.content.decode(), listed):
        assert target.dsn not in text
        assert "password" not in text
        assert "sealed" not in text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"mode": "pull", "url": "https://a.example"}, "#/url"),
        ({"mode": "webhook"}, "#/url"),
        ({"mode": "sink", "dsn": "x", "target_table": "t"}, "#/target_schema"),
        (
            {"mode": "sink", "dsn": "x", "target_schema": "s", "target_table": "t; DROP TABLE x"},
            "#/target_table",
        ),
        (
            {"mode": "sink", "dsn": "host=a b", "target_schema": "s", "target_table": "t"},
            "#/dsn",
        ),
        ({"mode": "webhook", "url": "https://127.0.0.1/hook"}, "#/url"),
        ({"mode": "carrier pigeon"}, "#/mode"),
        ({}, "#/mode"),
    ],
)
def test_a_wrong_destination_is_named(world, client_of, body, pointer):
    answer = open_by_http(client_of, world, **body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Subscription.objects.exists()


def test_a_page_of_changes_as_json(world, changes):
    world.publish(FIRST)
    answer = changes("limit=2")
    page = json.loads(answer.content)
    assert list(page) == ["items", "next_cursor", "has_more", "last_number"]
    assert list(page["items"][0]) == ["_batch", "_op", "_seq", *GRANTED]
    assert (len(page["items"]), page["has_more"], page["last_number"]) == (2, True, 1)
    assert answer["X-Next-Cursor"] == page["next_cursor"]
    assert answer["Cache-Control"] == "private, no-store"
    assert f"cursor={page['next_cursor'][:20]}" in answer["Link"]
    rest = json.loads(changes(f"cursor={page['next_cursor']}").content)
    assert [item["code"] for item in rest["items"]] == ["110103"]
    assert rest["has_more"] is False


def test_every_format_of_a_page_holds_the_same(world, changes):
    world.publish(FIRST)
    world.publish([{"code": "110102", "_op": "delete"}], "changes")
    types = {
        "json": "application/json",
        "ndjson": "application/x-ndjson",
        "csv": "text/csv",
        "parquet": "application/vnd.apache.parquet",
        "arrow": "application/vnd.apache.arrow.stream",
    }
    bodies = {}
    for name, media_type in types.items():
        answer = changes(Accept=media_type)
        assert answer.status_code == 200
        assert answer["Content-Type"].split(";")[0] == media_type
        assert (answer["X-Has-More"], answer["X-Last-Number"]) == ("false", "2")
        bodies[name] = answer.content
    rows = {
        "json": json.loads(bodies["json"])["items"],
        "ndjson": [json.loads(line) for line in bodies["ndjson"].splitlines()],
        "csv": list(csv.DictReader(io.StringIO(bodies["csv"].decode()))),
        "parquet": pq.read_table(io.BytesIO(bodies["parquet"])).to_pylist(),
        "arrow": pa.ipc.open_stream(bodies["arrow"]).read_all().to_pylist(),
    }
    plain = {
        name: [[str(value or "") for value in record.values()] for record in records]
        for name, records in rows.items()
    }
    assert len(plain["json"]) == 4
    assert all(records == plain["json"] for records in plain.values())
    assert not any(SECRET.encode() in body for body in bodies.values())


def test_the_same_cursor_gives_the_same_bytes_over_http(world, changes):
    world.publish(FIRST)
    cursor = json.loads(changes("limit=1").content)["next_cursor"]
    first, again = (changes(f"cursor={cursor}&limit=2", Accept="text/csv") for _ in range(2))
    assert first.content == again.content


def test_an_unknown_format_is_refused(world, changes, assert_problem):
    world.publish(FIRST)
    before = AuditEvent.objects.count()
    assert_problem(changes(Accept="application/pdf"), 406, "not-acceptable")
    assert AuditEvent.objects.count() == before


def test_a_cursor_of_another_grant_is_gone(world, changes, client_of, assert_problem):
    world.publish(FIRST)
    other = world.subscribe()
    page = client_of("reader").get(f"/api/v1/subscriptions/{other.pk}/changes?limit=1").content
    answer = changes(f"cursor={json.loads(page)['next_cursor']}")
    assert_problem(answer, 410, "cursor-expired")


def test_only_the_subscriptions_own_system_reads(world, address, client_of, assert_problem):
    world.publish(FIRST)
    sister = client_for(SystemFactory(department=world.requester))
    stranger = client_for(make_world().reader)
    for client in (sister, stranger, client_of("publisher")):
        for deed in ("changes", "table", "deliveries"):
            assert_problem(client.get(f"{address}/{deed}"), 404, "not-found")
    for who in ("asker", "head"):
        for deed in ("changes", "table"):
            assert_problem(client_of(who).get(f"{address}/{deed}"), 403, "forbidden")
    assert not AuditEvent.objects.filter(verb="subscription.read").exists()


def test_the_table_is_a_file_with_the_place_in_its_headers(world, address, client_of, changes):
    world.publish(FIRST)
    reader = client_of("reader")
    answer = reader.get(f"{address}/table", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [r["code"] for r in rows] == ["110101", "110102", "110103"]
    assert "contact" not in rows[0]
    assert (answer["X-Rows"], answer["X-Last-Number"]) == ("3", "1")
    world.publish([row("110104")], "changes")
    page = json.loads(changes(f"cursor={answer['X-Next-Cursor']}").content)
    assert [item["code"] for item in page["items"]] == ["110104"]
    again = reader.get(f"{address}/table", headers={"Accept": "text/csv"})
    assert again.getvalue().count(b"\n") == 5
    assert again["ETag"] != answer["ETag"]


def test_an_empty_dataset_has_no_table_over_http(address, client_of, assert_problem):
    answer = client_of("reader").get(f"{address}/table")
    assert_problem(answer, 422, "invalid")


def test_behind_nginx_the_file_is_only_named(world, address, client_of, settings):
    settings.ACCEL_REDIRECT = True
    world.publish(FIRST)
    answer = client_of("reader").get(f"{address}/table")
    assert answer.content == b""
    assert answer["X-Accel-Redirect"].startswith("/_store/projections/")
    assert (settings.STORE_DIR / answer["X-Accel-Redirect"].removeprefix("/_store/")).is_file()


def test_a_subscription_is_paused_resumed_and_ended(address, client_of, assert_problem):
    asker = client_of("asker")
    assert asker.post(f"{address}/pause", {"reason": "升级"}).json()["state"] == "paused"
    assert asker.post(f"{address}/resume").json()["state"] == "active"
    assert_problem(asker.post(f"{address}/resume"), 409, "illegal-move")
    assert_problem(client_of("head").post(f"{address}/end", {"reason": "无"}), 403, "forbidden")
    assert asker.post(f"{address}/end", {"reason": "不再需要"}).json()["state"] == "ended"
    assert_problem(client_of("reader").get(f"{address}/changes"), 403, "grant-ended")


def test_deliveries_tell_what_arrived_and_what_does_not(world, client_of, receiver):
    opened = open_by_http(client_of, world, mode="webhook", url=receiver.url).json()
    world.publish(FIRST)
    receiver.answers.append((503, {}))
    deliver_due(actor=CLOCK)
    for who in ("asker", "reader", "head"):
        answer = client_of(who).get(f"/api/v1/subscriptions/{opened['id']}/deliveries")
        (told,) = answer.json()["items"]
        assert (told["number"], told["attempts"], told["response_status"]) == (1, 1, 503)
        assert (told["delivered_at"], told["last_error"]) == (None, "status-503")
    shown = client_of("asker").get(f"/api/v1/subscriptions/{opened['id']}").json()
    assert (shown["position"], shown["last_number"], shown["attempts"]) == (0, 1, 1)

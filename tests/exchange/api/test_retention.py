"""Retention and damage over HTTP: the time is set, what is gone says where to go on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.retention import expire_batches
from exchange.actions.scrubs import scrub_blobs
from exchange.models import Batch, Dataset
from exchange.storage import store
from tests.factories.exchange import row


@pytest.fixture
def address(world):
    return f"/api/v1/datasets/{world.dataset.pk}"


def set_days(client, address, days):
    tag = client.get(address).headers["ETag"]
    return client.patch(address, {"retain_days": days}, format="json", headers={"If-Match": tag})


@pytest.fixture
def expired(world, client_of, address):
    """Of four batches three are gone."""
    for number in range(1, 5):
        world.publish([row(f"11010{number}")], "changes")
    past = timezone.now() - timedelta(days=8)
    world.dataset.batches.filter(number__lte=3).update(created_at=past)
    assert set_days(client_of("steward"), address, 7).status_code == 200
    assert expire_batches(actor=CLOCK) == 3
    return world


def test_the_provider_sets_how_long_bytes_stay(client_of, address):
    steward = client_of("steward")
    assert steward.get(address).json()["retain_days"] is None
    assert set_days(steward, address, 365).json()["retain_days"] == 365
    assert set_days(steward, address, None).json()["retain_days"] is None


def test_only_with_the_version_that_was_read(client_of, address, assert_problem):
    steward = client_of("steward")
    assert_problem(
        steward.patch(address, {"retain_days": 30}, format="json"), 428, "precondition-required"
    )
    old = steward.get(address).headers["ETag"]
    set_days(steward, address, 30)
    stale = steward.patch(address, {"retain_days": 31}, format="json", headers={"If-Match": old})
    assert_problem(stale, 412, "stale")
    assert Dataset.objects.get().retain_days == 30


@pytest.mark.parametrize("days", [0, 6, -1, 40_000, "a", 7.5])
def test_a_time_that_cannot_be_is_refused(client_of, address, assert_problem, days):
    assert_problem(set_days(client_of("steward"), address, days), 422, "invalid")
    assert Dataset.objects.get().retain_days is None


def test_a_place_that_is_gone_says_where_to_go_on(expired, client_of, assert_problem):
    lane = expired.subscribe()
    reader = client_of("reader")
    changes = f"/api/v1/subscriptions/{lane.pk}/changes"
    gone = assert_problem(reader.get(changes), 410, "cursor-expired")
    assert gone["first_number"] == 4
    assert gone["table"].endswith(f"/api/v1/subscriptions/{lane.pk}/table")
    table = reader.get(f"/api/v1/subscriptions/{lane.pk}/table")
    assert table.getvalue().count(b"\n") == 4
    expired.publish([row("110105")], "changes")
    after = reader.get(changes, {"cursor": table.headers["X-Next-Cursor"]}).json()
    assert [item["code"] for item in after["items"]] == ["110105"]


def test_the_log_says_which_batches_are_gone(expired, client_of, address):
    steward = client_of("steward")
    listed = steward.get(f"{address}/batches").json()["items"]
    assert [batch["expired_at"] is None for batch in listed] == [False, False, False, True]
    assert steward.get(address).json()["first_number"] == 4


def test_who_received_says_what_it_cannot_know(
    expired, client_of, address, api, actor_of, assert_problem
):
    lane = expired.subscribe()
    assert_problem(
        client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes"), 410, "cursor-expired"
    )
    client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/table").getvalue()
    auditor = api(actor_of("auditor"))
    body = {"key": {"code": "110101"}}
    found = auditor.post(f"{address}/who-received", body, format="json").json()
    assert found["gone_until"] == 3
    assert [(item["channel"], item["certain"]) for item in found["items"]] == [("table", True)]


def test_who_received_lists_what_was_given_of_batches_that_are_gone(
    world, client_of, address, api, actor_of
):
    for number in range(1, 4):
        world.publish([row(f"11010{number}")], "changes")
    lane = world.subscribe()
    client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes")
    world.dataset.batches.filter(number__lte=2).update(
        created_at=timezone.now() - timedelta(days=8)
    )
    set_days(client_of("steward"), address, 7)
    expire_batches(actor=CLOCK)
    auditor = api(actor_of("auditor"))
    for code in ("110101", "110199"):
        body = {"key": {"code": code}}
        found = auditor.post(f"{address}/who-received", body, format="json").json()
        assert [item["certain"] for item in found["items"]] == [False]


def test_damage_is_a_clear_problem_that_names_the_batch(world, client_of, assert_problem):
    for number in range(1, 4):
        world.publish([row(f"11010{number}")], "changes")
    lane = world.subscribe()
    path = store().path(Batch.objects.get(number=2).digest)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.chmod(0o640)
    path.write_bytes(bytes(data))
    answer = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes")
    problem = assert_problem(answer, 503, "bytes-damaged")
    assert problem["batch"] == 2
    assert "batch 2" in problem["detail"]
    assert answer.headers["Retry-After"]
    scrub_blobs(actor=CLOCK)
    listed = client_of("steward").get(f"/api/v1/datasets/{world.dataset.pk}/batches").json()
    assert [batch["damaged_at"] is None for batch in listed["items"]] == [True, False, True]


def test_the_figures_tell_of_damage(world, client, settings):
    settings.METRICS_TOKEN = "t" * 40
    world.publish([row("110101")])
    world.publish([row("110102")])
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert (
        'shuqiao_blobs_damaged{of="batch"} 0.0'
        in client.get("/metrics", headers=headers).content.decode()
    )
    store().delete(Batch.objects.get(number=2).digest)
    scrub_blobs(actor=CLOCK)
    told = client.get("/metrics", headers=headers).content.decode()
    assert 'shuqiao_blobs_damaged{of="batch"} 1.0' in told
    assert 'shuqiao_blobs_unverified_seconds{of="batch"}' in told

"""Pulling changes: waiting for them, and saying that they have arrived."""

import json
import threading
import time

import pytest

from exchange import waiting
from exchange.models import Grant, Subscription, UseEntry
from tests.factories.exchange import make_world, row
from tests.people import client_for

FIRST = [row("110101"), row("110102"), row("110103")]


@pytest.fixture
def lane(world):
    world.publish(FIRST)
    return world.subscribe()


@pytest.fixture
def address(lane):
    return f"/api/v1/subscriptions/{lane.pk}"


@pytest.fixture
def reader(client_of):
    return client_of("reader")


def tail(reader, address, limit=100):
    return json.loads(reader.get(f"{address}/changes?limit={limit}").content)["next_cursor"]


def acknowledge(reader, address, cursor):
    return reader.post(f"{address}/ack", {"cursor": cursor})


def test_what_has_arrived_moves_the_position_and_never_back(reader, address, lane, trail, world):
    world.publish([row("110104")], "changes")
    early, late = tail(reader, address, 3), tail(reader, address)
    assert Subscription.objects.get(pk=lane.pk).position == 0
    answer = acknowledge(reader, address, late)
    assert (answer.status_code, answer.json()["position"]) == (200, 2)
    assert acknowledge(reader, address, early).json()["position"] == 2
    assert trail("subscription.acknowledged") == [{"position": 2}]


def test_a_place_inside_a_batch_acknowledges_those_before_it(reader, address, world):
    world.publish([row("110104"), row("110105")], "changes")
    assert acknowledge(reader, address, tail(reader, address, 4)).json()["position"] == 1


def test_a_cursor_of_another_grant_acknowledges_nothing(reader, address, world, assert_problem):
    other = world.subscribe()
    strange = tail(reader, f"/api/v1/subscriptions/{other.pk}")
    assert_problem(acknowledge(reader, address, strange), 410, "cursor-expired")
    assert_problem(acknowledge(reader, address, "made:up"), 400, "bad-cursor")
    assert set(Subscription.objects.values_list("position", flat=True)) == {0}


def test_only_a_lane_that_pulls_is_acknowledged(client_of, world, receiver, assert_problem):
    world.publish(FIRST)
    lane = world.subscribe("webhook", url=receiver.url)
    address = f"/api/v1/subscriptions/{lane.pk}"
    reader = client_of("reader")
    answer = acknowledge(reader, address, tail(reader, address))
    assert_problem(answer, 409, "not-pulled")
    assert Subscription.objects.get(pk=lane.pk).position == 0


def test_after_the_end_of_the_right_nothing_is_acknowledged(reader, address, assert_problem):
    cursor = tail(reader, address)
    Grant.objects.update(state="revoked")
    assert_problem(acknowledge(reader, address, cursor), 403, "grant-ended")


def test_with_news_there_nobody_waits(reader, address):
    started = time.monotonic()
    assert json.loads(reader.get(f"{address}/changes?wait=20").content)["items"]
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("wait", ["-1", "31", "soon", "1.5"])
def test_a_wait_has_its_bounds(reader, address, wait, assert_problem):
    assert_problem(reader.get(f"{address}/changes?wait={wait}"), 422, "invalid")


def test_without_news_the_answer_is_empty_when_the_time_is_over(reader, address):
    cursor, before = tail(reader, address), UseEntry.objects.count()
    started = time.monotonic()
    page = json.loads(reader.get(f"{address}/changes?cursor={cursor}&wait=1").content)
    assert time.monotonic() - started >= 1
    assert (page["items"], page["next_cursor"]) == ([], cursor)
    assert UseEntry.objects.count() == before


def test_where_too_many_wait_the_answer_comes_at_once(reader, address, settings):
    settings.LONG_POLLS = 0
    started = time.monotonic()
    page = reader.get(f"{address}/changes?cursor={tail(reader, address)}&wait=20")
    assert json.loads(page.content)["items"] == []
    assert time.monotonic() - started < 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["publish", "revoke"])
def test_who_waits_is_woken_by_news_and_by_the_end_of_the_right(transactional_db, deed):
    world = make_world()
    world.publish(FIRST)
    lane, reader = world.subscribe(), client_for(world.reader)
    address = f"/api/v1/subscriptions/{lane.pk}"
    cursor = tail(reader, address)

    def change():
        from django.db import connection

        end = time.monotonic() + 10
        while not waiting.ROOM._waiting and time.monotonic() < end:
            time.sleep(0.05)
        if deed == "publish":
            world.publish([row("110104")], "changes")
        else:
            Grant.objects.update(state="revoked")
        connection.close()

    other = threading.Thread(target=change)
    other.start()
    answer = reader.get(f"{address}/changes?cursor={cursor}&wait=30")
    other.join()
    if deed == "publish":
        assert [item["code"] for item in json.loads(answer.content)["items"]] == ["110104"]
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "grant-ended")
    assert waiting.ROOM._waiting == 0

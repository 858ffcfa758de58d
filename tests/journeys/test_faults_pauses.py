"""SIGSTOP past the lease of a worker or web server in the middle of its work: another goes on, and
the one that comes back changes nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg2
import pytest

from accounts.models import AuditEvent
from config.launch import services
from config.launch.ports import free_port
from config.launch.processes import Processes, Server
from exchange.models import Batch, Dataset, Delivery, Subscription
from exchange.storage import store
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import World, row
from tests.journeys.test_kills import (
    FIRST,
    SECOND,
    THIRD,
    Publisher,
    arrived,
    bell,
    lanes,
    names,
    pulled,
    variables,
    wait_for,
)
from tests.receivers import Target

__all__ = ["lanes", "variables"]

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# LEASE_SECONDS of these platforms is 2.
PAUSE = 4.0


def whole_group(server: Server, number: int) -> None:
    """The server and every process it started."""
    os.killpg(os.getpgid(server.pid), number)


@contextmanager
def paused(server: Server) -> Iterator[None]:
    whole_group(server, signal.SIGSTOP)
    try:
        yield
    finally:
        whole_group(server, signal.SIGCONT)


def poll(done: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen within the time"
        time.sleep(0.05)


def told_once(lane: Subscription, numbers: range) -> None:
    booked = AuditEvent.objects.filter(verb="delivery.completed", subject_id=str(lane.pk))
    told = Counter(entry.detail["number"] for entry in booked)
    assert told == dict.fromkeys(numbers, 1)


def test_a_worker_stopped_while_it_writes_to_a_target(
    world: World, lanes: dict[str, Subscription], target: Target, variables: Any, start_worker: Any
) -> None:
    platform = variables()
    ring = bell(platform)
    first = start_worker(platform)
    with psycopg2.connect(target.dsn) as holder, holder.cursor() as cursor:
        # The worker waits here, inside its transaction.
        cursor.execute("LOCK TABLE shared.divisions IN EXCLUSIVE MODE")
        world.publish(SECOND)
        ring()
        waiting = (
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND NOT l.granted"
        )
        poll(lambda: target.query(waiting)[0][0] > 0)
        with paused(first):
            token = Subscription.objects.get(pk=lanes["sink"].pk).lease_token
            time.sleep(PAUSE)
            second = start_worker(platform)
            wait_for(
                lambda: Subscription.objects.get(pk=lanes["sink"].pk).lease_token > token,
                ring,
                second,
            )
            holder.rollback()
    world.publish(THIRD)
    wait_for(lambda: arrived(3), ring, second)
    expected = names(THIRD)
    assert dict(target.rows("shared.divisions")) == expected
    assert pulled(world, lanes["pull"]) == expected
    assert target.offset() == [(1, 3)]
    effects = Counter(target.query("SELECT operation, code FROM shared.effects"))
    assert effects == {
        ("UPDATE", "110102"): 2,
        ("DELETE", "110103"): 1,
        ("INSERT", "110104"): 1,
        ("DELETE", "110101"): 1,
        ("INSERT", "110105"): 1,
    }
    told_once(lanes["sink"], range(1, 4))


def test_a_worker_stopped_while_it_calls_a_webhook(
    world: World,
    lanes: dict[str, Subscription],
    receiver: Any,
    variables: Any,
    start_worker: Any,
) -> None:
    platform = variables()
    ring = bell(platform)
    first = start_worker(platform)
    called, answer = threading.Event(), threading.Event()

    def hold_the_first() -> None:
        if not called.is_set():
            called.set()
            answer.wait(60)

    receiver.before_answer = hold_the_first
    world.publish(SECOND)
    ring()
    assert called.wait(60)
    with paused(first):
        answer.set()
        time.sleep(PAUSE)
        second = start_worker(platform)
        wait_for(lambda: arrived(2), ring, second)
    world.publish(THIRD)
    wait_for(lambda: arrived(3), ring, second)
    # The call that the first one made came twice, in order and under one id; it was booked once.
    assert receiver.numbers() == sorted(receiver.numbers())
    assert Counter(receiver.numbers()) == {1: 1, 2: 2, 3: 1}
    told_once(lanes["webhook"], range(1, 4))
    assert not Delivery.objects.filter(delivered_at=None).exists()
    assert not Subscription.objects.exclude(last_error="").exists()


@pytest.fixture
def start_another(processes: Processes, tmp_path: Any) -> Callable[[dict[str, str]], str]:
    """Start a second web server of the same platform; its address."""

    def start(platform: dict[str, str]) -> str:
        port = free_port()
        server = processes.start(services.web(platform, tmp_path / "web-2.log", port))
        server.wait_until(lambda: services.answers(port), timeout=60)
        return f"http://127.0.0.1:{port}"

    return start


def in_transaction(app_dsn: str) -> int:
    """Connections of a platform that wait inside a transaction."""
    with psycopg2.connect(app_dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize("place", ["publish.prepared", "publish.before_commit"])
def test_a_web_server_stopped_while_publishing(
    world: World,
    variables: Any,
    start_web: Any,
    start_another: Any,
    app_dsn: str,
    place: str,
) -> None:
    world.publish(FIRST)
    lane = world.subscribe()
    known = set(store().iter_digests())
    # It stays five seconds at the place, which is long enough to be stopped there.
    armed = variables(f"{place}:stop")
    web = start_web(armed)
    other = start_another(variables())
    slow, quick = Publisher(world, armed["PUBLIC_URL"]), Publisher(world, other)
    reached = {
        "publish.prepared": lambda: set(store().iter_digests()) > known,
        "publish.before_commit": lambda: in_transaction(app_dsn) > 0,
    }[place]
    with ThreadPoolExecutor(2) as outside:
        first = outside.submit(slow.send, SECOND, "day-2")
        poll(reached)
        with paused(web):
            again = outside.submit(quick.send_until_answered, SECOND, "day-2")
            time.sleep(PAUSE)
            held = sorted(Batch.objects.values_list("number", flat=True))
            # What the stopped one has not committed is another's to publish, or waits for it.
            assert held == ([1, 2] if place == "publish.prepared" else [1])
        answers = [first.result(), again.result()]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert {answer.json()["batch"]["number"] for answer in answers} == {2}
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]
    assert Dataset.objects.get().last_number == 2
    assert sorted(Batch.objects.values_list("number", flat=True)) == [1, 2]
    assert pulled(world, lane) == names(SECOND)
    published = AuditEvent.objects.filter(verb="batch.published")
    assert sorted(entry.detail["number"] for entry in published) == [1, 2]


def test_a_web_server_stopped_while_it_is_pulled_from(
    world: World, variables: Any, start_web: Any, start_another: Any
) -> None:
    world.publish([row(f"1101{n:02d}") for n in range(40)])
    for n in range(40, 80, 10):
        world.publish([row(f"1101{n + k:02d}") for k in range(10)], "changes")
    lane = world.subscribe()
    platform = variables()
    web = start_web(platform)
    addresses = [platform["PUBLIC_URL"], start_another(platform)]
    headers = {"Authorization": f"Bearer {CredentialFactory(system=world.reader).secret}"}
    got: list[tuple[int, int]] = []
    cursor, turn, unanswered = None, 0, 0
    with httpx2.Client(trust_env=False, timeout=1.5, headers=headers) as client:
        while True:
            turn += 1
            params = {"limit": "7", **({"cursor": cursor} if cursor else {})}
            address = f"{addresses[turn % 2]}/api/v1/subscriptions/{lane.pk}/changes"
            if turn % 4 == 2:
                # The server is stopped with the request on its way to it.
                with paused(web), pytest.raises(httpx2.TimeoutException):
                    client.get(address, params=params)
                unanswered += 1
                continue
            page = client.get(address, params=params).json()
            got += [(item["_batch"], item["_seq"]) for item in page["items"]]
            cursor = page["next_cursor"]
            if not page["has_more"] and not page["items"]:
                break
    assert unanswered >= 2
    # Every record once, in order.
    assert got == [(1, n) for n in range(1, 41)] + [
        (batch, n) for batch in range(2, 6) for n in range(1, 11)
    ]
    lane.refresh_from_db()
    assert lane.position == 5

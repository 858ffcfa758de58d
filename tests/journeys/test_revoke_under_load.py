"""A right revoked while everything runs: nothing new starts after the answer, streams break off."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Event, Semaphore
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from celery import Celery

from accounts.actor import CLOCK
from config.launch.processes import Server
from exchange.actions.reads import read_table
from exchange.actions.upkeep import fold_due
from exchange.models import Subscription, UseEntry
from exchange.storage import projections
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import PURPOSE, World, make_world, row
from tests.people import client_for
from tests.receivers import HookReceiver, Target
from tests.threads import side_by_side

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 150_000
STREAMS = 4
# The platform's promise for what is under way.
CUT_OFF_SECONDS = 30
# A reader slow enough that the whole file would take it minutes.
PAUSE, PIECE = 0.1, 32 * 1024


@dataclass
class Stream:
    """How one long answer went: its length, what came of it, when it ended."""

    status: int
    announced: int
    arrived: int
    ended_at: float


@pytest.fixture
def world(transactional_db: None) -> World:
    made = make_world(is_queryable=True)
    made.publish([row(f"{n:06}", f"很长的名称用来占地方{n}" * 2) for n in range(ROWS)])
    return made


@pytest.fixture
def variables(
    platform_env: Callable[..., dict[str, str]],
    settings: Any,
    receiver: HookReceiver,
    target: Target,
) -> dict[str, str]:
    return platform_env(
        SEALING_KEYS=",".join(settings.SEALING_KEYS),
        EGRESS_TEST_ADDRESSES=",".join(settings.EGRESS_TEST_ADDRESSES),
    )


def bell(variables: dict[str, str]) -> Callable[[], None]:
    """Ring for deliveries, as the timetable does."""
    app = Celery("bell", broker=variables["REDIS_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": "shuqiao:"}
    return lambda: app.send_task("exchange.deliver_due", queue="deliver", expires=10)


def read_slowly(url: str, lane: Subscription, secret: str, begun: Semaphore) -> Stream:
    """The table by a raw connection with a small buffer, piece by piece; tells when it began."""
    port = urlsplit(url).port or 0
    head = (
        f"GET /api/v1/subscriptions/{lane.pk}/table HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {secret}\r\nAccept: application/x-ndjson\r\n"
        "Connection: close\r\n\r\n"
    )
    with closing(socket.socket()) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        peer.settimeout(60)
        peer.connect(("127.0.0.1", port))
        peer.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += peer.recv(PIECE)
        begun.release()
        top, _, body = answer.partition(b"\r\n\r\n")
        lines = top.decode().lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if "content-length" in line)
        arrived = len(body)
        try:
            while piece := peer.recv(PIECE):
                arrived += len(piece)
                time.sleep(PAUSE)
        except ConnectionError:
            pass
        return Stream(int(lines[0].split()[1]), length, arrived, time.monotonic())


@dataclass
class Run:
    """A platform under load, the moment of the revocation, and the end of the load."""

    world: World
    variables: dict[str, str]
    lane: Subscription
    revoked_at: float = float("inf")

    def __post_init__(self) -> None:
        self.stop, self.begun = Event(), Semaphore(0)
        self.url = self.variables["PUBLIC_URL"]
        self.base = f"{self.url}/api/v1/subscriptions/{self.lane.pk}"
        self.lookup = f"{self.url}/api/v1/datasets/{self.world.dataset.pk}/lookup"
        self.secret = CredentialFactory(system=self.world.reader).secret
        self.headers = {"Authorization": f"Bearer {self.secret}", "X-Purpose": PURPOSE}
        self.ring = bell(self.variables)

    def poll(self, address: str, body: Any = None) -> list[tuple[float, str]]:
        """Ask as fast as it goes; when each call began, and what came of it."""
        told = []
        with httpx2.Client(trust_env=False, timeout=60, headers=self.headers) as client:
            while not self.stop.is_set():
                started = time.monotonic()
                answer = client.post(address, json=body) if body else client.get(address)
                ok = answer.status_code == 200
                told.append((started, "ok" if ok else answer.json()["code"]))
        return told

    def publish(self) -> int:
        """A batch every moment; how many."""
        number = 0
        while not self.stop.is_set():
            self.world.publish([row(f"{number:06}", f"新名{number}")], "changes")
            self.ring()
            number += 1
            time.sleep(0.3)
        return number

    def revoke(self) -> int:
        """Revoke over HTTP when every stream has begun and all else has run a while; the status."""
        head = client_for(self.world.people["head"])._credentials
        headers = {
            "Authorization": head["HTTP_AUTHORIZATION"],
            "X-Acting-Department": head["HTTP_X_ACTING_DEPARTMENT"],
        }
        address = f"{self.url}/api/v1/grants/{self.lane.grant_id}/revoke"
        try:
            for _ in range(STREAMS):
                assert self.begun.acquire(timeout=60)
            time.sleep(6)
            with httpx2.Client(trust_env=False, timeout=60, headers=headers) as client:
                answer = client.post(address, json={"reason": "使用目的已实现"})
            self.revoked_at = time.monotonic()
            time.sleep(4)
            return answer.status_code
        finally:
            self.stop.set()


def require_cut_off(stream: Stream, run: Run) -> None:
    """It had begun, and ended in time without being whole."""
    assert stream.status == 200
    assert stream.announced > 20_000_000
    assert stream.arrived < stream.announced
    assert stream.ended_at - run.revoked_at < CUT_OFF_SECONDS


def require_refused(polled: list[tuple[float, str]], run: Run) -> None:
    """Calls had their way before, and none that began afterwards."""
    before = [code for started, code in polled if started < run.revoked_at - 1]
    after = {code for started, code in polled if started > run.revoked_at}
    assert "ok" in before
    assert after == {"grant-ended"}


def test_after_the_answer_nothing_starts_and_what_runs_breaks_off(
    world: World,
    variables: dict[str, str],
    start_web: Callable[..., Server],
    start_worker: Callable[..., Server],
    receiver: HookReceiver,
    target: Target,
) -> None:
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    world.subscribe("webhook", grant, url=receiver.url)
    where = {"target_schema": "shared", "target_table": "divisions"}
    world.subscribe("sink", grant, dsn=target.dsn, **where)
    fold_due(actor=CLOCK)
    read_table(lane, actor=world.actor("reader"), format="ndjson")
    web, worker = start_web(variables), start_worker(variables)
    run = Run(world, variables, lane)
    calls_at: list[float] = []
    receiver.before_answer = lambda: calls_at.append(time.monotonic())

    slow = [lambda: read_slowly(run.url, lane, run.secret, run.begun)] * STREAMS
    quick = [
        lambda: run.poll(f"{run.base}/changes?limit=50"),
        lambda: run.poll(run.lookup, {"where": {"code": "000001"}}),
    ]
    *streams, pages, found, batches, status = side_by_side([*slow, *quick, run.publish, run.revoke])

    assert status == 200, web.last_words(20)
    assert batches > 5
    for each in streams:
        require_cut_off(each, run)
    require_refused(pages, run)
    require_refused(found, run)
    # One call may have been on its way; none begins afterwards.
    assert all(moment < run.revoked_at + 1 for moment in calls_at), worker.last_words(20)
    assert set(Subscription.objects.values_list("state", flat=True)) == {"ended"}
    settled, lines = target.offset(), UseEntry.objects.count()
    world.publish([row("999999")], "changes")
    run.ring()
    time.sleep(2)
    assert target.offset() == settled
    answer = httpx2.get(f"{run.base}/table", headers=run.headers, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (403, "grant-ended")
    assert UseEntry.objects.count() == lines
    assert not list(projections().glob(f"{grant.pk.hex}-*/*"))
    log = web.log.read_text()
    assert "answer_cut_off" in log
    assert "Traceback" not in log, log[-3000:]

"""The servers beneath fail: Valkey loses everything, PostgreSQL is killed, a target's connection is
lost at COMMIT. In the end source, log and targets are equal and nothing is twice."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import psycopg2
import pytest
import redis
from celery import Celery
from psycopg2.extensions import make_dsn, parse_dsn

from accounts.models import AuditEvent
from config import env
from config.env import BASE_DIR
from config.launch import services
from config.launch.home import TEST_SLOTS, open_home
from config.launch.ports import free_port
from config.launch.processes import Processes, Server
from config.launch.servers import start_servers
from exchange.models import Batch, Subscription
from tests.factories.exchange import GRANTED, World, ndjson, row
from tests.journeys.test_kills import (
    FIRST,
    SECOND,
    THIRD,
    WATCH,
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

pytestmark = [pytest.mark.journey, pytest.mark.slow]
RECOVERY = 120
on_our_database = pytest.mark.django_db(transaction=True)


@on_our_database
def test_valkey_loses_everything_again_and_again(
    world: World,
    lanes: dict[str, Subscription],
    receiver: Any,
    target: Target,
    variables: Any,
    start_web: Any,
    start_worker: Any,
    start_beat: Any,
) -> None:
    platform = variables()
    servers = [start_web(platform), start_worker(platform)]
    start_beat(platform)
    publisher = Publisher(world, platform["PUBLIC_URL"])
    broker, _, number = platform["REDIS_URL"].rpartition("/")
    # The broker's database and the cache's, which lies behind it.
    databases = [redis.Redis.from_url(f"{broker}/{int(number) + n}") for n in (0, 1)]
    lost = 0
    versions = [[row(f"1101{n:02d}", f"第{v}版") for n in range(20)] for v in range(2, 14)]
    for version, rows in enumerate(versions, start=2):
        answer = publisher.send(rows, f"day-{version}")
        assert answer.status_code == 201, answer.text
        for database in databases:
            lost += database.dbsize()
            database.flushdb()
    assert lost > 0
    wait_for(lambda: arrived(13), lambda: None, servers[1])
    assert publisher.attempts == 12
    expected = names(versions[-1])
    assert dict(target.rows("shared.divisions")) == expected
    assert pulled(world, lanes["pull"]) == expected
    assert target.offset() == [(1, 13)]
    assert receiver.numbers() == sorted(receiver.numbers())
    assert set(receiver.numbers()) == set(range(1, 14))
    booked = AuditEvent.objects.filter(verb="delivery.completed", subject_id=lanes["sink"].pk)
    assert Counter(entry.detail["number"] for entry in booked) == dict.fromkeys(range(1, 14), 1)


class CommitCutter:
    """A relay before a database that ends the connection when a COMMIT passes, as often as asked.

    ``after``: the COMMIT still arrives, only its answer is lost; else it never arrives.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.cuts: list[bool] = []
        self.done = 0
        self._lines: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._lines += [near, far]
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()
            threading.Thread(target=self._forth, args=(near, far), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := near.recv(65536):
                if self.cuts and piece == b"Q\x00\x00\x00\x0bCOMMIT\x00":
                    if self.cuts.pop(0):
                        # Nobody hears the answer.
                        near.shutdown(socket.SHUT_RDWR)
                        far.sendall(piece)
                        far.recv(1)
                    self.done += 1
                    break
                far.sendall(piece)
        _end(near, far)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := far.recv(65536):
                near.sendall(piece)
        _end(near, far)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        _end(*self._lines)
        for line in self._lines:
            line.close()


def _end(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@on_our_database
@pytest.mark.parametrize("after", [False, True], ids=["before it arrives", "before its answer"])
def test_a_targets_connection_is_lost_at_commit(
    world: World,
    target: Target,
    settings: Any,
    variables: Any,
    start_worker: Any,
    after: bool,
) -> None:
    cutter = CommitCutter(int(target.address.rpartition(":")[2]))
    settings.EGRESS_TEST_ADDRESSES = [
        *settings.EGRESS_TEST_ADDRESSES,
        f"127.0.0.1:{cutter.port}",
    ]
    dsn = make_dsn(**{**parse_dsn(target.dsn), "host": "127.0.0.1", "port": str(cutter.port)})
    dsn = make_dsn(dsn, sslmode="disable")
    world.publish(FIRST)
    lane = world.subscribe("sink", dsn=dsn, target_schema="shared", target_table="divisions")
    platform = variables()
    ring, worker = bell(platform), start_worker(platform)
    wait_for(lambda: arrived(1), ring, worker)
    target.query(WATCH)
    cutter.cuts = [after, after]
    world.publish(SECOND)
    wait_for(lambda: arrived(2), _soon(ring), worker)
    world.publish(THIRD)
    wait_for(lambda: arrived(3), _soon(ring), worker)
    cutter.close()
    assert cutter.done == 2, "the fault did not bite"
    assert dict(target.rows("shared.divisions")) == names(THIRD)
    assert target.offset() == [(1, 3)]
    effects = Counter(target.query("SELECT operation, code FROM shared.effects"))
    assert effects == {
        ("UPDATE", "110102"): 2,
        ("DELETE", "110103"): 1,
        ("INSERT", "110104"): 1,
        ("DELETE", "110101"): 1,
        ("INSERT", "110105"): 1,
    }
    lane.refresh_from_db()
    assert (lane.state, lane.last_error, lane.lease_until) == ("active", "", None)


def _soon(ring: Callable[[], None]) -> Callable[[], None]:
    """Ring, without the schedule's wait."""

    def do() -> None:
        Subscription.objects.exclude(last_error="").update(next_attempt_at="2000-01-01T00:00Z")
        ring()

    return do


@pytest.fixture
def private(monkeypatch: Any) -> Iterator[tuple[dict[str, str], Server]]:
    """A platform's environment on a PostgreSQL of its own, and that server."""
    broker = env.text("REDIS_URL").rpartition("/")[0]
    # Where the servers' account can reach it.
    root = TEST_SLOTS.parent / "try" / uuid4().hex[:8]
    with Processes() as held:
        with monkeypatch.context() as patch:
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "STORE_DIR", "SECRET_KEY"):
                patch.delenv(name, raising=False)
            home = open_home(root)
            named = start_servers(home, held)
        (server,) = [each for each in held if each.name == "postgres"]
        own = {
            "REDIS_URL": f"{broker}/3",
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
            "LEASE_SECONDS": "2",
            "DEBUG": "false",
        }
        yield env.inherited(**(named | own)), server
    outside = root / "outside"
    if outside.exists():
        shutil.rmtree(outside.read_text().strip(), ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)


def accepts(url: str) -> bool:
    """Whether the database answers again."""
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def manage(variables: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=variables,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_postgresql_is_killed_and_comes_back(
    private: Any, target: Target, tmp_path: Any, processes: Processes
) -> None:
    variables, server = private
    variables["EGRESS_TEST_ADDRESSES"] = target.address
    variables["FAULT_TARGET_DSN"] = target.dsn
    owner = {**variables, "DATABASE_URL": variables["DATABASE_OWNER_URL"]}
    manage(owner, "manage.py", "prepare")
    scene = json.loads(manage(variables, "-m", "tests.journeys.faultscene").splitlines()[-1])
    port = int(variables["PUBLIC_URL"].rpartition(":")[2])
    web = processes.start(services.web(variables, tmp_path / "web.log", port))
    web.wait_until(lambda: services.answers(port), timeout=60)
    processes.start(services.worker(variables, tmp_path / "worker.log"))
    processes.start(services.beat(variables, tmp_path / "beat.log"))

    versions = [[row(f"1101{n:02d}", f"第{v}版") for n in range(30)] for v in range(1, 25)]
    statuses: Counter[object] = Counter()
    sending = threading.Thread(
        target=_publish_all, args=(variables["PUBLIC_URL"], scene, versions, statuses)
    )
    sending.start()
    for ending in ("kill", "stop", "kill"):
        before = statuses[201]
        end = time.monotonic() + 90
        while statuses[201] < before + 4 and time.monotonic() < end:
            time.sleep(0.05)
        getattr(server, ending)()
        time.sleep(0.5)
        server.start()
        # After a kill it flushes its whole folder before anything else.
        server.wait_until(lambda: accepts(variables["DATABASE_URL"]), timeout=RECOVERY)
    sending.join(RECOVERY)
    assert not sending.is_alive()
    assert statuses[201] == len(versions)
    assert sum(statuses.values()) > len(versions), "the faults did not bite"

    def rows(query: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(variables["DATABASE_URL"])
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    lane = f"SELECT position, state FROM exchange_subscription WHERE id = '{scene['sink']}'"
    end = time.monotonic() + 90
    while rows(lane) != [(24, "active")]:
        assert time.monotonic() < end, rows(lane)
        time.sleep(0.5)
    assert [n for (n,) in rows("SELECT number FROM exchange_batch ORDER BY number")] == [
        *range(1, 25)
    ]
    assert dict(target.rows("shared.divisions")) == names(versions[-1])
    assert target.offset() == [(1, 24)]
    booked = rows(
        "SELECT detail->>'number', count(*) FROM accounts_auditevent WHERE verb ="
        f" 'delivery.completed' AND subject_id = '{scene['sink']}' GROUP BY 1"
    )
    assert sorted((int(n), times) for n, times in booked) == [(n, 1) for n in range(1, 25)]
    assert rows("SELECT count(*) FROM exchange_subscription WHERE lease_until < now()") == [(0,)]
    assert _pulled(variables["PUBLIC_URL"], scene) == names(versions[-1])


def _publish_all(url: str, scene: dict[str, str], versions: list[Any], statuses: Any) -> None:
    """Each version until it is answered with 201, as a department's system would."""
    address = f"{url}/api/v1/datasets/{scene['dataset']}/batches?kind=snapshot"
    for version, rows in enumerate(versions, start=1):
        headers = {
            "Authorization": f"Bearer {scene['publisher']}",
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": f"day-{version}",
        }
        end = time.monotonic() + RECOVERY
        while time.monotonic() < end:
            try:
                answer = httpx2.post(
                    address, content=ndjson(rows), headers=headers, timeout=20, trust_env=False
                )
                statuses[answer.status_code] += 1
                if answer.status_code == 201:
                    break
            except httpx2.HTTPError as error:
                statuses[type(error).__name__] += 1
            time.sleep(0.1)


def _pulled(url: str, scene: dict[str, str]) -> dict[str, str]:
    """What a client holds that reads the whole log."""
    held: dict[str, str] = {}
    answer = httpx2.get(
        f"{url}/api/v1/subscriptions/{scene['pull']}/changes?limit=100000",
        headers={"Authorization": f"Bearer {scene['reader']}"},
        timeout=30,
        trust_env=False,
    )
    for item in answer.json()["items"]:
        assert set(item) <= {"_batch", "_op", "_seq", *GRANTED}
        if item["_op"] == "delete":
            del held[item["code"]]
        else:
            held[item["code"]] = item["name"]
    return held


@on_our_database
def test_a_worker_killed_while_it_folds_a_table(
    world: World, variables: Any, start_worker: Any
) -> None:
    for n in range(5):
        world.publish([row(f"11010{n}")], "changes")
    armed = variables("fold.before_keep:exit")
    worker = start_worker(armed)
    ring = _bell(armed, "exchange.compact_due")
    wait_for(lambda: "exitcode 137" in worker.log.read_text(), ring, worker)
    worker.kill()
    assert world.dataset.snapshots.count() == 0
    worker = start_worker(variables())
    # Taken for longer than the lease by nobody.
    wait_for(lambda: world.dataset.snapshots.filter(number=5).exists(), ring, worker)
    assert Batch.objects.count() == 5


def _bell(variables: dict[str, str], task: str) -> Callable[[], None]:
    app = Celery("bell", broker=variables["REDIS_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": "shuqiao:"}
    return lambda: app.send_task(task, queue="bulk", expires=10)

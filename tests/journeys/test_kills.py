"""Kill -9 in the middle of a publication or of a delivery, start again: nothing lost or doubled."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from celery import Celery

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from config.launch.processes import Server
from exchange.actions.deliveries import deliver_due
from exchange.actions.reads import read_changes
from exchange.actions.upkeep import ORPHAN_SECONDS, sweep_orphans
from exchange.models import Batch, Dataset, Delivery, Snapshot, Subscription
from exchange.storage import store
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import World, ndjson, row
from tests.receivers import Target

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FIRST = [row("110101"), row("110102"), row("110103")]
SECOND = [row("110101"), row("110102", "改名区"), row("110104")]
THIRD = [row("110102", "又改名"), row("110104"), row("110105")]


@pytest.fixture
def variables(platform_env: Callable[..., dict[str, str]], settings: Any) -> Callable[..., Any]:
    """``variables("publish.prepared:exit")``: a platform's environment with armed failpoints."""

    def build(failpoints: str = "") -> dict[str, str]:
        return platform_env(
            FAILPOINTS=failpoints,
            LEASE_SECONDS="2",
            SEALING_KEYS=",".join(settings.SEALING_KEYS),
            EGRESS_TEST_ADDRESSES=",".join(settings.EGRESS_TEST_ADDRESSES),
        )

    return build


class Publisher:
    """The dataset's system as a client outside: one attempt, and attempts until it is answered."""

    def __init__(self, world: World, url: str) -> None:
        self.attempts = 0
        self.address = f"{url}/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot"
        secret = CredentialFactory(system=world.publisher).secret
        self.headers = {
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/x-ndjson",
        }

    def send(self, rows: Sequence[dict[str, Any]], key: str) -> httpx2.Response:
        self.attempts += 1
        headers = self.headers | {"Idempotency-Key": key}
        with httpx2.Client(trust_env=False, timeout=30) as client:
            return client.post(self.address, content=ndjson(rows), headers=headers)

    def send_until_answered(self, rows: Sequence[dict[str, Any]], key: str) -> httpx2.Response:
        """Repeat with the same key while the server is away; at most a minute."""
        end = time.monotonic() + 60
        while True:
            try:
                answer = self.send(rows, key)
                if answer.status_code < 500 and answer.status_code != 409:
                    return answer
            except httpx2.HTTPError:
                pass
            assert time.monotonic() < end, "no answer within a minute"
            time.sleep(0.2)


def wait_for(done: Callable[[], bool], each: Callable[[], None], server: Server) -> None:
    """Poll until done, for at most a minute, doing ``each`` every half second."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, server.last_words(40)
        each()
        time.sleep(0.5)


def bell(variables: dict[str, str]) -> Callable[[], None]:
    """Ring for deliveries, as the timetable does."""
    app = Celery("bell", broker=variables["REDIS_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": "shuqiao:"}
    return lambda: app.send_task("exchange.deliver_due", queue="deliver", expires=10)


def age_all(store_dir: Any) -> None:
    past = time.time() - ORPHAN_SECONDS - 60
    for path in [*store_dir.rglob("*")]:
        os.utime(path, (past, past))


def named_digests() -> set[str]:
    return {
        *Batch.objects.values_list("digest", flat=True),
        *Snapshot.objects.values_list("digest", flat=True),
    }


def pulled(world: World, lane: Subscription) -> dict[str, str]:
    """What a cursor client holds after reading the whole log: code -> name."""
    held: dict[str, str] = {}
    page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=100_000)
    for change in page.table.to_pylist():
        if change["_op"] == "delete":
            del held[change["code"]]
        else:
            held[change["code"]] = change["name"]
    return held


def names(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {r["code"]: r["name"] for r in rows}


@pytest.mark.parametrize(
    "place",
    [
        "store.after_write",
        "store.after_fsync",
        "store.after_link",
        "publish.prepared",
        "publish.before_commit",
        "publish.after_commit",
    ],
)
def test_a_web_server_killed_while_publishing(
    world: World, variables: Any, start_web: Any, store_dir: Any, place: str
) -> None:
    world.publish(FIRST)
    lane = world.subscribe()
    before = set(store().iter_digests())
    armed = variables(f"{place}:exit")
    publisher = Publisher(world, armed["PUBLIC_URL"])
    web = start_web(armed)
    with pytest.raises(httpx2.HTTPError):
        publisher.send(SECOND, "day-2")
    web.kill()

    # Whole or not at all: only after the commit is there a second batch.
    committed = 2 if place == "publish.after_commit" else 1
    assert sorted(Batch.objects.values_list("number", flat=True)) == [1, 2][:committed]
    assert Dataset.objects.get().last_number == committed
    assert pulled(world, lane) == names([FIRST, SECOND][committed - 1])
    assert before <= set(store().iter_digests())

    start_web(variables())
    answer = publisher.send(SECOND, "day-2")
    assert answer.status_code == 201
    assert answer.json()["batch"]["number"] == 2
    assert ("Idempotent-Replayed" in answer.headers) == (committed == 2)
    assert publisher.send(SECOND, "day-2").headers["Idempotent-Replayed"] == "true"
    assert list(Batch.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert pulled(world, lane) == names(SECOND)
    published = AuditEvent.objects.filter(verb="batch.published")
    assert sorted(entry.detail["number"] for entry in published) == [1, 2]

    # What the killed one left is nothing but orphans, and the sweep finds them all.
    age_all(store_dir)
    sweep_orphans(actor=CLOCK)
    assert set(store().iter_digests()) == named_digests()
    assert list((store_dir / "blobs" / "stage").iterdir()) == []
    for digest in named_digests():
        store().verify(digest)


WATCH = """
    CREATE TABLE shared.effects (operation text, code text);
    CREATE FUNCTION shared.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO shared.effects VALUES (TG_OP, coalesce(NEW.code, OLD.code)); RETURN NULL;
    END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON shared.divisions
        FOR EACH ROW EXECUTE FUNCTION shared.note();
"""


@pytest.fixture
def lanes(world: World, receiver: Any, target: Target) -> dict[str, Subscription]:
    """Three subscriptions that have the first batch, and a note of each later row in the sink."""
    grant = world.grant()
    made = {
        "pull": world.subscribe("pull", grant),
        "webhook": world.subscribe("webhook", grant, url=receiver.url),
        "sink": world.subscribe(
            "sink", grant, dsn=target.dsn, target_schema="shared", target_table="divisions"
        ),
    }
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 2
    target.query(WATCH)
    return made


def arrived(number: int) -> bool:
    pushed = Subscription.objects.exclude(mode="pull")
    return set(pushed.values_list("position", flat=True)) == {number}


@pytest.mark.parametrize(
    "place",
    [
        "sink.after_copy",
        "sink.before_commit",
        "sink.after_commit",
        "deliver.before_finish",
        "deliver.after_finish",
    ],
)
def test_a_worker_killed_while_delivering(
    world: World,
    lanes: dict[str, Subscription],
    receiver: Any,
    target: Target,
    variables: Any,
    start_worker: Any,
    place: str,
) -> None:
    world.publish(SECOND)
    world.publish(THIRD)
    armed = variables(f"{place}:exit")
    ring = bell(armed)
    worker = start_worker(armed)
    wait_for(lambda: "exitcode 137" in worker.log.read_text(), ring, worker)
    worker.kill()
    assert not arrived(3)

    worker = start_worker(variables())
    wait_for(lambda: arrived(3), ring, worker)

    # Every copy is equal, and each change had its effect in the sink exactly once.
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
    # A call may come twice, but never out of order, and always under the same id.
    assert receiver.numbers() == sorted(receiver.numbers())
    assert set(receiver.numbers()) == {1, 2, 3}
    ids = {headers["webhook-id"] for headers, _ in receiver.calls}
    assert ids == {f"{lanes['webhook'].pk}.{n}" for n in (1, 2, 3)}
    booked = AuditEvent.objects.filter(verb="delivery.completed")
    told = Counter((entry.subject_id, entry.detail["number"]) for entry in booked)
    pushed = [str(lanes[mode].pk) for mode in ("webhook", "sink")]
    assert told == {(lane, number): 1 for lane in pushed for number in (1, 2, 3)}
    assert not Delivery.objects.filter(delivered_at=None).exists()


def test_servers_killed_at_any_moment(
    world: World,
    lanes: dict[str, Subscription],
    receiver: Any,
    target: Target,
    variables: Any,
    start_web: Any,
    start_worker: Any,
) -> None:
    chance = random.Random(20261122)
    platform = variables()
    publisher, ring = Publisher(world, platform["PUBLIC_URL"]), bell(platform)
    servers = {"web": start_web(platform), "worker": start_worker(platform)}
    versions = [
        [row(f"1101{n:02d}", f"第{version}版") for n in range(chance.randint(1, 40))]
        for version in range(2, 32)
    ]
    with ThreadPoolExecutor(1) as outside:
        sending = [
            outside.submit(publisher.send_until_answered, rows, f"day-{version}")
            for version, rows in enumerate(versions, start=2)
        ]
        for turn, victim in enumerate(["web", "worker", "web", "worker", "web"], start=1):
            sending[5 * turn].result()
            ring()
            time.sleep(chance.random() / 10)
            servers[victim].kill()
            servers[victim] = {"web": start_web, "worker": start_worker}[victim](platform)
        answers = [sent.result() for sent in sending]
    wait_for(lambda: arrived(31), ring, servers["worker"])

    # The kills bit: some publications had to be sent again.
    assert publisher.attempts > len(versions)
    assert [answer.json()["batch"]["number"] for answer in answers] == list(range(2, 32))
    numbers = Batch.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 32))
    expected = names(versions[-1])
    assert dict(target.rows("shared.divisions")) == expected
    assert pulled(world, lanes["pull"]) == expected
    assert target.offset() == [(1, 31)]
    assert receiver.numbers() == sorted(receiver.numbers())
    assert set(receiver.numbers()) == set(range(1, 32))
    for digest in named_digests():
        store().verify(digest)

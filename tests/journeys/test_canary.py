"""Values that a grant does not show are in nothing that leaves: answers, files, calls, logs."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import httpx2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core import serializers
from django.db import transaction

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from config.launch.processes import Server
from exchange.actions.deliveries import deliver_due
from exchange.actions.upkeep import fold_due
from exchange.models import Delivery, Subscription, UseEntry
from exchange.storage import projections
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import PURPOSE, World, make_world, row
from tests.people import client_for
from tests.receivers import HookReceiver, Target
from tests.threads import side_by_side

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Item by item: what is not granted, what a mask hides, what belongs to rows that are not shown.
UNGRANTED = "CANARYCONTACT"
BEHIND_MASK = "CANARYNAME"
MASKED_AREA = "7654321.25"
HIDDEN_CODE, HIDDEN_NAME, HIDDEN_DAY = "777001", "CANARYROW", "1977-07-07"
CANARIES = [UNGRANTED, BEHIND_MASK, MASKED_AREA, HIDDEN_CODE, HIDDEN_NAME, HIDDEN_DAY]
# Granted until the catalogue closes it.
CLOSED_LATER = "1987-06-05"

SHOWN = {"level": "2", "area": MASKED_AREA, "revised_on": CLOSED_LATER}
HIDDEN = {"level": "1", "area": MASKED_AREA, "revised_on": HIDDEN_DAY}
FIRST = [
    *(row(f"11010{n}", f"县{BEHIND_MASK}{n}", contact=f"{UNGRANTED}{n}", **SHOWN) for n in (1, 2)),
    row(HIDDEN_CODE, HIDDEN_NAME, contact=f"{UNGRANTED}9", **HIDDEN),
]
MASKS = {
    "name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0},
    "area": {"kind": "full"},
}
TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}


class Caller:
    """A client of the platform that keeps everything it was told."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.told: list[tuple[str, str]] = []
        self.client = httpx2.Client(
            base_url=f"{url}/api/v1", trust_env=False, timeout=60, headers=headers
        )

    def ask(self, method: str, address: str, **how: Any) -> httpx2.Response:
        answer = self.client.request(method, address, **how)
        told = f"{answer.headers} {readable(answer.content, answer.headers['Content-Type'])}"
        self.told.append((f"{method} {address} {how.get('headers', '')}", told))
        return answer

    def get(self, address: str, **how: Any) -> httpx2.Response:
        return self.ask("GET", address, **how)

    def post(self, address: str, body: Any) -> httpx2.Response:
        return self.ask("POST", address, json=body)


def readable(content: bytes, content_type: str) -> str:
    """The bytes and what a reader makes of them."""
    raw = content.decode("latin-1") + content.decode("utf-8", errors="replace")
    if content_type.startswith(TYPES["parquet"]):
        return raw + str(pq.read_table(io.BytesIO(content)).to_pylist())
    if content_type.startswith(TYPES["arrow"]):
        return raw + str(pa.ipc.open_stream(content).read_all().to_pylist())
    return raw


def kept_files() -> Iterator[tuple[str, str]]:
    """Every cached projection, as bytes and as rows."""
    for path in projections().rglob("*"):
        if path.is_file():
            columnar = path.suffix in (".parquet", ".changes")
            kind = TYPES["parquet"] if columnar else ""
            yield f"file {path.name}", readable(path.read_bytes(), kind)


def rows_of_evidence() -> Iterator[tuple[str, str]]:
    """What the platform wrote down of the reads."""
    for model in (AuditEvent, UseEntry, Delivery, Subscription):
        yield model.__name__, serializers.serialize("json", model.objects.all())


def require_clean(outputs: Any, canaries: list[str]) -> None:
    # Digits stand by chance inside digests and ids, which are longer.
    shapes = [rf"(?<!\w){word}(?!\w)" if word.isdigit() else re.escape(word) for word in canaries]
    found = [(name, shape) for name, text in outputs for shape in shapes if re.search(shape, text)]
    assert found == []


@pytest.fixture
def world(transactional_db: None) -> World:
    made = make_world(is_queryable=True, lookup_items=["level", "contact", "revised_on"])
    made.publish(FIRST)
    return made


@pytest.fixture
def web(
    platform_env: Callable[..., dict[str, str]], start_web: Callable[..., Any], settings: Any
) -> Server:
    return start_web(platform_env(SEALING_KEYS=",".join(settings.SEALING_KEYS)))


@pytest.fixture
def lanes(world: World, receiver: HookReceiver, target: Target) -> list[Subscription]:
    """A lane of each mode under one grant with masks, a condition and an item to verify."""
    grant = world.grant(
        ["code", "name", "level", "area", "revised_on"],
        masks=MASKS,
        condition='level = "2"',
        verify_items=["contact"],
    )
    where = {"target_schema": "shared", "target_table": "divisions"}
    return [
        world.subscribe(grant=grant),
        world.subscribe("webhook", grant, url=receiver.url),
        world.subscribe("sink", grant, dsn=target.dsn, **where),
    ]


def callers(world: World, web: Server) -> tuple[Caller, Caller]:
    """The grant's system, and the steward of its department."""
    url = web.env["PUBLIC_URL"]
    secret = CredentialFactory(system=world.reader).secret
    system = {"Authorization": f"Bearer {secret}", "X-Purpose": PURPOSE}
    held = client_for(world.people["asker"])._credentials
    person = {
        "Authorization": held["HTTP_AUTHORIZATION"],
        "X-Acting-Department": held["HTTP_X_ACTING_DEPARTMENT"],
    }
    return Caller(url, system), Caller(url, person)


def read_everything(caller: Caller, world: World, lane: Subscription) -> None:
    """Pages of every size, tables and look-ups in every format."""
    base = f"/subscriptions/{lane.pk}"
    for format, media_type in TYPES.items():
        accept = {"Accept": media_type}
        cursor = ""
        for _ in range(20):
            page = caller.get(f"{base}/changes?limit=1{cursor}", headers=accept)
            assert page.status_code == 200, page.text
            cursor = f"&cursor={page.headers['X-Next-Cursor']}"
            if page.headers["X-Has-More"] == "false":
                break
        if format in ("ndjson", "csv", "parquet"):
            assert caller.get(f"{base}/table", headers=accept).status_code == 200
    dataset = f"/datasets/{world.dataset.pk}"
    for where in ({"code": "110101"}, {"level": "2"}, {"level": "1"}, {"code": HIDDEN_CODE}):
        caller.post(f"{dataset}/lookup", {"where": where})
    for code in ("110101", HIDDEN_CODE):
        body = {"key": {"code": code}, "claims": {"contact": "13900000000"}}
        assert caller.post(f"{dataset}/verify", body).status_code == 200


def ask_amiss(caller: Caller, world: World, lane: Subscription) -> None:
    """Everything that is refused: none of it may say more than the right answers do."""
    dataset, base = f"/datasets/{world.dataset.pk}", f"/subscriptions/{lane.pk}"
    for body in (
        {"where": {"contact": "x"}},
        {"where": {"name": "县"}},
        {"where": {"area": "1.0"}},
        {"where": {"code": 5}},
        {"where": {"revised_on": "no day"}},
        {"where": {"code": "110101"}, "items": ["contact"]},
        {"where": {}},
    ):
        assert caller.post(f"{dataset}/lookup", body).status_code == 422, body
    for claims in ({"name": "x"}, {"area": "1"}, {"area": "x"}, {}, {"nothing": 1}):
        body = {"key": {"code": "110101"}, "claims": claims}
        assert caller.post(f"{dataset}/verify", body).status_code == 422, body
    assert caller.get(f"{base}/changes?cursor=x").status_code == 400
    assert caller.get(f"{base}/changes?limit=0").status_code == 422
    assert caller.get(f"{base}/table", headers={"Accept": "image/png"}).status_code == 406


def look_around(caller: Caller, world: World, lane: Subscription) -> None:
    """What the holder's people see of it."""
    for address in (
        "/datasets",
        f"/datasets/{world.dataset.pk}",
        f"/datasets/{world.dataset.pk}/batches",
        f"/datasets/{world.dataset.pk}/batches/1",
        "/subscriptions",
        f"/subscriptions/{lane.pk}/deliveries",
        "/grants",
        "/requests",
        "/uses",
        "/uses/export",
    ):
        assert caller.get(address).status_code == 200, address
    ndjson = {"Accept": TYPES["ndjson"]}
    assert caller.get("/uses/export", headers=ndjson).status_code == 200


def test_no_value_that_is_not_granted_leaves_by_any_door(
    world: World,
    web: Server,
    lanes: list[Subscription],
    receiver: HookReceiver,
    target: Target,
    caplog: Any,
    capfd: Any,
) -> None:
    fold_due(actor=CLOCK)
    system, person = callers(world, web)
    second = [
        row("110101", f"县{BEHIND_MASK}8", contact=UNGRANTED, **HIDDEN),
        row("110103", f"县{BEHIND_MASK}7", contact=UNGRANTED, **SHOWN),
        row("777002", HIDDEN_NAME, contact=UNGRANTED, **HIDDEN),
    ]
    world.publish(second, "changes")
    fold_due(actor=CLOCK)
    assert deliver_due(actor=CLOCK) == 4
    read_everything(system, world, lanes[0])
    ask_amiss(system, world, lanes[0])
    look_around(person, world, lanes[0])
    assert len(target.rows("shared.divisions", "*")) == 2
    assert len(receiver.calls) == 2

    def everything() -> Iterator[tuple[str, str]]:
        yield from system.told
        yield from person.told
        yield from kept_files()
        yield from rows_of_evidence()
        yield "webhook", str(receiver.calls)
        yield "database", str(target.rows("shared.divisions", "*"))
        yield "log of the web", web.log.read_text()
        yield "log of the worker", caplog.text
        yield "console of the worker", "".join(capfd.readouterr())

    require_clean(everything(), [*CANARIES, "777002"])
    # The search would have found something: what is granted is there.
    assert any(CLOSED_LATER in text for _, text in system.told)
    assert any(CLOSED_LATER in text for _, text in kept_files())

    # The catalogue closes an item: from the next read on it is nowhere.
    world.edition(revised_on={"share_type": "not_shared"})
    system.told.clear()
    person.told.clear()
    read_everything_closed(system, world, lanes[0])
    look_around(person, world, lanes[0])
    world.publish([row("110104", f"县{BEHIND_MASK}4", contact=UNGRANTED, **SHOWN)], "changes")
    Subscription.objects.update(next_attempt_at="2020-01-01T00:00Z")
    assert deliver_due(actor=CLOCK) == 2
    outputs = [*system.told, *person.told, ("database", str(target.rows("shared.divisions", "*")))]
    require_clean(outputs, [*CANARIES, CLOSED_LATER, "1987, 6, 5"])


def read_everything_closed(caller: Caller, world: World, lane: Subscription) -> None:
    """All reads again; the closed item no longer finds either."""
    read_everything(caller, world, lane)
    body = {"where": {"revised_on": "1999-01-01"}}
    answer = caller.post(f"/datasets/{world.dataset.pk}/lookup", body)
    assert answer.json()["errors"][0]["code"] == "item-not-granted"


def test_an_item_closed_under_running_readers_is_in_no_read_that_starts_afterwards(
    world: World, web: Server, lanes: list[Subscription]
) -> None:
    fold_due(actor=CLOCK)
    lane, stop = lanes[0], Event()
    closed_at = [float("inf")]
    base = f"/subscriptions/{lane.pk}"
    addresses = [f"{base}/changes", f"{base}/table", f"/datasets/{world.dataset.pk}/lookup"]

    def reader(address: str) -> Callable[[], list[tuple[float, bool]]]:
        caller, _ = callers(world, web)

        def run() -> list[tuple[float, bool]]:
            seen = []
            while not stop.is_set():
                started = time.monotonic()
                if address.endswith("lookup"):
                    answer = caller.post(address, {"where": {"level": "2"}})
                else:
                    answer = caller.get(address)
                assert answer.status_code == 200, answer.text
                seen.append((started, CLOSED_LATER in answer.text))
            return seen

        return run

    def close() -> None:
        try:
            time.sleep(1.5)
            with transaction.atomic():
                world.edition(revised_on={"share_type": "not_shared"})
            closed_at[0] = time.monotonic()
            time.sleep(1.5)
        finally:
            stop.set()

    deeds = [reader(address) for address in addresses for _ in range(2)]
    *reads, ended = side_by_side([*deeds, close])
    assert ended is None
    for each in reads:
        assert not isinstance(each, Exception), each
        before = [shown for started, shown in each if started < closed_at[0]]
        after = [shown for started, shown in each if started > closed_at[0]]
        assert any(before)
        assert after
        assert not any(after)
    require_clean([("log of the web", web.log.read_text())], [*CANARIES, CLOSED_LATER])

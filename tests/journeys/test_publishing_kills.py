"""Kill -9 while a body arrives in parts, and while a batch is taken back: nothing lost or twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from accounts.models import Notice
from exchange.actions.reads import read_changes
from exchange.models import Batch, Dataset, Snapshot, Upload
from exchange.storage import store
from tests.factories.accounts import CredentialFactory, SessionTokenFactory
from tests.factories.exchange import World, ndjson, row

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = [row(f"1101{n:02d}") for n in range(1, 90)]
DATA = ndjson(ROWS)
PART = len(DATA) // 3 + 1


@pytest.fixture
def variables(platform_env: Callable[..., dict[str, str]], settings: Any) -> Callable[..., Any]:
    """``variables("upload.after_fsync:exit")``: a platform's environment with armed failpoints."""

    def build(failpoints: str = "") -> dict[str, str]:
        return platform_env(FAILPOINTS=failpoints, SEALING_KEYS=",".join(settings.SEALING_KEYS))

    return build


class Sender:
    """The dataset's system, which sends in parts and goes on from where the hub says it stands."""

    def __init__(self, world: World, url: str) -> None:
        self.address = f"{url}/api/v1/datasets/{world.dataset.pk}/uploads"
        secret = CredentialFactory(system=world.publisher).secret
        headers = {"Authorization": f"Bearer {secret}"}
        self.client = httpx2.Client(trust_env=False, timeout=30, headers=headers)

    def begin(self) -> None:
        body = {"kind": "snapshot", "content_type": "application/x-ndjson", "size": len(DATA)}
        headers = {"Idempotency-Key": "day-1"}
        answer = self.client.post(self.address, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self.upload = f"{self.address}/{answer.json()['id']}"

    def offset(self) -> int:
        return int(self.client.get(self.upload).headers["Upload-Offset"])

    def send_rest(self) -> None:
        while (offset := self.offset()) < len(DATA):
            answer = self.client.patch(
                self.upload,
                content=DATA[offset : offset + PART],
                headers={
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/octet-stream",
                },
            )
            assert answer.status_code == 204, answer.text

    def finish(self) -> httpx2.Response:
        return self.client.post(f"{self.upload}/finish")

    def send_and_finish(self) -> httpx2.Response:
        self.send_rest()
        return self.finish()


PLACES = [
    # The second part of three: written, flushed, noted in the database.
    ("upload.after_write:exit:2", PART),
    ("upload.after_fsync:exit:2", PART),
    ("upload.after_advance:exit:2", 2 * PART),
    ("upload.before_publish:exit", len(DATA)),
    ("publish.before_commit:exit", len(DATA)),
    ("upload.published:exit", len(DATA)),
    ("upload.finished:exit", len(DATA)),
]


@pytest.mark.parametrize(("place", "safe"), PLACES)
def test_a_web_server_killed_while_a_body_arrives_in_parts(
    world: World, variables: Any, start_web: Any, place: str, safe: int
) -> None:
    armed = variables(place)
    sender = Sender(world, armed["PUBLIC_URL"])
    web = start_web(armed)
    sender.begin()
    with pytest.raises(httpx2.HTTPError):
        sender.send_and_finish()
    web.kill()
    published = 1 if place.split(":")[0] in ("upload.published", "upload.finished") else 0
    assert Batch.objects.count() == published
    # Every byte that was acknowledged is still here.
    assert Upload.objects.get().received == safe

    start_web(variables())
    assert sender.offset() == safe
    # A lost answer to the beginning is asked for again, too.
    sender.begin()
    sender.send_rest()
    answer = sender.finish()
    assert answer.status_code == 201, answer.text
    assert answer.json()["batch"]["number"] == 1
    assert answer.json()["batch"]["inserted"] == len(ROWS)
    assert sender.finish().json()["batch"] == answer.json()["batch"]
    assert Batch.objects.count() == 1
    assert Upload.objects.get().state == "finished"


FIRST = [row("110101"), row("110102")]
BAD = [row("110101", "错误区"), row("110109")]


def held(world: World, lane: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=1000)
    for change in page.table.to_pylist():
        if change["_op"] == "delete":
            found.pop(change["code"], None)
        else:
            found[change["code"]] = change["name"]
    return found


@pytest.mark.parametrize(
    "place",
    ["store.after_link", "recall.prepared", "recall.before_commit", "recall.after_commit"],
)
def test_a_web_server_killed_while_a_batch_is_taken_back(
    world: World, variables: Any, start_web: Any, place: str
) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    lane = world.subscribe()
    assert held(world, lane) == {"110101": "错误区", "110102": "示例县", "110109": "示例县"}
    armed = variables(f"{place}:exit")
    address = f"{armed['PUBLIC_URL']}/api/v1/datasets/{world.dataset.pk}/batches/2/recall"
    secret = SessionTokenFactory(user=world.people["steward"].user).secret
    headers = {
        "Authorization": f"Bearer {secret}",
        "X-Acting-Department": str(world.provider.pk),
    }
    client = httpx2.Client(trust_env=False, timeout=30, headers=headers)
    web = start_web(armed)
    with pytest.raises(httpx2.HTTPError):
        client.post(address, json={"reason": "导出出错"})
    web.kill()
    # Whole or not at all.
    done = place == "recall.after_commit"
    assert Batch.objects.count() == (3 if done else 2)
    assert Notice.objects.filter(verb="batch.recalled").count() == int(done)

    start_web(variables())
    end = time.monotonic() + 30
    answer = client.post(address, json={"reason": "导出出错"})
    while answer.status_code == 503 and time.monotonic() < end:
        time.sleep(0.2)
        answer = client.post(address, json={"reason": "导出出错"})
    assert answer.status_code == (409 if done else 201), answer.text
    assert list(Batch.objects.order_by("number").values_list("number", "kind")) == [
        (1, "snapshot"),
        (2, "changes"),
        (3, "recall"),
    ]
    assert Dataset.objects.get().last_number == 3
    assert Notice.objects.filter(verb="batch.recalled").count() == 1
    assert held(world, lane) == {"110101": "示例县", "110102": "示例县"}
    for snapshot in Snapshot.objects.all():
        store().verify(snapshot.digest)

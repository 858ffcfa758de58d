"""A backup is made while agencies publish, and restored elsewhere: nothing that it names is
missing, and whoever got further than the backup is told so."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from django.db import connection
from psycopg2.extensions import parse_dsn

from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from config import env
from config.env import BASE_DIR
from exchange.actions.deliveries import deliver_due
from exchange.models import Batch, Subscription
from tests.exchanges import target
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import World, row
from tests.journeys.test_kills import Publisher, bell, names, variables, wait_for
from tests.receivers import Target, new_target

__all__ = ["variables"]

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
elsewhere = target


def owners(name: str) -> str:
    """The owner's address of a database on the test server."""
    return urlsplit(env.text("DATABASE_OWNER_URL"))._replace(path=f"/{name}").geturl()


def manage(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def calling(variables: dict[str, str], secret: str) -> httpx2.Client:
    """A system as a client of the platform of this environment."""
    headers = {"Authorization": f"Bearer {secret}"}
    url = variables["PUBLIC_URL"]
    return httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=30)


@pytest.fixture
def restored(variables: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a platform with an empty database and an empty store."""
    with new_target() as made:
        name = parse_dsn(made.dsn)["dbname"]
        address = urlsplit(env.text("DATABASE_URL"))._replace(path=f"/{name}").geturl()
        yield variables() | {
            "DATABASE_URL": address,
            "DATABASE_OWNER_URL": owners(name),
            "STORE_DIR": str(tmp_path / "restored"),
            "AUDIT_CHECKPOINT_FILE": str(tmp_path / "restored-checkpoints.ndjson"),
        }


def version(number: int) -> list[dict[str, Any]]:
    return [row(f"1101{n:02d}", f"第{number}版") for n in range(20)]


@pytest.fixture
def sink(world: World, elsewhere: Target) -> Subscription:
    place = {"target_schema": "shared", "target_table": "divisions"}
    return world.subscribe("sink", world.grant(), dsn=elsewhere.dsn, **place)


def test_a_backup_under_load_is_restored_whole_and_begins_a_new_history(
    world: World,
    sink: Subscription,
    elsewhere: Target,
    variables: Callable[..., dict[str, str]],
    restored: dict[str, str],
    start_web: Any,
    start_worker: Any,
    tmp_path: Path,
) -> None:
    running = variables() | {"DATABASE_OWNER_URL": owners(connection.settings_dict["NAME"])}
    web = start_web(running)
    publisher = Publisher(world, running["PUBLIC_URL"])
    publisher.send(version(1), "1")
    stop = threading.Event()

    def publish() -> None:
        for number in range(2, 500):
            if stop.is_set():
                return
            publisher.send_until_answered(version(number), str(number))

    rival = threading.Thread(target=publish)
    rival.start()
    try:
        made = manage(running, "backup", str(tmp_path / "backups"))
    finally:
        stop.set()
        rival.join(60)
    assert made.returncode == 0, made.stderr
    publisher.send(version(501), "501")
    head = Batch.objects.count()
    deliver_due(actor=CLOCK)
    assert elsewhere.offset() == [(1, head)]
    seal_audit()
    late = CredentialFactory(system=world.reader).secret
    web.stop()

    (folder,) = (path for path in (tmp_path / "backups").iterdir() if path.name != "blobs")
    done = manage(restored, "restore", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(line.startswith("fail") for line in done.stdout.splitlines())
    again = manage(restored, "restore", str(folder))
    assert again.returncode == 1
    assert "tables already" in again.stderr

    start_web(restored)
    mine = publisher.headers["Authorization"].removeprefix("Bearer ")
    with calling(restored, mine) as client:
        found = client.get(f"/api/v1/datasets/{world.dataset.pk}").json()
        # A key made after the backup is not known there.
        client.headers["Authorization"] = f"Bearer {late}"
        assert client.get(f"/api/v1/datasets/{world.dataset.pk}").status_code == 401
    assert found["epoch"] == 2
    assert 1 <= found["last_number"] < head
    worker = start_worker(restored)
    wait_for(lambda: elsewhere.offset() == [(2, found["last_number"])], bell(restored), worker)
    assert dict(elsewhere.rows("shared.divisions")) == names(version(found["last_number"]))


def test_a_cursor_of_the_lost_history_is_refused_with_the_way_back(
    world: World,
    sink: Subscription,
    variables: Callable[..., dict[str, str]],
    restored: dict[str, str],
    start_web: Any,
    tmp_path: Path,
) -> None:
    running = variables() | {"DATABASE_OWNER_URL": owners(connection.settings_dict["NAME"])}
    lane = world.subscribe("pull", sink.grant)
    reader = CredentialFactory(system=world.reader).secret
    for number in (1, 2):
        world.publish(version(number))
    changes = f"/api/v1/subscriptions/{lane.pk}/changes"
    web = start_web(running)
    with calling(running, reader) as client:
        cursor = client.get(changes, params={"limit": 10}).headers["X-Next-Cursor"]
        assert client.get(changes, params={"cursor": cursor}).status_code == 200
    web.stop()
    assert manage(running, "backup", str(tmp_path / "backups")).returncode == 0
    (folder,) = (path for path in (tmp_path / "backups").iterdir() if path.name != "blobs")
    lost = next((tmp_path / "backups" / "blobs").glob("*/*/*"))
    lost.unlink()

    done = manage(restored, "restore", str(folder))
    assert done.returncode == 1
    assert f"missing or damaged in the backup: {lost.name}" in done.stdout
    assert "restored, but not whole" in done.stderr

    start_web(restored)
    with calling(restored, reader) as client:
        refused = client.get(changes, params={"cursor": cursor})
    assert refused.status_code == 410
    assert refused.json()["code"] == "cursor-expired"
    assert refused.json()["table"].endswith(f"/subscriptions/{lane.pk}/table")


def test_a_backup_is_not_restored_without_its_keys(
    variables: Callable[..., dict[str, str]], restored: dict[str, str], tmp_path: Path
) -> None:
    running = variables() | {"DATABASE_OWNER_URL": owners(connection.settings_dict["NAME"])}
    assert manage(running, "backup", str(tmp_path / "backups")).returncode == 0
    (folder,) = (path for path in (tmp_path / "backups").iterdir() if path.name != "blobs")
    foreign = restored | {"SEALING_KEYS": "l0pEfqwLWgw0yiuTcbAoGRj4kYEVv0oZR2KcJ0L2lkQ="}
    refused = manage(foreign, "restore", str(folder))
    assert refused.returncode == 1
    assert "SEALING_KEYS lacks" in refused.stderr

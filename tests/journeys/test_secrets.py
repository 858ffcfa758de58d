"""Secrets are where they were given, and nowhere else: logs, broker, cache, database, store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg2
import pytest
import redis
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection as own_connection
from psycopg2 import sql

from accounts.actions.secondfactors import begin_app
from accounts.models import User
from config import env
from config.launch.deploycheck import production_values
from config.launch.processes import Server
from exchange.connections import seal_secrets
from exchange.models import Delivery, SyncRun
from exchange.storage import store
from kernel.sealing import unseal
from tests.factories.exchange import World, row
from tests.factories.syncs import Syncing, connector_to
from tests.people import actor_for, client_for, member_with
from tests.receivers import HookReceiver, Target

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def canary() -> str:
    """A secret that nothing else in the world equals."""
    return f"Canary-{secrets.token_hex(16)}"


class Place:
    """The platform from outside: every answer that is not the giving of a secret is kept."""

    def __init__(self, web: Server) -> None:
        self.told: list[tuple[str, str]] = []
        port = urlsplit(web.env["PUBLIC_URL"]).port
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"X-Forwarded-Proto": "https"},
            trust_env=False,
            timeout=30,
        )

    def ask(self, method: str, address: str, who: Any = None, **how: Any) -> httpx2.Response:
        """An answer that may hold no secret."""
        answer = self.give(method, address, who, **how)
        self.told.append((f"{method} {address}", f"{answer.headers}{answer.text}"))
        return answer

    def give(self, method: str, address: str, who: Any = None, **how: Any) -> httpx2.Response:
        """An answer that hands a secret out."""
        headers = how.pop("headers", {})
        if isinstance(who, str):
            headers = headers | {"Authorization": f"Bearer {who}"}
        elif who is not None:
            held = client_for(who)._credentials
            names = {"HTTP_AUTHORIZATION": "Authorization"}
            names["HTTP_X_ACTING_DEPARTMENT"] = "X-Acting-Department"
            headers = headers | {names[name]: value for name, value in held.items()}
        return self.client.request(method, address, headers=headers, **how)


@pytest.fixture
def known() -> dict[str, str]:
    """Every secret by what it is."""
    return {}


@pytest.fixture
def variables(
    platform_env: Callable[..., dict[str, str]], known: dict[str, str], settings: Any
) -> dict[str, str]:
    """An environment of which every secret is known."""
    made, servers = production_values(), platform_env()
    for name in ("SECRET_KEY", "METRICS_TOKEN"):
        made[name] = known[name] = canary()
    known["EVIDENCE_KEYS"] = made["EVIDENCE_KEYS"].partition(":")[2]
    known["SEALING_KEYS"] = settings.SEALING_KEYS[0]
    for name in ("DATABASE_URL", "REDIS_URL"):
        known[name] = urlsplit(servers[name]).password or ""
    return platform_env(
        **made
        | {name: servers[name] for name in ("DATABASE_URL", "REDIS_URL")}
        | {
            "SEALING_KEYS": settings.SEALING_KEYS[0],
            "ALLOWED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "127.0.0.1",
            "PUBLIC_URL": servers["PUBLIC_URL"].replace("http:", "https:"),
        }
    )


@pytest.fixture
def place(variables: dict[str, str], start_web: Callable[..., Server]) -> Place:
    return Place(start_web(variables))


def sign_in(place: Place, known: dict[str, str], world: World) -> None:
    """Rightly, wrongly, and with a name and a password in the wrong fields."""
    member = member_with(("steward",), world.provider)
    user, known["password"], known["wrong password"] = member.user, canary(), canary()
    # The tests' own hasher is none that production takes.
    user.password = Argon2PasswordHasher().encode(known["password"], secrets.token_hex(8))
    user.save()
    wrong = {"username": user.username, "password": known["wrong password"]}
    assert place.ask("POST", "/api/v1/sign-in", json=wrong).status_code == 403
    swapped = {"username": known["wrong password"], "pass": known["wrong password"]}
    assert place.give("POST", "/api/v1/sign-in", json=swapped).status_code == 422
    right = {"username": user.username, "password": known["password"]}
    answer = place.give("POST", "/api/v1/sign-in", json=right)
    assert answer.status_code in (200, 201), answer.text
    known["token of a person"] = answer.json()["token"]
    assert place.ask("GET", "/api/v1/me", known["token of a person"]).status_code == 200
    known["seed of codes"] = begin_app(User.objects.get(pk=user.pk), actor=actor_for(member))[1]


def have_keys(place: Place, known: dict[str, str], world: World) -> None:
    """Keys of every kind, used once rightly and once with a wrong end."""
    admin = member_with(("department_admin",), world.provider)
    address = f"/api/v1/systems/{world.publisher.pk}/credentials"
    for kind in ("bearer", "signing", "client"):
        body = {"days": 30, "kind": kind, "scopes": ["read", "publish"]}
        made = place.give("POST", address, admin, json=body)
        assert made.status_code == 201, made.text
        known[f"{kind} key"] = made.json()["secret"]
    assert place.ask("GET", "/api/v1/datasets", known["bearer key"]).status_code == 200
    wrong = known["bearer key"][:-4] + "AAAA"
    assert place.ask("GET", f"/api/v1/datasets?key={wrong}", wrong).status_code == 401
    dialect = {"system": str(world.publisher.pk), "dialect": "national"}
    made = place.give("POST", "/api/v1/gateway-keys", admin, json=dialect)
    assert made.status_code == 201, made.text
    known["gateway key"] = made.json()["secret"]


def connect(place: Place, known: dict[str, str], world: World) -> None:
    """Places elsewhere with passwords; tried, refused, changed, broken."""
    steward = member_with(("steward", "department_admin"), world.provider)
    known["password of a source"], known["changed password"] = canary(), canary()
    body = {
        "system": str(world.publisher.pk),
        "name": "民政库",
        "kind": "postgres",
        "options": {"host": "10.0.0.9", "port": 5432, "database": "d", "user": "u"},
        "secrets": {"password": known["password of a source"]},
    }
    made = place.ask("POST", "/api/v1/connectors", steward, json=body)
    assert made.status_code == 201, made.text
    connector = f"/api/v1/connectors/{made.json()['id']}"
    assert place.ask("GET", connector, steward).status_code == 200
    bad = body | {"secrets": {"password": [known["password of a source"]], "x": "y"}}
    assert place.ask("POST", "/api/v1/connectors", steward, json=bad).status_code == 422
    known["secret of an interface"] = canary()
    interface = {
        "name": "查询",
        "method": "GET",
        "url": "https://10.0.0.9/divisions",
        "system": str(world.publisher.pk),
        "resource": str(world.resource.pk),
        "auth": {"kind": "header", "name": "X-Key"},
        "secret": known["secret of an interface"],
    }
    assert place.ask("POST", "/api/v1/interfaces", steward, json=interface).status_code == 201
    with broken("exchange_connector"):
        answer = place.ask(
            "POST",
            "/api/v1/connectors",
            steward,
            json=body | {"secrets": {"password": known["changed password"]}},
        )
        assert answer.status_code == 500
        assert "traceback" not in answer.text.lower()


@contextmanager
def broken(table: str) -> Iterator[None]:
    """While it lasts the platform has lost a table: what needs it ends in a 500."""
    with closing(psycopg2.connect(owner_dsn())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            away = sql.Identifier(f"{table}_away")
            rename = sql.SQL("ALTER TABLE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(table), away))
            try:
                yield
            finally:
                cursor.execute(rename.format(away, sql.Identifier(table)))


def owner_dsn() -> str:
    owner = env.text("DATABASE_OWNER_URL") or env.text("DATABASE_URL")
    return urlsplit(owner)._replace(path=f"/{own_connection.settings_dict['NAME']}").geturl()


def let_the_worker_work(
    world: World,
    known: dict[str, str],
    receiver: HookReceiver,
    target: Target,
    variables: dict[str, str],
    start_worker: Callable[..., Server],
    start_beat: Callable[..., Server],
) -> Server:
    """A delivery by webhook, and a sync that is refused for its password."""
    lane = world.subscribe("webhook", url=f"{receiver.url}?token={known['token in an address']}")
    known["secret of a webhook"] = unseal(lane.sealed)
    known["password at the source"] = canary()
    connector = connector_to(world, target)
    connector.change(sealed=seal_secrets({"password": known["password at the source"]}))
    job = Syncing(world, target, connector).job()
    run = Syncing(world, target, connector).run(job)
    world.publish([row("110101")])
    addresses = f"{receiver.address},{target.address}"
    # The tests' own settings open loopback, which production never does.
    own = variables | {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "EGRESS_TEST_ADDRESSES": addresses,
    }
    worker = start_worker(own)
    start_beat(own)
    worker.wait_until(
        lambda: (
            len(receiver.calls) == 1
            and SyncRun.objects.exclude(fault_code="").filter(pk=run.pk).exists()
            and Delivery.objects.exclude(delivered_at=None).exists()
        ),
        timeout=20,
    )
    return worker


def everything(place: Place, web_log: str, worker_log: str, url: str) -> Iterator[tuple[str, str]]:
    """All that an attacker may come by without the environment."""
    yield from place.told
    yield "log of the web", web_log
    yield "log of the worker", worker_log
    yield from rows()
    yield from broker(url)
    for path in store().root.parent.rglob("*"):
        if path.is_file():
            yield f"file {path}", path.read_bytes().decode("latin-1")


def rows() -> Iterator[tuple[str, str]]:
    """Every row of every table, as a dump has it."""
    with closing(psycopg2.connect(owner_dsn())) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for names in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(*names)))
            yield ".".join(names), "\n".join(text for (text,) in cursor.fetchall())


def broker(url: str) -> Iterator[tuple[str, str]]:
    """Every value of the broker's database and of the cache's, which is the next one."""
    address = urlsplit(url)
    for number in (int(address.path[1:]), int(address.path[1:]) + 1):
        with closing(redis.Redis.from_url(address._replace(path=f"/{number}").geturl())) as server:
            readers: dict[bytes, Callable[[bytes], Any]] = {
                b"string": server.get,
                b"list": lambda key: server.lrange(key, 0, -1),
                b"set": server.smembers,  # type: ignore[dict-item]
                b"hash": server.hgetall,
                b"zset": lambda key: server.zrange(key, 0, -1),
            }
            for key in server.scan_iter():
                yield f"key {number} {key!r}", f"{key!r} {readers[server.type(key)](key)!r}"


def test_no_secret_is_in_a_log_a_dump_the_broker_an_export_or_a_file(
    world: World,
    place: Place,
    known: dict[str, str],
    variables: dict[str, str],
    start_worker: Callable[..., Server],
    start_beat: Callable[..., Server],
    receiver: HookReceiver,
    target: Target,
    tmp_path: Any,
) -> None:
    known["token in an address"] = canary()
    sign_in(place, known, world)
    have_keys(place, known, world)
    connect(place, known, world)
    with broken("accounts_user"):
        body = {"username": "wang", "password": known["wrong password"]}
        assert place.ask("POST", "/api/v1/sign-in", json=body).status_code == 500
    worker = let_the_worker_work(
        world, known, receiver, target, variables, start_worker, start_beat
    )
    auditor = member_with(("auditor",), world.provider)
    for address in ("/api/v1/audit-events", "/api/v1/uses/export", "/api/v1/systems/export"):
        assert place.ask("GET", address, auditor).status_code in (200, 403), address
    metrics = place.ask("GET", "/metrics", known["METRICS_TOKEN"])
    assert metrics.status_code == 200
    assert "shuqiao_" in metrics.text

    web_log, worker_log = (tmp_path / "web.log").read_text(), worker.log.read_text()
    assert '"status": 500' in web_log or "ProgrammingError" in web_log
    found = [
        (where, what)
        for where, text in everything(place, web_log, worker_log, variables["REDIS_URL"])
        for what, secret in known.items()
        if secret in text
    ]
    # The address of a webhook is shown to its owner, who wrote it.
    assert [each for each in found if each[1] != "token in an address"] == []
    assert {where for where, _ in found} <= {"public.exchange_subscription"}
    assert len(set(known.values())) == 20

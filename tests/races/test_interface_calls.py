"""Calls of interfaces side by side: quotas hold, slow providers take few threads, one probe."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Nonce
from exchange import breakers
from exchange.actions.gateway_keys import issue_gateway_key
from exchange.actions.interfaces import register_interface
from exchange.gateways import provincial_headers
from exchange.models import GrantDay, ServiceInterface, UseEntry
from kernel.errors import DomainError
from tests.factories.exchange import PURPOSE, row
from tests.factories.interfaces import call, register
from tests.people import actor_for, member_with
from tests.providers import provider
from tests.threads import side_by_side

__all__ = ["provider"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, world):
    return world


@pytest.fixture
def interface(world, provider, settings):
    settings.INTERFACE_CALLS = settings.INTERFACE_CALLS_TOGETHER = 100
    provider.answer = {"data": {"rows": [row("110101")]}}
    return register(world, provider.url)


def told(deeds):
    """How often each outcome came: a refusal's code, or ok."""
    answers = side_by_side(deeds)
    broken = [a for a in answers if isinstance(a, Exception) and not isinstance(a, DomainError)]
    assert broken == []
    return Counter(answer.code if isinstance(answer, DomainError) else "ok" for answer in answers)


def test_thirty_callers_get_exactly_the_calls_of_the_day(world, interface, provider):
    world.grant(calls_per_day=11)
    assert told([lambda: call(interface, world)] * 30) == {"ok": 11, "quota-exceeded": 19}
    # Not even the provider saw one more.
    assert len(provider.calls) == 11
    assert GrantDay.objects.values_list("calls", "rows").get() == (11, 11)
    assert UseEntry.objects.count() == 11


def test_a_slow_provider_takes_a_few_threads_and_no_more(world, interface, provider, settings):
    settings.INTERFACE_CALLS, settings.INTERFACE_CALLS_TOGETHER = 3, 5
    world.grant()
    provider.gate = threading.Event()
    opened = threading.Timer(1.0, provider.gate.set)
    opened.start()
    began = time.monotonic()
    ended: list[float] = []

    def ask():
        try:
            return call(interface, world)
        except DomainError as busy:
            ended.append(time.monotonic() - began)
            return busy

    assert told([ask] * 8) == {"ok": 3, "interface-busy": 5}
    # Who found no place was told at once.
    assert max(ended) < 0.9
    opened.join()
    assert call(interface, world).rows == 1


def test_no_transaction_is_open_while_the_provider_is_waited_for(world, interface, provider):
    world.grant()
    seen: list[int] = []

    def answer(asked):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            )
            seen.append(cursor.fetchone()[0])
        connection.close()
        return {"data": {"rows": []}}

    provider.answer = answer
    call(interface, world)
    assert seen == [0]


def test_of_many_who_find_the_rest_over_exactly_one_probes(interface):
    ServiceInterface.objects.update(failures=5, open_until=timezone.now())
    counted = told([lambda: breakers.admit(ServiceInterface.objects.get())] * 12)
    assert counted == {"ok": 1, "provider-resting": 11}


def test_codes_are_given_without_gap_or_repetition(world, provider):
    def registering():
        return register_interface(
            world.resource,
            actor=world.actor("steward"),
            system=world.publisher,
            name="接口",
            method="GET",
            url=provider.url,
            auth={},
        )

    made = side_by_side([registering] * 10)
    numbers = sorted(int(interface.code.rsplit("_", 1)[1]) for interface in made)
    assert numbers == list(range(1, 11))


def test_of_fifty_equal_signed_calls_one_is_taken(world, interface, provider):
    world.grant(networks=["127.0.0.0/8"])
    admin = actor_for(member_with(("department_admin",), world.requester))
    key, secret = issue_gateway_key(world.reader, actor=admin, dialect="provincial")
    headers = {"X-Purpose": PURPOSE, **provincial_headers(secret, key.requester)}

    def replay():
        path = f"/httpproxy/{interface.code}?code=110101"
        return Client().get(path, headers=headers, secure=True).status_code

    assert Counter(side_by_side([replay] * 50)) == {200: 1, 401: 49}
    assert len(provider.calls) == UseEntry.objects.count() == Nonce.objects.count() == 1

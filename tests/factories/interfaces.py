"""A service interface in being, registered by an action."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import factory

from exchange.actions.interface_calls import Answered, call_interface
from exchange.actions.interfaces import register_interface
from exchange.calls import Call
from exchange.gateways import new_key
from exchange.models import GatewayKey, ServiceInterface
from kernel.sealing import seal
from tests.factories.exchange import PURPOSE, World

CODE = {"name": "code", "place": "query", "required": True}
CALL = Call(purpose=PURPOSE, end_user="窗口 12", reason="核对注册地")


class InterfaceFactory(factory.django.DjangoModelFactory):
    """A query that needs a code; ``resource``, ``department`` and ``system`` are the caller's."""

    class Meta:
        model = ServiceInterface

    code = factory.Sequence(lambda number: f"s_made_{number}")
    name = "行政区划查询"
    method = "GET"
    url = "https://10.0.0.1/api/divisions"
    parameters = factory.LazyFunction(lambda: [dict(CODE)])
    auth = factory.LazyFunction(lambda: {"kind": "none"})


class GatewayKeyFactory(factory.django.DjangoModelFactory):
    """A national key; ``system`` and ``department`` are the caller's."""

    class Meta:
        model = GatewayKey

    dialect = "national"
    requester = factory.LazyFunction(lambda: str(uuid4()))
    sealed_key = factory.LazyFunction(lambda: seal(new_key()))
    issued_by = factory.LazyFunction(uuid4)


def register(world: World, url: str, **changes: Any) -> ServiceInterface:
    """A query by code under the world's resource; its answer has the records at /data/rows."""
    declared: dict[str, Any] = {
        "name": "行政区划查询",
        "method": "GET",
        "url": url,
        "parameters": [CODE],
        "records_at": "/data/rows",
        "auth": {},
        "timeout_ms": 2000,
    }
    return register_interface(
        world.resource,
        actor=world.actor("steward"),
        system=world.publisher,
        **(declared | changes),
    )


def call(interface: ServiceInterface, world: World, code: str = "110101", **how: Any) -> Answered:
    """The reader's system calls; keywords are call_interface's."""
    fresh = ServiceInterface.objects.select_related("resource").get(pk=interface.pk)
    told = {"actor": world.actor("reader"), "parameters": {"code": code}, "call": CALL}
    return call_interface(fresh, **(told | how))


def rows_of(answered: Answered) -> list[dict[str, Any]]:
    """The records of an answered query."""
    found: list[dict[str, Any]] = json.loads(answered.body)["items"]
    return found

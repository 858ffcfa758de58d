"""Somebody with rows of their own who puts ids of others where their own should stand."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from rest_framework.test import APIClient

from accounts.permissions import ROLES, Role
from tests.architecture.endpoints import Endpoint
from tests.architecture.moving import Moving
from tests.architecture.scene import Scene
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import entry_with_items
from tests.factories.demands import demand_in
from tests.factories.exchange import make_world, row
from tests.people import client_for, member_with

# A place of a body: names and numbers from the outside in.
Place = tuple[str | int, ...]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOUND = [role.value for role in Role if role is not Role.SYSTEM and not ROLES[role].everywhere]


class Attacker:
    """A provider and a requester that share nothing with the scene's, and all their callers."""

    def __init__(self) -> None:
        self.world = world = make_world(is_queryable=True)
        world.publish([row("110201")])
        self.grant = world.grant()
        self.lane = world.subscribe(grant=self.grant)
        self.draft = entry_with_items(resource__department=world.provider)
        self.other = SystemFactory(department=world.provider)
        between = {"department": world.requester, "routed_to": world.provider}
        self.demand, self.same = demand_in("routed", **between), demand_in("routed", **between)
        self.moving = Moving(world)
        self.callers: dict[str, APIClient] = {
            f"{role} of the {side}": client_for(member_with((role,), department))
            for role in BOUND
            for side, department in (("provider", world.provider), ("requester", world.requester))
        }
        self.callers["provider's system"] = client_for(world.publisher)
        self.callers["requester's system"] = client_for(world.reader)

    @property
    def of_the_provider(self) -> dict[str, APIClient]:
        """The callers of the department that owns the rows."""
        return {name: client for name, client in self.callers.items() if "provider" in name}

    def of_path(self) -> dict[str, str]:
        """By the first word of a route: a row of one's own."""
        found = {
            "systems": self.world.publisher.pk,
            "resources": self.draft.resource_id,
            "datasets": self.world.dataset.pk,
            "subscriptions": self.lane.pk,
            "grants": self.grant.pk,
            "demands": self.demand.pk,
            "departments": self.world.provider.pk,
            **self.moving.ids(),
        }
        return {word: str(value) for word, value in found.items()}

    def of_body(self, endpoint: str, name: str) -> Any:
        """What stands in a body under this name when it is one's own; None: not owned by anyone."""
        special = {
            ("system-merge POST", "into"): self.other.pk,
            ("demand-merge POST", "into"): self.same.pk,
            ("request-list POST", "system"): self.world.reader.pk,
            ("application-list POST", "system"): self.world.reader.pk,
            ("dataset-hand-over POST", "system"): self.other.pk,
            ("proposal-list POST", "subject"): self.world.requester.pk,
        }
        own = {
            "department": self.world.provider.pk,
            "source_department": self.world.provider.pk,
            "system": self.world.publisher.pk,
            "other": self.other.pk,
            "resource": self.world.resource.pk,
            "dataset": self.world.dataset.pk,
            "grant": self.grant.pk,
            "connector": self.moving.connector.pk,
            "ids": self.draft.resource_id,
        }
        found = special.get((endpoint, name)) or own.get(name)
        return found and str(found)


def places_of(body: Any, at: Place = ()) -> Iterator[Place]:
    """Where ids of rows stand in a body."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from places_of(value, (*at, name))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from places_of(value, (*at, number))
    elif isinstance(body, str) and _UUID.fullmatch(body):
        yield at


def name_of(place: Place) -> str:
    """The field that the place belongs to."""
    return [str(word) for word in place if isinstance(word, str)][-1]


def swapped(body: Any, attacker: Attacker, endpoint: str, foreign: Place | None) -> Any:
    """The scene's body with the attacker's own ids, but for one place."""
    made = copy.deepcopy(body)
    for place in places_of(body):
        own = attacker.of_body(endpoint, name_of(place))
        if place != foreign and own is not None:
            _put(made, place, own)
    return made


def _put(body: Any, place: Place, value: str) -> None:
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


def address_of(endpoint: Endpoint, scene: Scene, own: dict[str, str]) -> str | None:
    """The address with one's own row first and the scene's below it; None without one's own."""
    parts, is_first = endpoint.route.split("/"), True
    for at, part in enumerate(parts):
        if part.startswith("<"):
            word = scene.word(parts[:at])
            if is_first and word not in own:
                return None
            parts[at] = own[word] if is_first else scene.ids[word]
            is_first = False
    return "/" + "/".join(parts)


def is_id(text: str) -> bool:
    """Whether a part of an address is the id of a row, and no number of a version."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True

"""Clients of the world's people and systems, and how a publication is sent."""

from collections.abc import Callable

import pytest

from tests.factories.exchange import World, ndjson
from tests.people import client_for


@pytest.fixture
def client_of(world: World) -> Callable[..., object]:
    """``client_of("asker")``: an API client with a real token, one for each of the world."""
    made: dict[str, object] = {}

    def client(who: str) -> object:
        if who not in made:
            made[who] = client_for(world.actor(who))
        return made[who]

    return client


@pytest.fixture
def publish(world: World, client_of: Callable[..., object]) -> Callable[..., object]:
    """``publish(rows)``: post a snapshot as NDJSON by the dataset's system."""

    def send(rows: object, kind: str = "snapshot", type: str = "application/x-ndjson", **headers):
        data = rows if isinstance(rows, bytes) else ndjson(rows)
        return client_of("publisher").post(
            f"/api/v1/datasets/{world.dataset.pk}/batches?kind={kind}",
            data=data,
            content_type=type,
            headers=headers,
        )

    return send

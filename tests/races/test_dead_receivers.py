"""A receiver that takes the connection and never answers holds up none of the others."""

import socket
import time

import pytest

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.models import Attempt, Subscription
from tests.factories.exchange import row

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LIVING, DEAD = 20, 40


@pytest.fixture
def silent(settings):
    """Addresses at which somebody listens and nobody ever answers."""
    peers = [socket.create_server(("127.0.0.1", 0)) for _ in range(DEAD)]
    ports = [peer.getsockname()[1] for peer in peers]
    opened = [f"127.0.0.1:{port}" for port in ports]
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, *opened]
    yield [f"http://{address}/hook" for address in opened]
    for peer in peers:
        peer.close()


def test_the_living_are_told_while_the_dead_are_waited_for(world, receiver, silent):
    grant = world.grant()
    for url in silent:
        world.subscribe("webhook", grant, url=url)
    for _ in range(LIVING):
        world.subscribe("webhook", grant, url=receiver.url)
    world.publish([row("110101")])
    began = time.monotonic()
    last = [began]

    def note() -> None:
        last[0] = time.monotonic()

    receiver.before_answer = note
    assert deliver_due(actor=CLOCK) == LIVING
    ended = time.monotonic()
    assert len(receiver.calls) == LIVING
    # Each dead one is waited for ten seconds; the last of the living was told before the first
    # of them was given up, however busy the machine.
    assert ended - began > 9
    assert last[0] - began < 9
    assert Attempt.objects.filter(error="timeout").count() == DEAD
    lanes = Subscription.objects.filter(url__in=silent)
    assert set(lanes.values_list("state", "position", "attempts", "lease_until")) == {
        ("active", 0, 1, None)
    }

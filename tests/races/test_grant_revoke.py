"""Revocation against everything that may be under way: nothing starts under it afterwards."""

import time
from threading import Event, Thread

import pytest
from django.db import connection

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.actions.grants import revoke_grant
from exchange.actions.reads import read_changes, read_table
from exchange.actions.subscriptions import open_subscription
from exchange.dataplane.connectors import postgres
from exchange.errors import GrantEnded, StoreFailed
from exchange.models import Delivery, Grant, Subscription
from tests.factories.exchange import row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def revoke(world, grant: Grant) -> None:
    """Revoke from a thread of its own, as another request would."""

    def run() -> None:
        try:
            revoke_grant(Grant.objects.get(pk=grant.pk), actor=world.actor("head"), reason="停")
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("attempt", range(8))
def test_no_subscription_outlives_a_revocation_that_met_its_opening(world, attempt):
    grant = world.grant()
    asker, head = world.actor("asker"), world.actor("head")
    opened, revoked = side_by_side(
        [
            lambda: open_subscription(grant, actor=asker, mode="pull"),
            lambda: revoke_grant(Grant.objects.get(pk=grant.pk), actor=head, reason="停"),
        ]
    )
    assert revoked.state == "revoked"
    if isinstance(opened, Exception):
        assert isinstance(opened, GrantEnded)
        assert not Subscription.objects.exists()
    else:
        assert Subscription.objects.get().state == "ended"


def test_a_call_on_the_wire_is_the_last_one_and_is_not_booked(world, receiver):
    lane = world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    world.publish([row("110102")])
    receiver.before_answer = lambda: revoke(world, lane.grant)
    assert deliver_due(actor=CLOCK) == 0
    lane.refresh_from_db()
    assert (lane.state, lane.position, receiver.numbers()) == ("ended", 0, [1])
    assert not Delivery.objects.exists()
    receiver.before_answer = None
    assert deliver_due(actor=CLOCK) == 0
    assert receiver.numbers() == [1]


@pytest.mark.parametrize("place", ["sink.after_copy", "sink.before_commit"])
def test_rows_on_their_way_into_a_sink_are_undone(world, target, monkeypatch, place):
    lane = world.subscribe("sink", dsn=target.dsn, target_schema="shared", target_table="divisions")
    world.publish([row("110101")])
    monkeypatch.setattr(
        postgres, "failpoint", lambda name: revoke(world, lane.grant) if name == place else None
    )
    assert deliver_due(actor=CLOCK) == 0
    lane.refresh_from_db()
    assert (lane.state, lane.position) == ("ended", 0)
    assert target.rows("shared.divisions") == []
    assert target.offset() == []


def test_no_read_that_starts_after_the_answer_gets_anything(world):
    lane, reader = world.subscribe(), world.actor("reader")
    world.publish([row(f"11010{n}") for n in range(8)])
    revoked_at, stop = [float("inf")], Event()

    def read() -> list[tuple[float, bool]]:
        outcomes = []
        while not stop.is_set():
            started = time.monotonic()
            try:
                own = Subscription.objects.select_related("dataset__schema").get(pk=lane.pk)
                if len(outcomes) % 2:
                    read_changes(own, actor=reader, cursor=None, limit=5)
                else:
                    read_table(own, actor=reader, format="csv")
                outcomes.append((started, True))
            except (GrantEnded, StoreFailed):
                # Whoever reads while it ends may be told to come again.
                outcomes.append((started, False))
        return outcomes

    def end() -> None:
        try:
            time.sleep(0.5)
            revoke_grant(lane.grant, actor=world.actor("head"), reason="停")
            revoked_at[0] = time.monotonic()
            time.sleep(0.3)
        finally:
            stop.set()

    *readers, _ = side_by_side([read, read, read, end])
    outcomes = [outcome for each in readers for outcome in each]
    late = [given for started, given in outcomes if started > revoked_at[0]]
    # The race was one: reads had their way before, and were refused after.
    assert any(given for _, given in outcomes)
    assert late
    assert not any(late)

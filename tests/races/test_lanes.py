"""Many workers, many lanes: no lane has two holders, and a stale holder writes nothing."""

import time

import pytest
from django.db import connection

from accounts.actor import CLOCK
from exchange import lanes
from exchange.actions.deliveries import deliver_due
from exchange.models import Delivery, Subscription
from tests.factories.exchange import row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_two_workers_claim_the_same_lane(world, receiver):
    grant = world.grant()
    opened = [world.subscribe("webhook", grant, url=receiver.url) for _ in range(12)]
    world.publish([row("110101")])

    def claim_all() -> list[lanes.Lease]:
        found = []
        while lease := lanes.claim_lane():
            found.append(lease)
        return found

    claimed = [lease for found in side_by_side([claim_all] * 8) for lease in found]
    assert sorted(lease.subscription_id for lease in claimed) == sorted(lane.pk for lane in opened)
    assert {lease.token for lease in claimed} == {1}


def test_only_the_newest_token_advances(world, receiver, settings):
    settings.LEASE_SECONDS = 0
    lane = world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    leases = [lanes.claim_lane() for _ in range(6)]
    ends = side_by_side([lambda lease=lease: lanes.advance(lease, 1) for lease in leases])
    assert [type(end) for end in ends] == [lanes.LeaseLost] * 5 + [type(None)]
    lane.refresh_from_db()
    assert (lane.position, lane.lease_token) == (1, 6)


def test_a_lease_is_kept_while_the_work_runs_and_no_longer(world, receiver, settings):
    settings.LEASE_SECONDS = 1
    world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    lease = lanes.claim_lane()
    until = time.monotonic() + 2
    with lanes.kept(lease):
        while time.monotonic() < until:
            assert lanes.claim_lane() is None
            time.sleep(0.1)
    end = time.monotonic() + 5
    while (taken := lanes.claim_lane()) is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert taken.token == lease.token + 1


def test_four_workers_bring_each_batch_once_and_in_order(world, receiver, target):
    grant = world.grant()
    hooks = [world.subscribe("webhook", grant, url=receiver.url) for _ in range(3)]
    sink = world.subscribe(
        "sink", grant, dsn=target.dsn, target_schema="shared", target_table="divisions"
    )
    for n in range(4):
        world.publish([row("110101", f"第{n}版"), row(f"11020{n}")], "changes")
    ends = side_by_side([lambda: deliver_due(actor=CLOCK)] * 4)
    assert sum(ends) == 16
    assert sorted(receiver.numbers()) == sorted([1, 2, 3, 4] * 3)
    calls = [headers["webhook-id"] for headers, _ in receiver.calls]
    for hook in hooks:
        own = [call for call in calls if call.startswith(str(hook.pk))]
        assert own == [f"{hook.pk}.{n}" for n in (1, 2, 3, 4)]
    assert target.offset() == [(1, 4)]
    assert target.rows("shared.divisions")[0] == ("110101", "第3版")
    assert set(Subscription.objects.values_list("position", "lease_until")) == {(4, None)}
    assert Delivery.objects.filter(subscription=sink).count() == 4


def test_a_stale_worker_that_fails_notes_nothing_over_the_new_one(world, receiver):
    lane = world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    receiver.answers += [(204, {}), (500, {})]

    def overtake() -> None:
        """While the first worker waits for its answer, its lease runs out and a second delivers."""
        receiver.before_answer = None
        Subscription.objects.update(lease_until=lane.created_at)
        assert side_by_side([lambda: deliver_due(actor=CLOCK)]) == [1]
        connection.close()

    receiver.before_answer = overtake
    assert deliver_due(actor=CLOCK) == 0
    assert receiver.numbers() == [1, 1]
    lane.refresh_from_db()
    assert (lane.state, lane.position, lane.last_error) == ("active", 1, "")
    noted = Delivery.objects.get()
    assert (noted.response_status, noted.last_error) == (204, "")
    assert noted.delivered_at is not None

"""Leases on lanes: one holder, by the database's clock, fenced by a token."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange import lanes
from exchange.models import Subscription
from tests.factories.exchange import row


@pytest.fixture
def lane(world, receiver):
    made = world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    return made


def change(**values):
    Subscription.objects.update(**values)


def test_a_due_lane_is_claimed_once_and_counted_before_the_work(lane):
    lease = lanes.claim_lane()
    assert (lease.subscription_id, lease.token) == (lane.pk, 1)
    lane.refresh_from_db()
    assert (lane.attempts, lane.lease_token) == (1, 1)
    assert 55 < (lane.lease_until - timezone.now()).total_seconds() <= 60
    assert lanes.claim_lane() is None


@pytest.mark.parametrize(
    "values",
    [
        {"state": "paused"},
        {"state": "ended"},
        {"mode": "pull"},
        {"position": 1},
        {"next_attempt_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_a_lane_that_is_not_due_is_not_claimed(lane, values):
    change(**values)
    assert lanes.claim_lane() is None


def test_a_lease_that_ran_out_goes_to_the_next_and_shuts_out_the_first(lane):
    stale = lanes.claim_lane()
    change(lease_until=timezone.now() - timedelta(seconds=1))
    fresh = lanes.claim_lane()
    assert fresh.token == 2
    with pytest.raises(lanes.LeaseLost):
        lanes.hold(stale)
    with pytest.raises(lanes.LeaseLost):
        lanes.advance(stale, 1)
    lanes.give_back(stale, error="late")
    lane.refresh_from_db()
    assert (lane.position, lane.last_error, lane.lease_token) == (0, "", 2)
    lanes.advance(fresh, 1)
    lane.refresh_from_db()
    assert (lane.position, lane.attempts) == (1, 1)


def test_a_lane_advances_batch_by_batch(lane):
    lease = lanes.claim_lane()
    for wrong in (0, 2, 5):
        with pytest.raises(lanes.LeaseLost):
            lanes.advance(lease, wrong)
    lane.refresh_from_db()
    assert lane.position == 0


def test_holding_renews_the_lease(lane, settings):
    lease = lanes.claim_lane()
    settings.LEASE_SECONDS = 600
    lanes.hold(lease)
    lane.refresh_from_db()
    assert (lane.lease_until - timezone.now()).total_seconds() > 500


def test_a_lane_given_back_with_an_error_waits_and_remembers(lane):
    lanes.give_back(lanes.claim_lane(), wait_seconds=300, error="status-500")
    lane.refresh_from_db()
    assert (lane.attempts, lane.last_error, lane.lease_until) == (1, "status-500", None)
    assert (lane.next_attempt_at - timezone.now()).total_seconds() == pytest.approx(300, abs=5)
    assert lanes.claim_lane() is None


def test_a_lane_given_back_without_an_error_is_due_again(lane):
    lanes.give_back(lanes.claim_lane())
    lane.refresh_from_db()
    assert (lane.attempts, lane.last_error) == (0, "")
    assert lanes.claim_lane().token == 2


def test_the_lane_that_waited_longest_comes_first(world, lane, receiver):
    other = world.subscribe("webhook", url=receiver.url)
    Subscription.objects.filter(pk=other.pk).update(
        next_attempt_at=timezone.now() - timedelta(hours=1)
    )
    assert [lanes.claim_lane().subscription_id for _ in range(2)] == [other.pk, lane.pk]
    assert lanes.claim_lane() is None

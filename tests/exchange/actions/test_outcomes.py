"""Every attempt is a row; a lane that stops tells those who answer for it."""

import pytest

from accounts.actor import CLOCK
from accounts.models import Notice
from exchange import lanes
from exchange.actions.deliveries import deliver_due
from exchange.actions.outcomes import Failure, note_failures
from exchange.actions.subscriptions import resume_subscription
from exchange.dataplane.errors import Transient
from exchange.dataplane.webhooks import SCHEDULE
from exchange.models import Attempt, Delivery, Subscription
from tests.factories.exchange import row

FIRST = [row("110101"), row("110102")]


@pytest.fixture
def lane(world, receiver):
    return world.subscribe("webhook", url=receiver.url)


def due():
    Subscription.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    return deliver_due(actor=CLOCK)


def test_each_call_is_an_attempt_with_its_answer(world, lane, receiver):
    world.publish(FIRST)
    receiver.answers.append((500, {}))
    deliver_due(actor=CLOCK)
    due()
    made = Attempt.objects.order_by("created_at").values_list(
        "number", "ok", "status", "error", "is_repeat"
    )
    assert list(made) == [(1, False, 500, "status-500", False), (1, True, 204, "", False)]
    assert Delivery.objects.get().attempts == 2


def test_a_call_that_finds_nobody_is_an_attempt_without_a_status(world, lane, receiver):
    world.publish(FIRST)
    receiver.close()
    deliver_due(actor=CLOCK)
    made = Attempt.objects.get()
    assert (made.ok, made.status, made.error) == (False, None, "connection")


def test_gone_stops_the_lane_at_once_with_a_notice(world, lane, receiver, trail):
    world.publish(FIRST)
    receiver.answers.append((410, {}))
    deliver_due(actor=CLOCK)
    lane.refresh_from_db()
    assert (lane.state, lane.state_reason) == ("paused", "gone")
    notice = Notice.objects.get(verb="subscription.parked")
    assert notice.department_id == world.requester.pk
    assert notice.roles == ["department_admin", "steward"]
    assert (notice.facts["number"], notice.facts["error"]) == (1, "gone")
    assert trail("subscription.parked") == [{"number": 1, "error": "gone"}]


def test_nobody_is_told_before_the_schedule_is_over(world, lane, receiver):
    world.publish(FIRST)
    for _ in SCHEDULE[:-1]:
        receiver.answers.append((500, {}))
        due()
    assert not Notice.objects.filter(verb="subscription.parked").exists()
    receiver.answers.append((500, {}))
    due()
    assert Notice.objects.filter(verb="subscription.parked").count() == 1
    assert Attempt.objects.filter(ok=False).count() == len(SCHEDULE)
    resume_subscription(Subscription.objects.get(), actor=world.actor("asker"))
    assert deliver_due(actor=CLOCK) == 1


def test_whoever_lost_the_lane_notes_nothing(world, lane, receiver, unchanged):
    world.publish(FIRST)
    stale = lanes.claim_lane()
    Subscription.objects.update(lease_token=stale.token + 1)
    with unchanged():
        fault = Transient("timeout", "No answer in time.")
        note_failures([Failure(lane, stale, 1, fault)], actor=CLOCK)

"""Bringing batches to webhooks and sinks: in order, fenced, retried by a schedule, parked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import Obligation
from exchange import lanes
from exchange.actions.deliveries import MOST_CLAIMS, deliver_due
from exchange.actions.grants import revoke_grant
from exchange.actions.subscriptions import (
    open_subscription,
    pause_subscription,
    resume_subscription,
)
from exchange.dataplane.webhooks import SCHEDULE
from exchange.models import Delivery, Subscription
from kernel.errors import Forbidden
from kernel.failpoints import arm
from tests.factories.exchange import GRANTED, row

FIRST = [row("110101"), row("110102"), row("110103")]
SECOND = [row("110101"), row("110102", "改名区"), row("110104")]
SINK = {"mode": "sink", "target_schema": "shared", "target_table": "divisions"}


@pytest.fixture
def webhook(world, receiver):
    """A webhook's lane, with its secret beside it."""
    made, secret = open_subscription(
        world.grant(), actor=world.actor("asker"), mode="webhook", url=receiver.url
    )
    made.secret = secret
    return made


@pytest.fixture
def sink(world, target):
    return world.subscribe(dsn=target.dsn, **SINK)


def due(lane: Subscription) -> Subscription:
    """Make the lane due now, as if its wait were over."""
    Subscription.objects.filter(pk=lane.pk).update(
        next_attempt_at=timezone.now() - timedelta(minutes=1)
    )
    lane.refresh_from_db()
    return lane


def wait_of(lane: Subscription) -> float:
    """Seconds until the lane's next attempt."""
    lane.refresh_from_db()
    return (lane.next_attempt_at - timezone.now()).total_seconds()


def test_a_webhook_is_told_of_each_batch_in_order_and_signed(world, webhook, receiver, trail):
    world.publish(FIRST)
    world.publish(SECOND)
    assert deliver_due(actor=CLOCK) == 2
    told = receiver.events(webhook.secret)
    assert [event["data"]["number"] for event in told] == [1, 2]
    assert told[0]["type"] == "batch.published"
    assert told[0]["data"]["rows"] == 3
    assert told[0]["data"]["changes"].endswith(f"/api/v1/subscriptions/{webhook.pk}/changes")
    assert [h["webhook-id"] for h, _ in receiver.calls] == [f"{webhook.pk}.1", f"{webhook.pk}.2"]
    webhook.refresh_from_db()
    assert (webhook.position, webhook.attempts, webhook.lease_until) == (2, 0, None)
    assert list(Delivery.objects.order_by("number").values_list("number", "attempts")) == [
        (1, 1),
        (2, 1),
    ]
    assert trail().count("delivery.completed") == 2


def test_a_call_holds_no_record_and_does_not_meet_c5(world, webhook, receiver):
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    body = receiver.calls[0][1].decode()
    assert "110101" not in body
    assert "示例县" not in body
    assert Obligation.objects.get(kind="C5").state == "open"


def test_nothing_due_is_nothing_done(world, webhook, receiver, unchanged):
    with unchanged():
        assert deliver_due(actor=CLOCK) == 0
    assert receiver.calls == []


def test_only_the_clock_delivers(world, webhook, receiver, unchanged):
    world.publish(FIRST)
    with unchanged(), pytest.raises(Forbidden):
        deliver_due(actor=world.actor("asker"))
    assert receiver.calls == []


def test_a_sink_follows_the_log_with_the_granted_items_only(world, sink, target, trail):
    world.publish(FIRST)
    world.publish(SECOND)
    assert deliver_due(actor=CLOCK) == 2
    assert target.rows("shared.divisions") == [
        ("110101", "示例县"),
        ("110102", "改名区"),
        ("110104", "示例县"),
    ]
    columns = target.query(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'divisions'"
    )
    assert sorted(name for (name,) in columns) == sorted(GRANTED)
    assert target.offset() == [(1, 2)]
    assert Obligation.objects.get(kind="C5").state == "met"
    entry = trail("delivery.completed")[1]
    assert (entry["number"], entry["items"], entry["rows"], entry["edition"]) == (2, GRANTED, 3, 1)


def test_a_crash_after_the_targets_commit_repeats_nothing(world, sink, target):
    world.publish(FIRST)
    arm("deliver.before_finish:error")
    assert deliver_due(actor=CLOCK) == 0
    assert target.offset() == [(1, 1)]
    sink.refresh_from_db()
    assert (sink.position, sink.state) == (0, "active")
    target.query("DELETE FROM shared.divisions WHERE code = '110101'")
    due(sink)
    assert deliver_due(actor=CLOCK) == 1
    # Applied once: had it been applied again, the deleted row would be back.
    assert [code for code, _ in target.rows("shared.divisions")] == ["110102", "110103"]
    sink.refresh_from_db()
    assert sink.position == 1
    assert Delivery.objects.get().rows == 3


@pytest.mark.parametrize("place", ["sink.after_copy", "sink.before_commit"])
def test_a_failure_before_the_targets_commit_leaves_the_target_as_it_was(
    world, sink, target, place
):
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    world.publish(SECOND)
    arm(f"{place}:error")
    assert deliver_due(actor=CLOCK) == 0
    assert target.offset() == [(1, 1)]
    assert [code for code, _ in target.rows("shared.divisions")] == ["110101", "110102", "110103"]
    due(sink)
    assert deliver_due(actor=CLOCK) == 1
    assert target.offset() == [(1, 2)]


def test_a_failed_call_waits_by_the_schedule_and_keeps_its_id(world, webhook, receiver):
    world.publish(FIRST)
    for attempt, wait in enumerate(SCHEDULE[1:4], start=1):
        receiver.answers.append((500, {}))
        assert deliver_due(actor=CLOCK) == 0
        assert wait_of(webhook) == pytest.approx(wait, rel=0.12, abs=1)
        assert (webhook.attempts, webhook.position) == (attempt, 0)
        assert webhook.last_error == "status-500"
        noted = Delivery.objects.get()
        assert (noted.attempts, noted.response_status, noted.delivered_at) == (attempt, 500, None)
        assert deliver_due(actor=CLOCK) == 0
        due(webhook)
    assert deliver_due(actor=CLOCK) == 1
    assert {h["webhook-id"] for h, _ in receiver.calls} == {f"{webhook.pk}.1"}
    noted.refresh_from_db()
    assert (noted.attempts, noted.response_status, noted.last_error) == (4, 204, "")
    webhook.refresh_from_db()
    assert (webhook.attempts, webhook.last_error) == (0, "")


def test_after_the_last_attempt_the_lane_is_parked_and_names_the_batch(
    world, webhook, receiver, trail
):
    world.publish(FIRST)
    for _ in SCHEDULE:
        receiver.answers.append((500, {}))
        deliver_due(actor=CLOCK)
        due(webhook)
    assert len(receiver.calls) == len(SCHEDULE)
    assert (webhook.state, webhook.state_reason) == ("paused", "status-500")
    assert trail("subscription.parked") == [{"number": 1, "error": "status-500"}]
    assert deliver_due(actor=CLOCK) == 0


def test_a_resumed_lane_goes_on_where_it_was_parked(world, webhook, receiver):
    world.publish(FIRST)
    world.publish(SECOND)
    receiver.answers.append((410, {}))
    deliver_due(actor=CLOCK)
    webhook.refresh_from_db()
    assert (webhook.state, webhook.position) == ("paused", 0)
    assert webhook.state_reason == "gone"
    resume_subscription(webhook, actor=world.actor("asker"))
    assert deliver_due(actor=CLOCK) == 2
    assert receiver.numbers() == [1, 1, 2]


def test_a_redirect_is_not_followed(world, webhook, receiver):
    world.publish(FIRST)
    receiver.answers.append((302, {"Location": "http://127.0.0.1:1/elsewhere"}))
    assert deliver_due(actor=CLOCK) == 0
    webhook.refresh_from_db()
    assert webhook.last_error == "redirected"
    assert len(receiver.calls) == 1


def test_a_receivers_wish_to_wait_is_granted(world, webhook, receiver):
    world.publish(FIRST)
    receiver.answers.append((429, {"Retry-After": "600"}))
    deliver_due(actor=CLOCK)
    assert wait_of(webhook) == pytest.approx(600, abs=5)


def test_a_place_closed_since_then_is_not_called(world, webhook, receiver, settings):
    world.publish(FIRST)
    settings.EGRESS_TEST_ADDRESSES = []
    assert deliver_due(actor=CLOCK) == 0
    webhook.refresh_from_db()
    assert webhook.state == "paused"
    assert webhook.state_reason.startswith("egress-denied")
    assert receiver.calls == []


def test_a_target_with_another_column_parks_the_lane_until_it_is_mended(world, sink, target):
    target.query("CREATE SCHEMA shared")
    target.query("CREATE TABLE shared.divisions (code bigint PRIMARY KEY)")
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 0
    sink.refresh_from_db()
    assert sink.state == "paused"
    assert sink.state_reason == "target-mismatch: Column code is bigint, not text."
    target.query("DROP TABLE shared.divisions")
    resume_subscription(sink, actor=world.actor("asker"))
    assert deliver_due(actor=CLOCK) == 1
    assert len(target.rows("shared.divisions")) == 3


def test_one_broken_lane_does_not_hold_up_another(world, webhook, receiver, sink, target):
    world.publish(FIRST)
    Subscription.objects.filter(pk=webhook.pk).update(sealed="not a sealed secret")
    assert deliver_due(actor=CLOCK) == 1
    assert len(target.rows("shared.divisions")) == 3
    webhook.refresh_from_db()
    assert (webhook.state, webhook.position) == ("active", 0)
    assert webhook.last_error.startswith("unsealable: ")


def test_revocation_ends_deliveries(world, webhook, receiver, sink, target):
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    for lane in (webhook, sink):
        revoke_grant(lane.grant, actor=world.actor("head"), reason="停")
    world.publish(SECOND)
    assert deliver_due(actor=CLOCK) == 0
    assert receiver.numbers() == [1]
    assert target.offset() == [(1, 1)]
    assert len(target.rows("shared.divisions")) == 3


def test_a_worker_in_mid_delivery_writes_nothing_after_revocation(world, webhook, receiver, trail):
    world.publish(FIRST)
    world.publish(SECOND)
    head = world.actor("head")
    lease = lanes.claim_lane()
    revoke_grant(webhook.grant, actor=head, reason="停")
    with pytest.raises(lanes.LeaseLost):
        lanes.hold(lease)
    with pytest.raises(lanes.LeaseLost):
        lanes.advance(lease, 1)
    lanes.give_back(lease, error="late")
    webhook.refresh_from_db()
    assert (webhook.state, webhook.position, webhook.last_error) == ("ended", 0, "")
    assert receiver.calls == []


def test_an_expired_grant_stops_the_lane_before_the_sweep_does(world, webhook, receiver):
    world.publish(FIRST)
    webhook.grant.change(ends_on=timezone.localdate() - timedelta(days=1))
    assert deliver_due(actor=CLOCK) == 0
    webhook.refresh_from_db()
    assert (webhook.state, receiver.calls) == ("paused", [])
    assert webhook.state_reason.startswith("grant-expired")


def test_a_paused_lane_gets_nothing_and_loses_nothing(world, webhook, receiver):
    pause_subscription(webhook, actor=world.actor("asker"), reason="升级")
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 0
    resume_subscription(webhook, actor=world.actor("asker"))
    assert deliver_due(actor=CLOCK) == 1
    assert receiver.numbers() == [1]


def test_a_batch_that_ends_its_workers_is_parked(world, webhook, receiver, trail):
    world.publish(FIRST)
    for _ in range(MOST_CLAIMS):
        assert lanes.claim_lane() is not None
        Subscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due(actor=CLOCK) == 0
    webhook.refresh_from_db()
    assert (webhook.state, receiver.calls) == ("paused", [])
    assert webhook.state_reason.startswith("worker-lost")
    assert trail("subscription.parked")[0]["number"] == 1


def test_a_lane_opened_late_begins_with_the_first_batch(world, target):
    world.publish(FIRST)
    world.publish(SECOND)
    world.subscribe(dsn=target.dsn, **SINK)
    assert deliver_due(actor=CLOCK) == 2
    assert [code for code, _ in target.rows("shared.divisions")] == ["110101", "110102", "110104"]


def test_events_reach_a_sink_once_each(events, target):
    happened = [{"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}] * 2
    events.publish(happened, "append")
    grant = events.grant(["happened_at", "place"])
    events.subscribe(grant=grant, dsn=target.dsn, **(SINK | {"target_table": "happened"}))
    assert deliver_due(actor=CLOCK) == 1
    events.publish(happened[:1], "append")
    assert deliver_due(actor=CLOCK) == 1
    assert target.rows("shared.happened", "_batch, _seq, place") == [
        (1, 1, "西湖区"),
        (1, 2, "西湖区"),
        (2, 1, "西湖区"),
    ]

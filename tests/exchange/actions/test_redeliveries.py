"""Trying a lane, bringing batches once more, changing the secret."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.actions.redeliveries import (
    ping_subscription,
    redeliver_subscription,
    reload_subscription,
    rotate_secret,
)
from exchange.actions.subscriptions import end_subscription, open_subscription
from exchange.errors import ModeMismatch, NeverDelivered, RepeatUnderWay
from exchange.models import Attempt, Subscription
from kernel.errors import Conflict, Forbidden
from tests.factories.exchange import row

FIRST = [row("110101"), row("110102")]
DEEDS = (rotate_secret, ping_subscription, reload_subscription)


@pytest.fixture
def asker(world):
    return world.actor("asker")


@pytest.fixture
def lane(world, receiver, asker):
    made, secret = open_subscription(world.grant(), actor=asker, mode="webhook", url=receiver.url)
    made.secret = secret
    return made


@pytest.fixture
def told(world, lane, receiver):
    """A lane that was told of three batches."""
    for n in range(3):
        world.publish([row(f"11010{n}")], "changes")
    assert deliver_due(actor=CLOCK) == 3
    return lane


def test_after_a_change_both_secrets_sign_for_a_day(world, lane, receiver, asker, trail):
    _, new = rotate_secret(lane, actor=asker)
    assert new != lane.secret
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    headers, body = receiver.calls[0]
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (lane.secret, new):
        assert Webhook(secret).verify(body, headers)["data"]["number"] == 1
    Subscription.objects.update(before_until=timezone.now() - timedelta(seconds=1))
    world.publish([row("110103")], "changes")
    deliver_due(actor=CLOCK)
    headers, body = receiver.calls[1]
    assert Webhook(new).verify(body, headers)["data"]["number"] == 2
    with pytest.raises(WebhookVerificationError):
        Webhook(lane.secret).verify(body, headers)
    assert trail("subscription.secret_rotated") == [{}]


def test_a_test_event_is_sent_at_once_and_its_outcome_told(lane, receiver, asker, trail):
    outcome = ping_subscription(lane, actor=asker)
    assert (outcome.ok, outcome.status) == (True, 204)
    event = receiver.events(lane.secret)[0]
    assert (event["type"], event["data"]["subscription"]) == ("ping", str(lane.pk))
    receiver.answers.append((500, {}))
    assert ping_subscription(lane, actor=asker).error == "status-500"
    assert list(Attempt.objects.order_by("created_at").values_list("number", "ok")) == [
        (0, True),
        (0, False),
    ]
    lane.refresh_from_db()
    assert (lane.state, lane.attempts, lane.position) == ("active", 0, 0)
    assert trail("subscription.pinged")[1] == {"ok": False, "error": "status-500"}


def test_a_batch_comes_once_more_under_its_old_id(told, receiver, asker, trail):
    redeliver_subscription(told, actor=asker, number=2)
    assert deliver_due(actor=CLOCK) == 1
    assert receiver.numbers() == [1, 2, 3, 2]
    ids = [headers["webhook-id"] for headers, _ in receiver.calls]
    assert ids[1] == ids[3] == f"{told.pk}.2"
    told.refresh_from_db()
    assert (told.position, told.redeliver_next) == (3, None)
    assert Attempt.objects.filter(is_repeat=True).get().number == 2
    assert trail("subscription.redelivered") == [{"first": 2, "last": 2}]
    assert trail("delivery.completed")[-1]["repeat"] is True


def test_all_since_one_come_in_order_before_anything_new(world, told, receiver, asker):
    world.publish([row("110109")], "changes")
    redeliver_subscription(told, actor=asker, since=2)
    assert deliver_due(actor=CLOCK) == 3
    assert receiver.numbers() == [1, 2, 3, 2, 3, 4]


def test_a_repeat_that_fails_is_tried_again_and_stays_noted_as_arrived(told, receiver, asker):
    redeliver_subscription(told, actor=asker, number=2)
    receiver.answers.append((500, {}))
    assert deliver_due(actor=CLOCK) == 0
    noted = told.deliveries.get(number=2)
    assert (noted.last_error, noted.delivered_at is None) == ("status-500", False)
    Subscription.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    assert deliver_due(actor=CLOCK) == 1
    told.refresh_from_db()
    assert (told.position, told.redeliver_next, told.attempts) == (3, None, 0)


def test_while_one_wish_is_under_way_another_is_refused(told, asker, unchanged):
    redeliver_subscription(told, actor=asker, since=1)
    with unchanged(), pytest.raises(RepeatUnderWay):
        redeliver_subscription(told, actor=asker, number=3)


@pytest.mark.parametrize("asked", [{"number": 4}, {"since": 4}, {"number": 10**9}])
def test_what_never_arrived_cannot_come_once_more(world, told, asker, unchanged, asked):
    told.dataset.change(last_number=4)
    with unchanged(), pytest.raises(NeverDelivered):
        redeliver_subscription(told, actor=asker, **asked)


def test_each_step_is_for_its_own_modes(world, lane, target, asker, unchanged):
    pull = world.subscribe()
    sink = world.subscribe("sink", dsn=target.dsn, target_schema="shared", target_table="divisions")
    with unchanged():
        for wrong in (pull, sink):
            for deed in (rotate_secret, ping_subscription):
                with pytest.raises(ModeMismatch):
                    deed(wrong, actor=asker)
            with pytest.raises(ModeMismatch):
                redeliver_subscription(wrong, actor=asker, number=1)
        for wrong in (pull, lane):
            with pytest.raises(ModeMismatch):
                reload_subscription(wrong, actor=asker)


def test_a_sink_is_loaded_anew(world, target, asker):
    world.publish(FIRST)
    sink = world.subscribe("sink", dsn=target.dsn, target_schema="shared", target_table="divisions")
    deliver_due(actor=CLOCK)
    target.query("DELETE FROM shared.divisions")
    reload_subscription(sink, actor=asker)
    deliver_due(actor=CLOCK)
    assert len(target.rows("shared.divisions")) == 2
    assert list(sink.deliveries.values_list("number", "is_table")) == [(1, True)]


@pytest.mark.parametrize("who", ["steward", "head", "reader", "asker_head"])
def test_only_the_subscribers_steward_takes_these_steps(world, told, receiver, unchanged, who):
    with unchanged():
        for deed in DEEDS:
            with pytest.raises(Forbidden):
                deed(told, actor=world.actor(who))
        with pytest.raises(Forbidden):
            redeliver_subscription(told, actor=world.actor(who), number=1)
    assert len(receiver.calls) == 3


def test_an_ended_subscription_takes_no_step(told, receiver, asker, unchanged):
    end_subscription(told, actor=asker, reason="停用")
    with unchanged():
        for deed in (rotate_secret, ping_subscription):
            with pytest.raises(Conflict):
                deed(told, actor=asker)
        with pytest.raises(Conflict):
            redeliver_subscription(told, actor=asker, number=1)
    assert len(receiver.calls) == 3

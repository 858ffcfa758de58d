"""Lanes whose next batch is past its retention: the table stands for it, and everybody is told."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from exchange.actions.deliveries import deliver_due
from exchange.actions.reads import read_changes, read_table
from exchange.actions.retention import expire_batches, retain_dataset
from exchange.models import Dataset, Delivery, Subscription
from tests.factories.exchange import GRANTED, row


def expire(world, last: int) -> None:
    """Batches up to ``last`` are past their time, and gone."""
    past = timezone.now() - timedelta(days=31)
    world.dataset.batches.filter(number__lte=last).update(created_at=past)
    found = Dataset.objects.get(pk=world.dataset.pk)
    if found.retain_days is None:
        steward = world.actor("steward")
        retain_dataset(found, actor=steward, expected=found.version, days=30)
    assert expire_batches(actor=CLOCK) > 0


def deliver() -> None:
    for _ in range(3):
        deliver_due(actor=CLOCK)


@pytest.fixture
def log(world):
    """Four batches of one row each."""
    for number in range(1, 5):
        world.publish([row(f"11010{number}", f"第{number}区")], "changes")
    return world


def sink(world, target, **how):
    return world.subscribe(
        "sink", dsn=target.dsn, target_schema="shared", target_table="divisions", **how
    )


def test_a_new_sink_begins_with_the_table(log, target):
    expire(log, 3)
    lane = sink(log, target)
    deliver()
    assert [code for code, _ in target.rows("shared.divisions")] == [
        "110101",
        "110102",
        "110103",
        "110104",
    ]
    assert target.offset() == [(1, 4)]
    log.publish([{"code": "110101", "_op": "delete"}], "changes")
    deliver()
    assert len(target.rows("shared.divisions")) == 3
    lane.refresh_from_db()
    assert (lane.position, lane.state, lane.reload) == (5, "active", False)


@pytest.mark.parametrize("condition", ["", 'level = "3"'], ids=["plain", "under a condition"])
def test_a_sink_that_stood_still_too_long_loads_the_table(log, target, condition):
    terms = {"grant": log.grant(GRANTED, condition=condition)} if condition else {}
    lane = sink(log, target, **terms)
    deliver()
    Subscription.objects.update(state="paused")
    log.publish([{"code": "110102", "_op": "delete"}], "changes")
    log.publish([row("110105", "第5区"), row("110103", "改名区")], "changes")
    log.publish([row("110106", "第6区")], "changes")
    expire(log, 6)
    Subscription.objects.update(state="active")
    deliver()
    assert target.rows("shared.divisions") == [
        ("110101", "第1区"),
        ("110103", "改名区"),
        ("110104", "第4区"),
        ("110105", "第5区"),
        ("110106", "第6区"),
    ]
    lane.refresh_from_db()
    assert (lane.position, lane.state) == (7, "active")


def test_a_webhook_is_told_to_load_the_table_and_goes_on_behind_it(log, receiver):
    lane = log.subscribe("webhook", url=receiver.url)
    deliver()
    Subscription.objects.update(state="paused")
    for number in range(5, 9):
        log.publish([row(f"11010{number}", f"第{number}区")], "changes")
    expire(log, 7)
    Subscription.objects.update(state="active")
    deliver()
    told = [json.loads(body) for _, body in receiver.calls][4:]
    assert [(event["type"], event["data"]["number"]) for event in told] == [
        ("table.reload", 7),
        ("batch.published", 8),
    ]
    assert told[0]["data"]["table"].endswith(f"/subscriptions/{lane.pk}/table")
    lane.refresh_from_db()
    assert lane.position == 8
    passed = AuditEvent.objects.get(verb="subscription.passed_expired")
    assert (passed.detail["first"], passed.detail["last"]) == (5, 7)
    # What it is told is enough to have everything.
    table = read_table(lane, actor=log.actor("reader"), format="csv")
    assert table.rows == 8
    log.publish([row("110109")], "changes")
    page = read_changes(lane, actor=log.actor("reader"), cursor=table.cursor, limit=10)
    assert page.table.num_rows == 1


def test_a_receiver_that_did_not_take_the_event_is_told_again(log, receiver):
    log.subscribe("webhook", url=receiver.url)
    expire(log, 3)
    receiver.answers = [(503, {})]
    deliver_due(actor=CLOCK)
    Subscription.objects.update(next_attempt_at=timezone.now())
    deliver()
    told = [json.loads(body) for _, body in receiver.calls]
    assert [(event["type"], event["data"]["number"]) for event in told] == [
        ("table.reload", 3),
        ("table.reload", 3),
        ("batch.published", 4),
    ]
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 2
    assert set(Delivery.objects.values_list("number", flat=True)) == {3, 4}


def test_an_edition_that_changes_what_is_shown_and_an_expiry_together(log, target):
    lane = sink(log, target)
    deliver()
    Subscription.objects.update(reload=True)
    expire(log, 4)
    deliver()
    assert len(target.rows("shared.divisions")) == 4
    lane.refresh_from_db()
    assert (lane.position, lane.reload) == (4, False)

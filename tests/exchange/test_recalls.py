"""What readers of every kind make of a recalled batch."""

import json

import pytest

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.actions.reads import read_changes, read_table
from exchange.actions.recalls import recall_batch
from exchange.actions.upkeep import fold_due, sweep_orphans
from exchange.dataplane import reading
from exchange.errors import CursorExpired, StoreFailed
from exchange.models import Batch, Delivery
from exchange.recalls import departments_with, require_same_rows
from exchange.snapshots import fold_to
from exchange.storage import projections
from exchange.tables import snapshot_at_head
from tests.factories.exchange import World, row

FIRST = [row("110101"), row("110102"), row("110103")]
BAD = [row("110101", "错误区"), row("110109", "多余县")]
HAPPENED = {"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}


def batch_of(world: World, number: int) -> Batch:
    return Batch.objects.get(dataset=world.dataset, number=number)


def recall(world: World, number: int) -> Batch:
    return recall_batch(batch_of(world, number), actor=world.actor("steward"), reason="导出出错")


def heard(receiver) -> list[dict]:
    """The events in the order of the calls."""
    return [json.loads(body) for _, body in receiver.calls]


@pytest.mark.django_db(transaction=True)
def test_a_webhook_hears_of_the_recall_in_its_order(world: World, receiver) -> None:
    lane = world.subscribe("webhook", url=receiver.url)
    world.publish(FIRST)
    world.publish(BAD, "changes")
    deliver_due(actor=CLOCK)
    recall(world, 2)
    world.publish([row("110104")], "changes")
    deliver_due(actor=CLOCK)
    told = [(event["type"], event["data"]["number"]) for event in heard(receiver)]
    assert told == [
        ("batch.published", 1),
        ("batch.published", 2),
        ("batch.recalled", 3),
        ("batch.published", 4),
    ]
    assert heard(receiver)[2]["data"]["recalls"] == [2]
    lane.refresh_from_db()
    assert lane.position == 4


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_was_not_told_of_the_batch_never_is(world: World, receiver) -> None:
    lane = world.subscribe("webhook", url=receiver.url)
    world.publish(FIRST)
    world.publish(BAD, "changes")
    recall(world, 2)
    for _ in range(3):
        deliver_due(actor=CLOCK)
    told = [(event["type"], event["data"]["number"]) for event in heard(receiver)]
    assert told == [("batch.published", 1), ("batch.recalled", 3)]
    assert not Delivery.objects.filter(subscription=lane, number=2).exists()
    lane.refresh_from_db()
    assert lane.position == 3


@pytest.mark.django_db(transaction=True)
def test_a_database_with_events_is_loaded_anew(events: World, target) -> None:
    events.dataset.change(is_queryable=True)
    lane = events.subscribe(
        "sink",
        events.grant(["happened_at", "place"]),
        dsn=target.dsn,
        target_schema="shared",
        target_table="events",
    )
    events.publish([HAPPENED], "append")
    events.publish([{**HAPPENED, "place": "错误区"}] * 2, "append")
    deliver_due(actor=CLOCK)
    fold_due(actor=CLOCK)
    assert len(target.rows("shared.events", "place")) == 3
    events.dataset.refresh_from_db()
    recall(events, 2)
    events.publish([{**HAPPENED, "place": "滨江区"}], "append")
    for _ in range(2):
        deliver_due(actor=CLOCK)
    fold_due(actor=CLOCK)
    assert target.rows("shared.events", "place") == [("滨江区",), ("西湖区",)]
    lane.refresh_from_db()
    events.dataset.refresh_from_db()
    assert (lane.position, lane.reload, events.dataset.folded_number) == (4, False, 4)


def test_who_has_the_batch_is_known_from_the_ledger(world: World) -> None:
    world.publish(FIRST)
    lane = world.subscribe()
    reader = world.actor("reader")
    page = read_changes(lane, actor=reader, cursor=None, limit=100)
    world.publish(BAD, "changes")
    assert departments_with(batch_of(world, 2)) == {}
    assert departments_with(batch_of(world, 1)) == {world.requester.pk: [world.reader.pk]}
    read_changes(lane, actor=reader, cursor=page.cursor, limit=1)
    assert departments_with(batch_of(world, 2)) == {world.requester.pk: [world.reader.pk]}


def test_the_whole_table_counts_as_every_batch_before_it(world: World) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    read_table(world.subscribe(), actor=world.actor("reader"), format="ndjson")
    world.publish([row("110104")], "changes")
    assert departments_with(batch_of(world, 2)) == {world.requester.pk: [world.reader.pk]}
    assert departments_with(batch_of(world, 3)) == {}


def test_a_fold_that_began_before_a_recall_is_not_kept(world: World, monkeypatch) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    plain, raced = reading.fold, []

    def racing(*args, **kwargs):
        rows = plain(*args, **kwargs)
        if not raced:
            raced.append(True)
            recall(world, 2)
        return rows

    world.dataset.refresh_from_db()
    monkeypatch.setattr("exchange.snapshots.reading.fold", racing)
    with pytest.raises(StoreFailed):
        fold_to(world.dataset, 2)
    monkeypatch.undo()
    found = snapshot_at_head(world.dataset)
    assert (found.number, found.rows) == (3, 3)


def test_a_place_among_rows_that_may_have_moved_is_answered_with_the_way_back(
    world: World,
) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    world.publish([row("110104"), row("110105"), row("110106")], "changes")
    lane = world.subscribe(grant=world.grant(condition='name != "没有"'))
    reader = world.actor("reader")
    page = read_changes(lane, actor=reader, cursor=None, limit=6)
    recall(world, 2)
    with pytest.raises(CursorExpired):
        read_changes(lane, actor=reader, cursor=page.cursor, limit=6)
    table = read_table(lane, actor=reader, format="ndjson")
    assert (table.number, table.rows) == (4, 6)
    with pytest.raises(CursorExpired):
        require_same_rows(batch_of(world, 3))
    require_same_rows(batch_of(world, 4))


def test_the_sweep_removes_what_a_killed_recall_left(world: World) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    lane = world.subscribe(grant=world.grant(condition='name != "没有"'))
    read_changes(lane, actor=world.actor("reader"), cursor=None, limit=100)
    # Within a test nothing is committed, so what follows a commit has not happened.
    recall(world, 2)
    assert {file.name.split("-")[0] for file in projections().glob("*/*")} == {"1", "2"}
    sweep_orphans(actor=CLOCK)
    assert {file.name.split("-")[0] for file in projections().glob("*/*")} == {"1"}

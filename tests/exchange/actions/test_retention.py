"""Bytes of batches that are past their time: gone in order, with a table in their place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.objections import submit_objection
from exchange.actions.reads import read_changes, read_table
from exchange.actions.retention import GRACE, expire_batches, retain_dataset
from exchange.actions.upkeep import fold_due
from exchange.errors import CursorExpired
from exchange.models import Batch, Dataset, Objection, Snapshot, Subscription
from exchange.storage import projections, store
from exchange.tables import snapshot_at_head, state_table
from kernel.errors import Forbidden, Invalid
from kernel.failpoints import arm
from tests.factories.exchange import GRANTED, make_world, row


def fresh(world) -> Dataset:
    return Dataset.objects.select_related("schema").get(pk=world.dataset.pk)


def age(world, last: int, days: float = 31) -> None:
    """The batches up to ``last`` were published that long ago."""
    past = timezone.now() - timedelta(days=days)
    world.dataset.batches.filter(number__lte=last).update(created_at=past)


def retain(world, days: int | None = 30) -> None:
    found = fresh(world)
    retain_dataset(found, actor=world.actor("steward"), expected=found.version, days=days)


def expire(world) -> int:
    """What expires now, and its bytes as if the time for readers were over."""
    expired = expire_batches(actor=CLOCK)
    Batch.objects.exclude(expired_at=None).update(
        expired_at=timezone.now() - GRACE - timedelta(minutes=1)
    )
    expire_batches(actor=CLOCK)
    return expired


def here(world) -> list[int]:
    """The batches whose bytes are in the store."""
    rows = world.dataset.batches.order_by("number")
    return [batch.number for batch in rows if store().holds(batch.digest)]


def pull(world, lane, cursor=None, limit=1000):
    again = Subscription.objects.get(pk=lane.pk)
    return read_changes(again, actor=world.actor("reader"), cursor=cursor, limit=limit)


@pytest.fixture
def log(world):
    """Five batches of one row each; the first three are a month old, and stay for thirty days."""
    for number in range(1, 6):
        world.publish([row(f"11010{number}")], "changes")
    age(world, 3)
    retain(world)
    return world


def test_old_batches_go_in_order_and_a_table_takes_their_place(log, trail):
    assert expire(log) == 3
    assert here(log) == [4, 5]
    assert fresh(log).first_number == 4
    table = Snapshot.objects.get(number=3)
    (entry,) = trail("dataset.batches_expired")
    assert (entry["first"], entry["last"], entry["table"]) == (1, 3, table.digest)
    # What is known of them stays.
    assert list(log.dataset.batches.values_list("accepted", flat=True)) == [1] * 5
    assert snapshot_at_head(fresh(log)).rows == 5


def test_a_young_batch_before_an_old_one_holds_it(log):
    log.dataset.batches.filter(number=2).update(created_at=timezone.now())
    assert expire(log) == 1
    assert here(log) == [2, 3, 4, 5]


def test_without_a_time_bytes_stay_for_ever(log):
    retain(log, None)
    age(log, 5, days=4000)
    assert expire(log) == 0
    assert here(log) == [1, 2, 3, 4, 5]


def test_at_least_a_week(log, unchanged):
    with unchanged(), pytest.raises(Invalid):
        retain(log, 6)
    retain(log, 7)
    assert fresh(log).retain_days == 7


def test_another_department_sets_no_time(log, unchanged):
    found = fresh(log)
    with unchanged(), pytest.raises(Forbidden):
        retain_dataset(found, actor=log.actor("asker"), expected=found.version, days=7)


def test_even_the_last_batch_may_go_and_the_log_goes_on(log):
    age(log, 5)
    assert expire(log) == 5
    assert here(log) == []
    log.publish([row("110109")], "changes")
    assert snapshot_at_head(fresh(log)).rows == 6
    lane = log.subscribe()
    table = read_table(lane, actor=log.actor("reader"), format="csv")
    log.publish([row("110110")], "changes")
    assert pull(log, lane, table.cursor).table.num_rows == 1


def test_rejected_rows_go_with_their_batch(db):
    world = make_world(on_reject="quarantine", max_rejected_percent=50)
    batch = world.publish([row("110101"), row("x")]).batch
    age(world, 1)
    retain(world)
    assert expire(world) == 1
    assert not store().holds(batch.rejects_digest)
    assert Batch.objects.get().rejected == 1


def test_bytes_that_a_younger_batch_has_too_stay(log):
    log.publish([row("110101")], "changes")
    assert Batch.objects.get(number=1).digest == Batch.objects.get(number=6).digest
    assert expire(log) == 3
    assert here(log) == [1, 4, 5, 6]


def test_a_reader_who_had_begun_still_finds_the_bytes(log):
    assert expire_batches(actor=CLOCK) == 3
    assert here(log) == [1, 2, 3, 4, 5]


def test_open_objections_to_the_content_keep_every_batch(log):
    submit_objection(
        log.resource,
        actor=log.actor("asker"),
        kind="content",
        grant=log.grant(),
        description="名称与公告不符",
        claims=[
            {"key": {"code": "110101"}, "item": "name", "found": "示例县", "claimed": "东城区"}
        ],
    )
    assert expire(log) == 0
    assert here(log) == [1, 2, 3, 4, 5]
    Objection.objects.update(state="closed")
    assert expire(log) == 3


def test_a_cursor_before_the_first_batch_is_sent_to_the_table(log):
    lane = log.subscribe()
    begun = pull(log, lane)
    assert begun.table.num_rows == 5
    old = pull(log, lane, limit=2).cursor
    expire(log)
    for cursor in (None, old):
        with pytest.raises(CursorExpired) as gone:
            pull(log, lane, cursor)
        assert gone.value.facts["first_number"] == 4
        assert gone.value.facts["table"].endswith(f"/subscriptions/{lane.pk}/table")
    assert pull(log, lane, begun.cursor).table.num_rows == 0
    table = read_table(lane, actor=log.actor("reader"), format="csv")
    log.publish([row("110107")], "changes")
    assert pull(log, lane, table.cursor).table.num_rows == 1


def test_the_refusal_has_the_cursor_after_the_table_where_one_lies_ready(log):
    lane = log.subscribe()
    expire(log)
    read_table(lane, actor=log.actor("reader"), format="csv")
    with pytest.raises(CursorExpired) as gone:
        pull(log, lane)
    log.publish([row("110107")], "changes")
    assert pull(log, lane, gone.value.facts["cursor_after_table"]).table.num_rows == 1


def test_a_batch_that_is_here_is_shown_by_a_row_condition_from_the_table_before_it(
    world, django_capture_on_commit_callbacks
):
    for number in range(1, 5):
        world.publish([row("110101", level=str(1 + number % 2))], "changes")
    lane = world.subscribe(grant=world.grant(GRANTED, condition='level = "1"'))
    whole = pull(world, lane).table.to_pylist()
    after_third = [shown for shown in whole if shown["_batch"] > 3]
    age(world, 3)
    retain(world)
    cursor = pull(world, lane, limit=2).cursor
    with django_capture_on_commit_callbacks(execute=True):
        assert expire(world) == 3
    with pytest.raises(CursorExpired):
        pull(world, lane)
    assert list(projections().glob("*/1-*")) == []
    assert pull(world, lane, cursor).table.to_pylist() == after_third


def test_a_queryable_table_that_missed_what_expired_is_loaded_anew(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101")], "changes")
    fold_due(actor=CLOCK)
    for number in range(2, 5):
        world.publish([row(f"11010{number}")], "changes")
    world.publish([{"code": "110101", "_op": "delete"}], "changes")
    age(world, 4)
    retain(world)
    assert expire(world) == 4
    assert fold_due(actor=CLOCK) == 4
    found = state_table(fresh(world)).lookup(["code"], {}, 10)
    assert [each["code"] for each in found] == ["110102", "110103", "110104"]
    assert fresh(world).folded_number == 5


@pytest.mark.parametrize("place", ["fold.before_keep", "retention.before_commit"])
def test_what_broke_off_before_the_commit_has_expired_nothing(log, place):
    arm(f"{place}:error")
    with pytest.raises(OSError, match="failpoint"):
        expire_batches(actor=CLOCK)
    assert (fresh(log).first_number, here(log)) == (1, [1, 2, 3, 4, 5])
    assert expire(log) == 3


def test_bytes_left_by_a_worker_that_died_after_the_commit_go_later(log):
    arm("retention.after_commit:error")
    with pytest.raises(OSError, match="failpoint"):
        expire_batches(actor=CLOCK)
    assert (fresh(log).first_number, here(log)) == (4, [1, 2, 3, 4, 5])
    assert expire(log) == 0
    assert here(log) == [4, 5]


def test_nothing_expires_while_the_table_in_its_place_is_damaged(log):
    path = store().path(Batch.objects.get(number=2).digest)
    path.chmod(0o640)
    path.write_bytes(b"rot" + path.read_bytes()[3:])
    assert expire(log) == 0
    assert (fresh(log).first_number, here(log)) == (1, [1, 2, 3, 4, 5])


def test_the_security_administrator_lets_nothing_expire(log, actor_of, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        expire_batches(actor=actor_of("security_admin"))

"""Tables folded by the timetable: when enough changed, by one worker, again after a kill."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange import snapshots
from exchange.actions import compaction
from exchange.actions.compaction import compact_due, due
from exchange.actions.datasets import evolve_dataset
from exchange.models import Batch, Dataset, Snapshot
from exchange.storage import store
from exchange.tables import snapshot_at_head
from kernel.errors import Forbidden
from kernel.failpoints import arm
from tests.factories.exchange import make_events, make_world, row


def codes(count: int, start: int = 0) -> list[dict]:
    return [row(f"{110000 + start + number}") for number in range(count)]


def fresh(world) -> Dataset:
    return Dataset.objects.select_related("schema").get(pk=world.dataset.pk)


def numbers(world) -> list[int]:
    return list(world.dataset.snapshots.order_by("number").values_list("number", flat=True))


def test_a_table_is_folded_when_more_than_a_tenth_of_its_rows_changed(world):
    world.publish(codes(20))
    world.publish(codes(2), "changes")
    assert list(due()) == []
    world.publish(codes(1, 30), "changes")
    assert compact_due(actor=CLOCK) == 1
    assert numbers(world) == [1, 3]
    assert snapshot_at_head(fresh(world)).rows == 21
    assert compact_due(actor=CLOCK) == 0


def test_or_when_more_batches_came_than_the_setting_allows(world, settings):
    settings.COMPACT_BATCHES = 2
    world.publish(codes(100))
    for number in range(3):
        assert list(due()) == []
        world.publish(codes(1, number), "changes")
    assert compact_due(actor=CLOCK) == 1
    assert numbers(world) == [1, 4]


def test_a_log_without_a_table_is_folded_and_an_empty_one_is_not(db):
    events = make_events()
    make_world()
    assert compact_due(actor=CLOCK) == 0
    events.publish([{"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}], "append")
    assert compact_due(actor=CLOCK) == 1
    assert Snapshot.objects.get().rows == 1


def test_a_long_log_is_folded_in_steps_that_are_kept(world, monkeypatch):
    monkeypatch.setattr(snapshots, "STEP_BATCHES", 3)
    monkeypatch.setattr(compaction, "TURN_SECONDS", 0.0)
    for number in range(8):
        world.publish(codes(1, number), "changes")
    # The turn is over before it begins: nothing is folded.
    assert compact_due(actor=CLOCK) == 0
    monkeypatch.setattr(compaction, "TURN_SECONDS", 1e-3)
    for _ in range(20):
        compact_due(actor=CLOCK)
        if numbers(world)[-1:] == [8]:
            break
    assert snapshot_at_head(fresh(world)).rows == 8
    published = make_world()
    published.publish(codes(1))
    published.publish(codes(8))
    assert snapshot_at_head(fresh(world)).digest == snapshot_at_head(fresh(published)).digest


@pytest.mark.parametrize("place", ["fold.after_write", "store.after_link", "fold.before_keep"])
def test_a_fold_that_broke_off_is_made_again(world, place):
    for number in range(3):
        world.publish(codes(1, number), "changes")
    arm(f"{place}:error")
    with suppress(OSError):
        compact_due(actor=CLOCK)
    assert numbers(world) == []
    assert Dataset.objects.get().fold_until is None
    assert compact_due(actor=CLOCK) == 1
    assert numbers(world) == [3]


def test_what_another_worker_folds_is_left_to_it_until_its_lease_is_over(world):
    world.publish(codes(1), "changes")
    later = timezone.now() + timedelta(seconds=60)
    Dataset.objects.update(fold_until=later)
    assert compact_due(actor=CLOCK) == 0
    assert (numbers(world), Dataset.objects.get().fold_until) == ([], later)
    Dataset.objects.update(fold_until=timezone.now() - timedelta(seconds=1))
    assert compact_due(actor=CLOCK) == 1


def test_who_needs_the_table_while_another_folds_it_does_not_wait_for_ever(world):
    world.publish(codes(1), "changes")
    Dataset.objects.update(fold_until=timezone.now() + timedelta(seconds=60))
    with snapshots.folding(fresh(world), wait=0.2) as ours:
        assert not ours
    assert snapshots.fold_to(fresh(world), 1).rows == 1


def test_a_damaged_log_does_not_hold_up_the_others(db):
    broken, sound = make_world(), make_world()
    store().delete(broken.publish(codes(1, 7), "changes").batch.digest)
    sound.publish(codes(1), "changes")
    assert compact_due(actor=CLOCK) == 1
    assert (numbers(broken), numbers(sound)) == ([], [1])


def test_of_old_tables_one_in_so_many_batches_stays(world, monkeypatch):
    monkeypatch.setattr(snapshots, "RUNG_BATCHES", 3)
    monkeypatch.setattr(snapshots, "RUNGS", 2)
    for number in range(1, 15):
        world.publish([row("110101", f"第{number}版")])
    # The two youngest, and the last of each of the two full rungs before theirs.
    assert numbers(world) == [9, 12, 13, 14]


def test_a_fold_after_a_new_schema_starts_from_the_old_table(world):
    world.publish(codes(3))
    world.edition(mayor={"data_type": "C", "length": 20})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    found = fresh(world)
    made = snapshots.fold_to(found, found.last_number)
    assert (made.number, made.rows, made.schema.number) == (1, 3, 2)
    assert Batch.objects.count() == 1


def test_the_security_administrator_folds_nothing(world, actor_of):
    world.publish(codes(1), "changes")
    with pytest.raises(Forbidden):
        compact_due(actor=actor_of("security_admin"))
    assert numbers(world) == []

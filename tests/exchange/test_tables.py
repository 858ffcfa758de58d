"""The table of a dataset: as snapshots that are kept, as rows that are found."""

from exchange.actions.datasets import evolve_dataset
from exchange.dataplane.connectors.postgres_lookup import Finder
from exchange.dataplane.connectors.postgres_tables import Table
from exchange.models import Dataset, Snapshot
from exchange.snapshots import KEPT_SNAPSHOTS
from exchange.storage import store
from exchange.tables import (
    STATE_SCHEMA,
    behind,
    current_schema,
    find_records,
    fold_into_table,
    snapshot_at_head,
    state_name,
)
from tests.factories.exchange import make_world, row


def fresh(world) -> Dataset:
    return Dataset.objects.select_related("schema").get(pk=world.dataset.pk)


def test_an_empty_dataset_has_no_snapshot(world):
    assert snapshot_at_head(fresh(world)) is None
    assert not Snapshot.objects.exists()


def test_changes_are_folded_once_and_the_fold_is_kept(world):
    world.publish([row("110101"), row("110102")])
    world.publish([{"code": "110101", "_op": "delete"}], "changes")
    made = snapshot_at_head(fresh(world))
    assert (made.number, made.rows) == (2, 1)
    assert snapshot_at_head(fresh(world)) == made


def test_a_fold_has_the_bytes_of_a_snapshot_of_the_same_rows(world):
    rows = [row("110101"), row("110102")]
    published = make_world()
    # The first table of all is its batch file.
    published.publish(rows[:1])
    published.publish(rows)
    world.publish(rows[:1])
    world.publish(rows[1:], "changes")
    assert snapshot_at_head(fresh(world)).digest == snapshot_at_head(fresh(published)).digest


def test_only_the_youngest_snapshots_are_kept(world):
    for number in range(1, 6):
        world.publish([row("110101", f"第{number}版")])
    kept = Snapshot.objects.order_by("-number").values_list("number", flat=True)
    assert list(kept) == [5, 4][:KEPT_SNAPSHOTS]


def test_a_snapshot_is_of_one_schema(world):
    world.publish([row("110101")])
    before = snapshot_at_head(fresh(world))
    world.edition(mayor={"data_type": "C", "length": 20})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    after = snapshot_at_head(fresh(world))
    assert (after.number, after.rows) == (before.number, before.rows)
    assert after.digest != before.digest
    assert store().verify(after.digest)
    assert snapshot_at_head(fresh(world)) == after


def test_a_look_up_follows_a_schema_the_table_has_not_seen(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101")])
    fold_into_table(fresh(world))
    world.edition(mayor={"data_type": "C", "length": 20})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    dataset = fresh(world)
    schema = current_schema(dataset)
    finder = Finder(Table(STATE_SCHEMA, state_name(dataset.pk), schema), ["code", "mayor"])
    found = find_records(dataset, finder, lambda made, cur: made.find(cur, {"code": "110101"}, 10))
    assert found == [("110101", None)]


def test_behind_are_queryable_datasets_with_unseen_batches(db):
    open_one, closed_one = make_world(is_queryable=True), make_world()
    for world in (open_one, closed_one):
        world.publish([row("110101")])
    assert list(behind()) == [open_one.dataset]
    fold_into_table(fresh(open_one))
    assert list(behind()) == []

"""Snapshots that were compared with the same table: the log still folds to the last one."""

from threading import Barrier, local

import pytest

from exchange.actions import batches
from exchange.dataplane.reading import read_rows
from exchange.models import Batch, Dataset
from exchange.storage import store
from exchange.tables import snapshot_at_head
from tests.factories.exchange import ndjson, row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meet(monkeypatch):
    """``meet(2)``: that many publications wait for each other before they commit."""
    passed = local()

    def arrange(parties: int) -> None:
        barrier = Barrier(parties)

        def failpoint(name: str) -> None:
            if name == "publish.prepared" and not getattr(passed, "once", False):
                passed.once = True
                barrier.wait(30)

        monkeypatch.setattr(batches, "failpoint", failpoint)

    return arrange


def table(world) -> dict[str, str]:
    """The folded table: code -> name."""
    Dataset.objects.get(pk=world.dataset.pk).snapshots.all().delete()
    snapshot = snapshot_at_head(Dataset.objects.select_related("schema").get(pk=world.dataset.pk))
    found = read_rows(store().path(snapshot.digest), ["code", "name"], 0, 100)
    return {r["code"]: r["name"] for r in found.to_pylist()}


def test_of_two_rival_snapshots_the_later_one_stands_whole(world, meet):
    world.publish([row("110101"), row("110102"), row("110103")])
    bodies = [
        [row("110101", "甲"), row("110102", "甲"), row("110104", "甲")],
        [row("110102", "乙"), row("110103", "乙"), row("110105", "乙")],
    ]
    meet(2)
    outcomes = side_by_side([lambda body=body: world.publish(body) for body in bodies])
    assert sorted(outcome.batch.number for outcome in outcomes) == [2, 3]
    last = Batch.objects.get(number=3)
    (won,) = [body for body, o in zip(bodies, outcomes, strict=True) if o.batch.number == 3]
    assert last.received == len(won)
    assert table(world) == {r["code"]: r["name"] for r in won}


def test_changes_that_pass_a_snapshot_are_undone_by_it_and_not_lost_in_it(world, meet):
    world.publish([row("110101"), row("110102")])
    whole, change = [row("110101", "甲"), row("110103", "甲")], [row("110199", "乙")]
    meet(2)
    snapshot, changes = side_by_side(
        [lambda: world.publish(whole), lambda: world.publish(change, "changes")]
    )
    held = table(world)
    assert {snapshot.batch.number, changes.batch.number} == {2, 3}
    if snapshot.batch.number == 3:
        assert held == {"110101": "甲", "110103": "甲"}
    else:
        assert held == {"110101": "甲", "110103": "甲", "110199": "乙"}


def test_the_same_snapshot_twice_at_once_is_one_batch(world, meet):
    body = [row("110101"), row("110102")]
    meet(2)
    first, second = side_by_side([lambda: world.publish(body)] * 2)
    assert sorted([first.batch is None, second.batch is None]) == [False, True]
    assert Batch.objects.get().body_digest
    assert len(ndjson(body)) > 0

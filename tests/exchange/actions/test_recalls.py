"""A recalled batch: its rows go back, later changes stay, and nobody is given it any more."""

import json

import pyarrow.parquet as pq
import pytest

from accounts.actor import CLOCK
from accounts.models import Notice
from exchange.actions import recalls
from exchange.actions.deliveries import deliver_due
from exchange.actions.lookups import lookup_records
from exchange.actions.reads import read_changes, read_table
from exchange.actions.recalls import recall_batch
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.errors import AlreadyRecalled, NotRecallable
from exchange.models import Batch, Snapshot
from exchange.storage import projections, store
from exchange.tables import snapshot_at_head
from kernel.errors import Forbidden
from tests.factories.exchange import PURPOSE, World, row

FIRST = [row("110101"), row("110102"), row("110103")]
BAD = [
    row("110101", "错误区"),
    row("110109", "多余县"),
    {"code": "110103", "_op": "delete"},
    row("110102", "错误县"),
]
LATER = [row("110102", "改名县")]
RIGHT = {"110101": "示例县", "110102": "改名县", "110103": "示例县"}


def recall(world: World, number: int, who: str = "steward") -> Batch:
    batch = Batch.objects.get(dataset=world.dataset, number=number)
    return recall_batch(batch, actor=world.actor(who), reason="导出脚本出错")


def pulled(world: World, lane, cursor=None, held=None, limit=100):
    """What a cursor client holds after reading to the end, by pages, and its cursor."""
    held = {} if held is None else held
    while True:
        page = read_changes(lane, actor=world.actor("reader"), cursor=cursor, limit=limit)
        for change in page.table.to_pylist():
            if change["_op"] == "delete":
                held.pop(change["code"], None)
            else:
                held[change["code"]] = change["name"]
        cursor = page.cursor
        if not page.has_more:
            return held, cursor


def published(world: World) -> dict[str, str]:
    """The table at the head, from its snapshot."""
    found = snapshot_at_head(world.dataset)
    rows = pq.read_table(store().path(found.digest)).to_pylist()
    return {r["code"]: r["name"] for r in rows}


def looked_up(world: World, code: str) -> list[str]:
    call = Call(purpose=PURPOSE)
    found = lookup_records(
        world.dataset, actor=world.actor("reader"), where={"code": code}, call=call
    )
    return [record["name"] for record in json.loads(found.body)["items"]]


def test_rows_that_only_the_bad_batch_changed_go_back(world: World, trail) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    world.publish(LATER, "changes")
    made = recall(world, 2)
    assert (made.number, made.kind, made.rows) == (4, "recall", 3)
    assert (made.inserted, made.updated, made.deleted) == (1, 1, 1)
    bad = Batch.objects.get(number=2)
    assert (bad.recalled_by, bad.recall_reason) == (made, "导出脚本出错")
    assert published(world) == RIGHT
    (entry,) = trail("batch.recalled")
    assert (entry["number"], entry["by"], entry["rows"]) == (2, 4, 3)


@pytest.mark.parametrize("limit", [1, 100])
def test_who_has_the_batch_and_who_has_not_end_equal(world: World, limit: int) -> None:
    world.publish(FIRST)
    early, middle, late = (world.subscribe(grant=world.grant()) for _ in range(3))
    start, place = pulled(world, early, limit=limit)
    world.publish(BAD, "changes")
    had, after_bad = pulled(world, middle, limit=limit)
    world.publish(LATER, "changes")
    recall(world, 2)
    seen = []
    page = read_changes(late, actor=world.actor("reader"), cursor=None, limit=100)
    seen += page.table["_batch"].to_pylist()
    assert set(seen) == {1, 3, 4}
    assert pulled(world, early, place, start, limit)[0] == RIGHT
    assert pulled(world, middle, after_bad, had, limit)[0] == RIGHT
    assert pulled(world, late, limit=limit)[0] == RIGHT


def test_a_reader_in_the_middle_of_the_batch_goes_on_behind_it(world: World) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    lane = world.subscribe()
    page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=4)
    held = {r["code"]: r["name"] for r in page.table.to_pylist()}
    world.publish(LATER, "changes")
    recall(world, 2)
    assert pulled(world, lane, page.cursor, held, 1)[0] == RIGHT


def test_a_batch_is_recalled_once_and_a_recall_never(world: World, unchanged) -> None:
    world.publish(FIRST)
    world.publish(BAD, "changes")
    made = recall(world, 2)
    with unchanged(), pytest.raises(AlreadyRecalled) as again:
        recall(world, 2)
    assert again.value.facts == {"by": 3}
    with unchanged(), pytest.raises(NotRecallable):
        recall(world, made.number)


def test_only_steward_and_head_of_the_provider_recall(world: World, unchanged) -> None:
    world.publish(FIRST)
    for who in ("publisher", "reader", "asker"):
        with unchanged(), pytest.raises(Forbidden):
            recall(world, 1, who)
    assert recall(world, 1, "head").deleted == 3


def test_the_younger_of_two_bad_batches_may_be_recalled_first(world: World) -> None:
    """The younger first: its recall gives rows of the older again, and is itself replaced."""
    world.publish(FIRST)
    world.publish([row("110101", "甲"), row("110104", "甲")], "changes")
    world.publish([row("110101", "乙"), row("110104", "乙"), row("110105", "乙")], "changes")
    lane = world.subscribe()
    had, place = pulled(world, lane)
    recall(world, 3)
    assert published(world) == {r["code"]: r["name"] for r in FIRST} | {
        "110101": "甲",
        "110104": "甲",
    }
    second = recall(world, 2)
    right = {r["code"]: r["name"] for r in FIRST}
    assert published(world) == right
    # The recall of batch 3 gave batch 2's rows again: it is replaced and given to nobody.
    assert Batch.objects.get(number=4).recalled_by == second
    assert pulled(world, lane, place, had)[0] == right
    fresh, _ = pulled(world, world.subscribe(grant=world.grant()))
    assert fresh == right
    page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=100)
    assert set(page.table["_batch"].to_pylist()) == {1, 5}


def test_a_snapshot_after_a_recall_is_compared_with_the_right_table(world: World) -> None:
    world.publish(FIRST)
    world.publish([*FIRST, row("110109")])
    recall(world, 2)
    assert world.publish(FIRST).batch is None
    assert sorted(Snapshot.objects.values_list("number", flat=True)) == [1, 3]


def test_the_first_batch_can_be_recalled(world: World) -> None:
    world.publish(FIRST)
    made = recall(world, 1)
    assert (made.deleted, published(world)) == (3, {})
    assert world.publish(FIRST).batch.inserted == 3


def test_events_of_a_recalled_batch_are_given_to_nobody(events: World) -> None:
    happened = {"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}
    events.publish([happened], "append")
    events.publish([{**happened, "place": "错误区"}] * 2, "append")
    items = ["happened_at", "place"]
    lane = events.subscribe(grant=events.grant(items))
    page = read_changes(lane, actor=events.actor("reader"), cursor=None, limit=10)
    assert page.table.num_rows == 3
    made = recall(events, 2)
    assert (made.kind, made.rows) == ("recall", 0)
    events.publish([{**happened, "place": "滨江区"}], "append")
    page = read_changes(lane, actor=events.actor("reader"), cursor=None, limit=10)
    assert page.table["place"].to_pylist() == ["西湖区", "滨江区"]
    assert snapshot_at_head(events.dataset).rows == 2


def test_every_department_that_has_the_batch_gets_one_notice(world: World) -> None:
    world.publish(FIRST)
    one, two = world.subscribe(grant=world.grant()), world.subscribe(grant=world.grant())
    world.publish(BAD, "changes")
    for lane in (one, two):
        pulled(world, lane)
    recall(world, 2)
    notice = Notice.objects.get(verb="batch.recalled")
    assert notice.department_id == world.requester.pk
    assert (notice.facts["number"], notice.facts["by"]) == (2, 3)
    assert notice.facts["systems"] == [str(world.reader.pk)]


def test_who_never_had_the_batch_is_not_told(world: World) -> None:
    world.publish(FIRST)
    lane = world.subscribe()
    pulled(world, lane)
    world.publish(BAD, "changes")
    recall(world, 2)
    assert not Notice.objects.filter(verb="batch.recalled").exists()


def test_projected_files_of_the_batch_are_removed(world: World, django_capture_on_commit_callbacks):
    world.publish(FIRST)
    lane = world.subscribe(grant=world.grant(condition='name != "没有"'))
    world.publish(BAD, "changes")
    pulled(world, lane)
    read_table(lane, actor=world.actor("reader"), format="ndjson")
    names = {file.name.split("-")[0] for file in projections().glob("*/*")}
    assert {"1", "2"} <= names
    with django_capture_on_commit_callbacks(execute=True):
        recall(world, 2)
    left = {file.name.split("-")[0] for file in projections().glob("*/*")}
    assert left == {"1"}


@pytest.mark.parametrize("condition", ['name = "示例县"', 'name != "示例县"'])
def test_under_a_condition_on_values_everybody_ends_equal(world: World, condition: str) -> None:
    world.publish(FIRST)
    early = world.subscribe(grant=world.grant(condition=condition))
    had, place = pulled(world, early)
    world.publish(BAD, "changes")
    middle = world.subscribe(grant=world.grant(condition=condition))
    also, after_bad = pulled(world, middle)
    world.publish([row("110101", "又改名"), row("110109", "示例县")], "changes")
    recall(world, 2)
    wanted, _ = pulled(world, world.subscribe(grant=world.grant(condition=condition)))
    table = published(world)
    assert wanted == {
        code: name
        for code, name in table.items()
        if (name == "示例县") == (condition == 'name = "示例县"')
    }
    assert pulled(world, early, place, had)[0] == wanted
    assert pulled(world, middle, after_bad, also)[0] == wanted


@pytest.mark.django_db(transaction=True)
def test_sinks_and_the_queryable_table_follow(world: World, target) -> None:
    world.dataset.change(is_queryable=True)
    world.publish(FIRST)
    grant = world.grant()
    how = {"dsn": target.dsn, "target_schema": "shared"}
    before = world.subscribe("sink", grant, target_table="before", **how)
    deliver_due(actor=CLOCK)
    world.publish(BAD, "changes")
    world.publish(LATER, "changes")
    deliver_due(actor=CLOCK)
    fold_due(actor=CLOCK)
    world.dataset.refresh_from_db()
    recall(world, 2)
    # Not even a look-up before the table has followed gives the recalled row.
    world.dataset.refresh_from_db()
    assert looked_up(world, "110109") == []
    world.subscribe("sink", grant, target_table="after", **how)
    deliver_due(actor=CLOCK)
    fold_due(actor=CLOCK)
    for table in ("before", "after"):
        assert dict(target.rows(f"shared.{table}")) == RIGHT
    assert looked_up(world, "110101") == ["示例县"]
    before.refresh_from_db()
    assert before.position == 4


def test_a_batch_published_meanwhile_makes_the_recall_start_again(world: World, monkeypatch):
    world.publish(FIRST)
    world.publish(BAD, "changes")
    plain, raced = recalls._plan, []

    def racing(dataset, batch):
        made = plain(dataset, batch)
        if not raced:
            raced.append(world.publish(LATER, "changes").batch)
        return made

    monkeypatch.setattr(recalls, "_plan", racing)
    assert recall(world, 2).number == 4
    assert published(world) == RIGHT

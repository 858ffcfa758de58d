"""Corrected records: a batch of changes that everybody who subscribes receives."""

import pytest

from exchange.actions.corrections import correct_records
from exchange.actions.objections import receive_objection, submit_objection
from exchange.actions.reads import read_changes
from exchange.errors import BatchRefused, CorrectionUnfounded, DatasetClosed
from exchange.models import Dataset
from kernel.errors import Forbidden, IllegalMove
from tests.factories.exchange import make_world, row


@pytest.fixture
def objection(world):
    return received(world)


def received(world, kind="content"):
    made = submit_objection(
        world.resource, actor=world.actor("asker"), kind=kind, description="名称有误"
    )
    return receive_objection(made, actor=world.actor("steward"))


def test_a_correction_reaches_those_who_subscribe(world):
    world.publish([row("110101", "东城"), row("110102", "西城区")])
    lane = world.subscribe()
    reader = world.actor("reader")
    page = read_changes(lane, actor=reader, cursor=None, limit=10)
    batch = correct_records(
        received(world),
        actor=world.actor("steward"),
        rows=[row("110101", "东城区"), {"_op": "delete", "code": "110102"}],
    )
    assert (batch.number, batch.kind, batch.inserted, batch.deleted) == (2, "changes", 1, 1)
    after = read_changes(lane, actor=reader, cursor=page.cursor, limit=10)
    assert [(r["code"], r["_op"], r["name"]) for r in after.table.to_pylist()] == [
        ("110101", "upsert", "东城区"),
        ("110102", "delete", None),
    ]


def test_the_objection_keeps_the_batch_and_the_trail_says_for_what(world, objection, trail):
    batch = correct_records(objection, actor=world.actor("steward"), rows=[row("110101")])
    objection.refresh_from_db()
    assert (objection.batch, objection.state) == (batch, "received")
    assert trail("objection.corrected") == [{"batch": str(batch.pk), "number": 1}]


def test_a_correction_that_breaks_the_schema_is_refused_whole(unchanged, db):
    world = make_world(on_reject="quarantine", max_rejected_percent=100)
    objection = received(world)
    with unchanged(), pytest.raises(BatchRefused):
        correct_records(
            objection, actor=world.actor("steward"), rows=[row("110101"), row("错误代码")]
        )
    assert Dataset.objects.get().last_number == 0


def test_only_the_respondents_steward_corrects(world, objection, unchanged):
    for who in ("asker", "head", "asker_head"):
        with unchanged(), pytest.raises(Forbidden):
            correct_records(objection, actor=world.actor(who), rows=[row("110101")])


def test_only_content_that_is_being_verified_is_corrected(world, objection, unchanged):
    steward = world.actor("steward")
    with pytest.raises(CorrectionUnfounded):
        correct_records(received(world, "catalogue"), actor=steward, rows=[row("110101")])
    with unchanged():
        with pytest.raises(CorrectionUnfounded):
            correct_records(objection, actor=steward, rows=[])
        objection.state = "resolved"
        with pytest.raises(IllegalMove):
            correct_records(objection, actor=steward, rows=[row("110101")])


def test_a_closed_dataset_takes_no_correction(world, objection, unchanged):
    Dataset.objects.update(state="closed")
    with unchanged(), pytest.raises(DatasetClosed):
        correct_records(objection, actor=world.actor("steward"), rows=[row("110101")])

"""Publishing: numbered batches, refusals that store nothing, repetitions with one effect."""

import hashlib

import pytest

from exchange.actions.batches import publish_batch
from exchange.actions.datasets import close_dataset
from exchange.errors import (
    BatchRefused,
    BodyUnreadable,
    BytesDamaged,
    DatasetClosed,
    NotThePublisher,
    WrongKind,
)
from exchange.models import Batch, Dataset, Snapshot
from exchange.storage import store
from kernel.errors import Forbidden
from kernel.failpoints import arm
from kernel.idempotency import KeyReused
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import body_of, csv_bytes, make_world, ndjson, row
from tests.people import actor_for, member_with

FIRST = [row("110101"), row("110102"), row("110103")]
SECOND = [row("110101"), row("110102", "改名区"), row("110104")]


def test_the_first_snapshot_is_batch_one_and_inserts_every_row(world, trail):
    batch = world.publish(FIRST).batch
    assert (batch.number, batch.kind, batch.first_seq, batch.last_seq) == (1, "snapshot", 1, 3)
    assert (batch.received, batch.accepted, batch.rejected) == (3, 3, 0)
    assert (batch.inserted, batch.updated, batch.deleted) == (3, 0, 0)
    assert batch.body_digest == hashlib.sha256(ndjson(FIRST)).hexdigest()
    assert batch.publisher_id == world.publisher.pk
    assert store().verify(batch.digest).size == batch.size
    world.dataset.refresh_from_db()
    assert (world.dataset.last_number, world.dataset.last_seq) == (1, 3)
    assert trail("batch.published") == [
        {
            "number": 1,
            "kind": "snapshot",
            "body_digest": batch.body_digest,
            "digest": batch.digest,
            "received": 3,
            "accepted": 3,
            "rejected": 0,
        }
    ]


def test_a_snapshot_without_rows_does_not_delete_the_table(world, unchanged):
    world.publish(FIRST)
    with unchanged(), pytest.raises(BatchRefused) as refused:
        world.publish([])
    assert refused.value.facts["reason"] == "empty-snapshot"


def test_a_second_snapshot_becomes_the_changes_against_the_first(world):
    world.publish(FIRST)
    batch = world.publish(SECOND).batch
    assert (batch.number, batch.first_seq, batch.last_seq) == (2, 4, 6)
    assert (batch.inserted, batch.updated, batch.deleted) == (1, 1, 1)
    assert list(Snapshot.objects.order_by("number").values_list("number", "rows")) == [
        (1, 3),
        (2, 3),
    ]


def test_an_unchanged_snapshot_takes_no_number_but_leaves_a_trace(world, trail):
    world.publish(FIRST)
    outcome = world.publish(FIRST[::-1])
    assert outcome.batch is None
    assert Batch.objects.count() == 1
    world.dataset.refresh_from_db()
    assert world.dataset.last_number == 1
    assert trail().count("batch.unchanged") == 1


def test_changes_upsert_and_delete_by_key(world):
    world.publish(FIRST)
    batch = world.publish(
        [row("110101", "改名区"), {"code": "110103", "_op": "delete"}, row("110199")], "changes"
    ).batch
    assert (batch.number, batch.kind, batch.rows) == (2, "changes", 3)
    assert (batch.inserted, batch.deleted) == (2, 1)


def test_a_snapshot_after_changes_is_compared_with_the_folded_table(world):
    world.publish(FIRST)
    world.publish([{"code": "110103", "_op": "delete"}], "changes")
    assert world.publish(FIRST[:2]).batch is None
    batch = world.publish(FIRST).batch
    assert (batch.number, batch.inserted, batch.updated, batch.deleted) == (3, 1, 0, 0)


def test_events_are_appended_and_only_appended(events, unchanged):
    happened = [{"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}] * 2
    batch = events.publish(happened, "append").batch
    assert (batch.number, batch.inserted, batch.rows) == (1, 2, 2)
    assert events.publish(happened, "append").batch.number == 2
    for kind in ("snapshot", "changes"):
        with unchanged(), pytest.raises(WrongKind):
            events.publish(happened, kind)


def test_a_table_takes_no_appends(world, unchanged):
    with unchanged(), pytest.raises(WrongKind) as refused:
        world.publish(FIRST, "append")
    assert refused.value.facts == {"kind": "append"}


def test_one_bad_row_refuses_the_whole_batch_and_is_named(world, unchanged):
    world.publish(FIRST)
    bad = [row("110101"), row("11010x"), row("110103", level="9")]
    with unchanged(), pytest.raises(BatchRefused) as refused:
        world.publish(bad)
    facts = refused.value.facts
    assert (facts["received"], facts["accepted"], facts["rejected"]) == (3, 1, 2)
    assert [(e["line"], e["column"], e["code"]) for e in facts["errors"]] == [
        (2, "code", "pattern"),
        (3, "level", "code-list"),
    ]


def test_the_line_of_a_csv_counts_the_header(world, unchanged):
    with unchanged(), pytest.raises(BatchRefused) as refused:
        world.publish_bytes(csv_bytes([row("110101"), row("abc")]), format="csv")
    assert [e["line"] for e in refused.value.facts["errors"]] == [3]


def test_a_rejected_value_is_never_shown_whole(world):
    with pytest.raises(BatchRefused) as refused:
        world.publish([row("110101"), row("110102", contact="x" * 21)])
    assert "x" * 21 not in str(refused.value.facts)


def test_quarantine_publishes_the_good_rows_and_keeps_the_bad(db):
    world = make_world(on_reject="quarantine", max_rejected_percent=50)
    outcome = world.publish([*FIRST, row("11010x")])
    batch = outcome.batch
    assert (batch.received, batch.accepted, batch.rejected) == (4, 3, 1)
    assert batch.accepted + batch.rejected == batch.received
    assert batch.rows == 3
    assert store().verify(batch.rejects_digest)
    assert [(e.line, e.column) for e in outcome.prepared.errors] == [(4, "code")]


def test_quarantine_refuses_when_too_much_is_bad(db, unchanged):
    world = make_world(on_reject="quarantine", max_rejected_percent=25)
    with unchanged(), pytest.raises(BatchRefused) as refused:
        world.publish([row("110101"), row("110102"), row("x"), row("y")])
    assert refused.value.facts["reason"] == "too-many-rejected"


def test_the_same_key_and_body_give_the_first_outcome_again(world, unchanged):
    first = world.publish(FIRST, key="k-1")
    world.publish(SECOND, key="k-2")
    with unchanged():
        again = world.publish(FIRST, key="k-1")
    assert again.replayed
    assert again.batch == first.batch


def test_the_same_key_with_another_body_or_kind_is_refused(world, unchanged):
    world.publish(FIRST, key="k-1")
    with unchanged(), pytest.raises(KeyReused):
        world.publish(SECOND, key="k-1")
    with unchanged(), pytest.raises(KeyReused):
        world.publish(FIRST, "changes", key="k-1")


def test_an_unchanged_snapshot_is_repeated_as_unchanged(world, unchanged):
    world.publish(FIRST)
    assert world.publish(FIRST, key="k-1").batch is None
    world.publish(SECOND)
    with unchanged():
        again = world.publish(FIRST, key="k-1")
    assert (again.batch, again.replayed) == (None, True)


def test_a_refused_body_leaves_its_key_free(world):
    with pytest.raises(BatchRefused):
        world.publish([row("x")], key="k-1")
    assert world.publish(FIRST, key="k-1").batch.number == 1


def test_another_systems_key_is_another_key(world):
    steward = world.actor("steward")
    world.publish(FIRST, key="k-1")
    body = body_of(ndjson(SECOND), key="k-1")
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    assert publish_batch(dataset, actor=steward, body=body).batch.number == 2


def test_only_the_named_system_publishes(world, unchanged):
    sister = SystemFactory(department=world.provider)
    with unchanged(), pytest.raises(NotThePublisher):
        publish_batch(world.dataset, actor=actor_for(sister), body=body_of(ndjson(FIRST)))


@pytest.mark.parametrize("who", ["reader", "asker", "head"])
def test_others_may_not_publish(world, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        publish_batch(world.dataset, actor=world.actor(who), body=body_of(ndjson(FIRST)))


def test_an_auditor_may_not_publish(world, unchanged):
    auditor = actor_for(member_with(("auditor",), None))
    with unchanged(), pytest.raises(Forbidden):
        publish_batch(world.dataset, actor=auditor, body=body_of(ndjson(FIRST)))


def test_a_closed_dataset_takes_no_batch_but_still_knows_its_last_one(world, unchanged):
    first = world.publish(FIRST, key="k-1")
    close_dataset(world.dataset, actor=world.actor("steward"))
    with unchanged(), pytest.raises(DatasetClosed):
        world.publish(SECOND, key="k-2")
    with unchanged():
        assert world.publish(FIRST, key="k-1").batch == first.batch


def test_a_body_that_is_no_ndjson_is_refused_with_its_line(world, unchanged):
    with unchanged(), pytest.raises(BodyUnreadable) as refused:
        world.publish_bytes(ndjson(FIRST[:1]) + b'{"code": "1101\n')
    assert refused.value.facts["line"] == 2


def test_a_failure_before_the_commit_leaves_only_orphans(world):
    world.publish(FIRST)
    arm("publish.before_commit:error")
    with pytest.raises(OSError, match="failpoint"):
        world.publish(SECOND, key="k-1")
    assert Batch.objects.count() == 1
    world.dataset.refresh_from_db()
    assert world.dataset.last_number == 1
    assert world.publish(SECOND, key="k-1").batch.number == 2


def test_equal_tables_in_csv_and_gb18030_make_no_second_batch(world):
    world.publish(FIRST)
    assert world.publish_bytes(csv_bytes(FIRST), format="csv").batch is None
    chinese = csv_bytes(FIRST, "gb18030")
    assert world.publish_bytes(chinese, format="csv", encoding="gb18030").batch is None


def test_a_lost_blob_is_our_fault_and_not_the_publishers(world):
    batch = world.publish(FIRST).batch
    snapshot = Snapshot.objects.get()
    store().delete(snapshot.digest)
    with pytest.raises(BytesDamaged):
        world.publish(SECOND)
    assert Batch.objects.get() == batch

"""What the timetable does: queryable tables follow, bytes that nobody names go."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.grants import revoke_grant
from exchange.actions.reads import read_table
from exchange.actions.upkeep import (
    ORPHAN_SECONDS,
    PROJECTION_SECONDS,
    expire_answers,
    fold_due,
    sweep_orphans,
)
from exchange.models import Batch, Snapshot
from exchange.storage import projections, store
from exchange.tables import state_table
from kernel.errors import Forbidden
from kernel.failpoints import arm
from kernel.models import StoredAnswer
from tests.factories.exchange import make_events, make_world, row

FIRST = [row("110101"), row("110102")]
SECOND = [row("110101", "改名区"), row("110103")]


def age(path: Path, seconds: float) -> None:
    past = time.time() - seconds
    os.utime(path, (past, past))


def codes(world) -> list[str]:
    return [found["code"] for found in state_table(world.dataset).lookup(["code"], {}, 100)]


@pytest.fixture
def queryable(db):
    return make_world(is_queryable=True, lookup_items=["name"])


def test_a_queryable_table_follows_the_log(queryable):
    queryable.publish(FIRST)
    queryable.publish(SECOND)
    assert fold_due(actor=CLOCK) == 2
    queryable.dataset.refresh_from_db()
    assert (queryable.dataset.folded_number, codes(queryable)) == (2, ["110101", "110103"])
    assert fold_due(actor=CLOCK) == 0


def test_a_table_not_opened_for_look_ups_is_not_folded(world):
    world.publish(FIRST)
    assert fold_due(actor=CLOCK) == 0


def test_queryable_events_are_found_in_their_order(db):
    events = make_events(is_queryable=True, lookup_items=["place"])
    happened = {"happened_at": "2026-11-22T08:00:00+08:00", "place": "西湖区"}
    events.publish([happened, happened], "append")
    assert fold_due(actor=CLOCK) == 1
    assert len(state_table(events.dataset).lookup(["place"], {"place": "西湖区"}, 10)) == 2


def test_a_table_that_cannot_follow_does_not_hold_up_the_others(queryable):
    broken = make_world(is_queryable=True)
    lost = broken.publish(FIRST).batch
    store().delete(lost.digest)
    queryable.publish([row("110109")])
    assert fold_due(actor=CLOCK) == 1
    assert codes(queryable) == ["110109"]
    broken.dataset.refresh_from_db()
    assert broken.dataset.folded_number == 0


def test_a_fold_that_was_told_twice_is_done_once(queryable):
    queryable.publish(FIRST)
    fold_due(actor=CLOCK)
    # As after a worker that died between the table's commit and the note of it.
    queryable.dataset.change(folded_number=0)
    assert fold_due(actor=CLOCK) == 0
    queryable.dataset.refresh_from_db()
    assert (queryable.dataset.folded_number, codes(queryable)) == (1, ["110101", "110102"])


def test_orphans_go_when_a_day_old_and_what_rows_name_stays(world):
    world.publish(FIRST)
    arm("publish.before_commit:error")
    with pytest.raises(OSError, match="failpoint"):
        world.publish(SECOND)
    named = {Batch.objects.get().digest, Snapshot.objects.get().digest}
    orphans = set(store().iter_digests()) - named
    assert len(orphans) == 2
    assert sweep_orphans(actor=CLOCK) == 0
    for digest in orphans | named:
        age(store().path(digest), ORPHAN_SECONDS + 60)
    assert sweep_orphans(actor=CLOCK) == 2
    assert set(store().iter_digests()) == named


def test_quarantined_rows_are_no_orphans(db):
    world = make_world(on_reject="quarantine", max_rejected_percent=50)
    batch = world.publish([*FIRST, row("x")]).batch
    for digest in store().iter_digests():
        age(store().path(digest), ORPHAN_SECONDS + 60)
    assert sweep_orphans(actor=CLOCK) == 0
    assert store().verify(batch.rejects_digest)


def test_what_a_killed_publication_left_on_the_stage_goes_too(world, store_dir):
    left = store_dir / "blobs" / "stage" / "0123"
    world.publish(FIRST)
    left.mkdir()
    (left / "body").write_bytes(b"half a body")
    with store().workspace() as held:
        assert sweep_orphans(actor=CLOCK) == 1
        assert held.exists()
    assert not left.exists()


def test_projections_of_an_ended_grant_go_at_once_and_old_ones_after_a_week(world):
    world.publish(FIRST)
    kept, ended = world.grant(), world.grant()
    reader = world.actor("reader")
    lanes = [world.subscribe(grant=grant) for grant in (kept, ended)]
    files = [read_table(lane, actor=reader, format="csv").path for lane in lanes]
    revoke_grant(ended, actor=world.actor("head"), reason="停")
    assert sweep_orphans(actor=CLOCK) == 1
    assert [file.exists() for file in files] == [True, False]
    age(files[0], PROJECTION_SECONDS + 60)
    assert sweep_orphans(actor=CLOCK) == 1
    assert not any(path.is_file() for path in projections().rglob("*"))
    assert read_table(lanes[0], actor=reader, format="csv").path.exists()


def test_the_security_administrator_sweeps_nothing(actor_of):
    nobody = actor_of("security_admin")
    for deed in (fold_due, sweep_orphans):
        with pytest.raises(Forbidden):
            deed(actor=nobody)


def test_a_publication_is_recognised_by_its_key_after_other_answers_were_forgotten(
    queryable, settings
):
    settings.ANSWER_RETENTION_DAYS = 30
    first = queryable.publish(FIRST, key="codes-2026")
    StoredAnswer.objects.create(scope="person:1:2", key="k-1", body_digest="", status=201)
    young = StoredAnswer.objects.create(scope="person:1:2", key="k-2", body_digest="", status=201)
    long_ago = timezone.now() - timedelta(days=31)
    StoredAnswer.objects.exclude(pk=young.pk).update(created_at=long_ago)

    assert expire_answers(actor=CLOCK) == 1

    assert {answer.key for answer in StoredAnswer.objects.all()} == {"codes-2026", "k-2"}
    again = queryable.publish(FIRST, key="codes-2026")
    assert again.replayed
    assert again.batch == first.batch


def test_nobody_without_a_role_forgets_answers(queryable, actor_of):
    StoredAnswer.objects.create(scope="person:1:2", key="k-1", body_digest="", status=201)
    with pytest.raises(Forbidden):
        expire_answers(actor=actor_of("security_admin"))
    assert StoredAnswer.objects.count() == 1

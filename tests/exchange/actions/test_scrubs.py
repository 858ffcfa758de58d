"""Every stored byte is read again: damage is found, named and told; tables are made anew."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import Notice
from exchange.actions.reads import read_changes, read_table
from exchange.actions.retention import expire_batches, retain_dataset
from exchange.actions.scrubs import DUE, scrub_blobs
from exchange.errors import BytesDamaged
from exchange.models import Batch, Dataset, Snapshot, Subscription
from exchange.storage import store
from exchange.tables import snapshot_at_head
from kernel.errors import Forbidden
from tests.factories.exchange import make_world, row


def fresh(world) -> Dataset:
    return Dataset.objects.select_related("schema").get(pk=world.dataset.pk)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.chmod(0o640)
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-7])


def lose(path: Path) -> None:
    path.unlink()


HARMS = pytest.mark.parametrize(
    ("harm", "code"),
    [(flip, "blob-corrupt"), (cut, "blob-corrupt"), (lose, "blob-missing")],
    ids=["a flipped bit", "a lost tail", "a lost file"],
)


@pytest.fixture
def log(world):
    """Three batches of changes."""
    for number in range(1, 4):
        world.publish([row(f"11010{number}", f"第{number}区")], "changes")
    return world


def blob(number: int) -> Path:
    return store().path(Batch.objects.get(number=number).digest)


def pull(world, lane):
    again = Subscription.objects.get(pk=lane.pk)
    return read_changes(again, actor=world.actor("reader"), cursor=None, limit=1000)


@HARMS
def test_a_damaged_batch_is_named_once_and_told(log, trail, member_of, harm, code):
    member_of("operator")
    member_of("authority")
    harm(blob(2))
    assert scrub_blobs(actor=CLOCK) == 1
    batch = Batch.objects.get(number=2)
    assert batch.damaged_at
    (entry,) = trail("batch.damaged")
    assert (entry["number"], entry["digest"], entry["code"]) == (2, batch.digest, code)
    told = Notice.objects.filter(verb="batch.damaged")
    assert {role for notice in told for role in notice.roles} >= {
        "steward",
        "operator",
        "authority",
    }
    assert {notice.facts["number"] for notice in told} == {2}
    # It stays damaged, and is not told again.
    assert scrub_blobs(actor=CLOCK) == 1
    assert len(trail("batch.damaged")) == 1
    assert Batch.objects.exclude(damaged_at=None).count() == 1


@HARMS
@pytest.mark.parametrize("condition", ["", 'level = "3"'], ids=["plain", "under a condition"])
def test_no_wrong_byte_of_a_damaged_batch_is_served(log, harm, code, condition):
    lane = log.subscribe(grant=log.grant(condition=condition) if condition else None)
    assert pull(log, lane).table.num_rows == 3
    lane = log.subscribe(grant=log.grant(condition=condition) if condition else None)
    Batch.objects.update(verified_at=timezone.now())
    harm(blob(2))
    with pytest.raises(BytesDamaged) as refused:
        pull(log, lane)
    assert refused.value.facts["batch"] == 2
    assert "batch 2" in refused.value.detail
    # The next scrub looks there first.
    assert Batch.objects.get(number=2).verified_at is None


@HARMS
def test_a_batch_is_well_when_its_bytes_are_back(log, trail, harm, code):
    path = blob(2)
    kept = path.read_bytes()
    harm(path)
    scrub_blobs(actor=CLOCK)
    with suppress(FileNotFoundError):
        path.unlink()
    path.write_bytes(kept)
    assert pull(log, log.subscribe()).table.num_rows == 3
    assert scrub_blobs(actor=CLOCK) == 0
    assert Batch.objects.get(number=2).damaged_at is None
    assert [entry["number"] for entry in trail("batch.mended")] == [2]


def test_the_same_body_published_again_mends_it(log):
    flip(blob(2))
    scrub_blobs(actor=CLOCK)
    log.publish([row("110102", "第2区")], "changes")
    assert scrub_blobs(actor=CLOCK) == 0
    assert pull(log, log.subscribe()).table.num_rows == 4


@HARMS
def test_a_damaged_table_is_dropped_and_folded_anew(log, trail, harm, code):
    made = snapshot_at_head(fresh(log))
    harm(store().path(made.digest))
    lane = log.subscribe()
    with pytest.raises(BytesDamaged) as refused:
        read_table(lane, actor=log.actor("reader"), format="csv")
    assert refused.value.facts["snapshot"] == 3
    assert scrub_blobs(actor=CLOCK) == 1
    (entry,) = trail("dataset.table_dropped")
    assert (entry["number"], entry["digest"], entry["code"]) == (3, made.digest, code)
    again = Snapshot.objects.get()
    assert (again.digest, again.damaged_at) == (made.digest, None)
    assert read_table(lane, actor=log.actor("reader"), format="csv").rows == 3
    assert scrub_blobs(actor=CLOCK) == 0


def test_the_only_table_before_expired_batches_is_told_and_waits_for_its_bytes(log, trail):
    found = fresh(log)
    retain_dataset(found, actor=log.actor("steward"), expected=found.version, days=7)
    past = timezone.now() - timedelta(days=8)
    log.dataset.batches.filter(number__lte=2).update(created_at=past)
    assert expire_batches(actor=CLOCK) == 2
    path = store().path(Snapshot.objects.get(number=2).digest)
    kept = path.read_bytes()
    flip(path)
    assert scrub_blobs(actor=CLOCK) == 1
    assert [entry["number"] for entry in trail("snapshot.damaged")] == [2]
    path.write_bytes(kept)
    assert scrub_blobs(actor=CLOCK) == 0
    assert Snapshot.objects.get(number=2).damaged_at is None
    assert snapshot_at_head(fresh(log)).rows == 3


def test_damaged_rejected_rows_are_found_too(db, trail):
    world = make_world(on_reject="quarantine", max_rejected_percent=50)
    batch = world.publish([row("110101"), row("x")]).batch
    flip(store().path(batch.rejects_digest))
    assert scrub_blobs(actor=CLOCK) == 1
    assert trail("batch.damaged")[0]["digest"] == batch.rejects_digest


def test_what_was_read_today_is_not_read_again_and_the_oldest_comes_first(log, settings):
    assert scrub_blobs(actor=CLOCK) == 0
    assert not Batch.objects.filter(verified_at=None).exists()
    flip(blob(3))
    assert scrub_blobs(actor=CLOCK) == 0
    old = timezone.now() - DUE - timedelta(minutes=1)
    Batch.objects.filter(number=1).update(verified_at=old)
    Batch.objects.filter(number=3).update(verified_at=old - timedelta(hours=1))
    # One file a turn: the one that was read the longest ago.
    settings.SCRUB_BYTES = 1
    assert scrub_blobs(actor=CLOCK) == 1
    assert Batch.objects.get(number=1).verified_at == old


def test_expired_batches_have_no_bytes_to_read(log):
    Batch.objects.filter(number=1).update(expired_at=timezone.now())
    lose(blob(1))
    assert scrub_blobs(actor=CLOCK) == 0


def test_the_security_administrator_scrubs_nothing(log, actor_of):
    flip(blob(1))
    with pytest.raises(Forbidden):
        scrub_blobs(actor=actor_of("security_admin"))
    assert not Batch.objects.exclude(damaged_at=None).exists()

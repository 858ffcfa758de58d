"""What goes wrong with sources, trap by trap: after a reconciliation no row is missing."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest

from accounts.models import Notice
from exchange.actions.syncs import change_sync
from exchange.models import Batch, SyncJob, SyncRun
from tests.factories.syncs import Syncing

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

EARLY = "timestamptz '2026-11-20 08:00:00.123456+08'"
NOON = "timestamptz '2026-11-20 12:00:00.123456+08'"


@pytest.fixture
def job(syncing: Syncing) -> SyncJob:
    """An incremental job without overlap that has read five rows, the last at noon."""
    syncing.put(*[(f"11010{n}", "旧") for n in range(1, 5)], at=EARLY)
    syncing.put(("110105", "旧"), at=NOON)
    made = syncing.job(incremental=True)
    assert syncing.run(made).state == "done"
    return made


def changed(syncing: Syncing, job: SyncJob, **values: Any) -> None:
    """The provider's steward changes the job."""
    job.refresh_from_db()
    change_sync(job, actor=syncing.world.actor("steward"), expected=job.version, values=values)


def reconciled(syncing: Syncing, job: SyncJob) -> SyncRun:
    """A comparison that finds something, and the whole read that heals it."""
    run = syncing.run(job, "reconcile")
    assert run.state == "done"
    assert run.report["agrees"] is False
    job.refresh_from_db()
    assert job.needs_full
    assert Notice.objects.filter(verb="sync.reconciled").exists()
    healed = syncing.run(job)
    assert (healed.state, healed.mode) == ("done", "full")
    assert syncing.published() == syncing.held()
    again = syncing.run(job, "reconcile")
    assert again.report["agrees"] is True
    job.refresh_from_db()
    assert not job.needs_full
    return run


def test_a_tie_with_a_greater_key_is_found_without_overlap(syncing: Syncing, job: SyncJob) -> None:
    syncing.put(("110106", "同刻"), at=NOON)
    run = syncing.run(job)
    assert (run.rows_read, run.batch.inserted) == (1, 1)
    assert syncing.published() == syncing.held()


def test_a_tie_with_a_smaller_key_is_found_by_the_overlap(syncing: Syncing, job: SyncJob) -> None:
    changed(syncing, job, overlap=1)
    syncing.put(("110100", "同刻"), at=NOON)
    run = syncing.run(job)
    assert syncing.changes(run.batch.number) == [("upsert", "110100")]
    assert syncing.published() == syncing.held()


def test_a_tie_with_a_smaller_key_is_found_by_reconciliation(
    syncing: Syncing, job: SyncJob
) -> None:
    syncing.put(("110100", "同刻"), at=NOON)
    assert syncing.run(job).rows_read == 0
    found = reconciled(syncing, job)
    assert (found.report["missing"], found.report["keys"]) == (1, {"missing": ["1****0"]})


@pytest.mark.parametrize("overlap", [600, 0])
def test_a_late_commit(syncing: Syncing, job: SyncJob, overlap: int) -> None:
    """Its watermark lies before one that was read already."""
    changed(syncing, job, overlap=overlap)
    with closing(psycopg2.connect(syncing.source.dsn)) as slow, slow.cursor() as cursor:
        cursor.execute("INSERT INTO divisions (code, name, level) VALUES ('110107', '迟交', '3')")
        syncing.put(("110106", "先交"))
        assert syncing.run(job).rows_read >= 1
        assert "110107" not in syncing.published()
        slow.commit()
    run = syncing.run(job)
    if overlap:
        assert syncing.changes(run.batch.number) == [("upsert", "110107")]
        assert syncing.published() == syncing.held()
    else:
        assert run.batch is None
        assert reconciled(syncing, job).report["missing"] == 1


def test_a_clock_that_steps_back(syncing: Syncing, job: SyncJob) -> None:
    syncing.put(("110105", "改于回拨后"), ("110108", "增于回拨后"), at=EARLY)
    assert syncing.run(job).rows_read == 0
    found = reconciled(syncing, job)
    assert (found.report["missing"], found.report["different"]) == (1, 1)


def test_deleted_rows(syncing: Syncing, job: SyncJob) -> None:
    syncing.source.query("DELETE FROM divisions WHERE code IN ('110101', '110103')")
    assert syncing.run(job).batch is None
    assert len(syncing.published()) == 5
    found = reconciled(syncing, job)
    assert found.report["extra"] == 2
    last = Batch.objects.order_by("-number").first()
    assert last is not None
    assert syncing.changes(last.number) == [("delete", "110101"), ("delete", "110103")]


def broken(syncing: Syncing, job: SyncJob, column: str) -> None:
    """The next run fails, names the column and changes nothing."""
    before = syncing.published()
    syncing.put(("110101", "新"))
    run = syncing.run(job)
    assert (run.state, run.fault_code) == ("failed", "source-mismatch")
    assert column in run.fault_detail
    assert syncing.published() == before
    assert Notice.objects.filter(verb="sync.failed").count() == 1


def mended(syncing: Syncing, job: SyncJob, **mapping: str) -> None:
    """With the new mapping the next run reads everything."""
    changed(syncing, job, mapping=mapping)
    run = syncing.run(job)
    assert (run.state, run.mode) == ("done", "full")
    assert syncing.published() == syncing.held()
    assert syncing.run(job, "reconcile").report["agrees"] is True


def test_a_renamed_column(syncing: Syncing, job: SyncJob) -> None:
    syncing.source.query("ALTER TABLE divisions RENAME COLUMN level TO grade")
    syncing.source.query("INSERT INTO divisions (code, name, grade) VALUES ('110109', '增', '2')")
    syncing.source.query("UPDATE divisions SET grade = '1' WHERE code = '110102'")
    run = syncing.run(job)
    assert (run.state, run.fault_code) == ("failed", "source-mismatch")
    assert "level" in run.fault_detail
    mended(syncing, job, level="grade")
    levels = {row["code"]: row["level"] for row in syncing.rows()}
    assert (levels["110102"], levels["110109"]) == ("1", "2")


def test_a_dropped_column(syncing: Syncing, job: SyncJob) -> None:
    syncing.source.query("ALTER TABLE divisions DROP COLUMN area")
    broken(syncing, job, "area")
    mended(syncing, job, area="")
    assert {row["area"] for row in syncing.rows()} == {None}


def test_null_keys(syncing: Syncing) -> None:
    syncing.source.query("ALTER TABLE divisions DROP CONSTRAINT divisions_pkey")
    syncing.source.query("ALTER TABLE divisions ALTER COLUMN code DROP NOT NULL")
    syncing.source.query(
        "INSERT INTO divisions (code, name, level) VALUES"
        " (NULL, '无码', '3'), ('110101', '甲', '3'), (NULL, '无码', '3'), ('110102', '乙', '3')"
    )
    for how in ({}, {"incremental": True}):
        job = syncing.job(**how, name=f"汇聚{len(how)}")
        run = syncing.run(job)
        assert (run.state, run.report["unkeyed"]) == ("done", 2)
        assert syncing.published() == syncing.held()
        found = syncing.run(job, "reconcile")
        # They can be published nowhere; the report counts them and people are told.
        assert (found.report["unkeyed"], found.report["agrees"]) == (2, False)
        assert (found.report["missing"], found.report["extra"]) == (0, 0)


def test_null_watermarks(syncing: Syncing, job: SyncJob) -> None:
    syncing.put(("110106", "无时"), ("110101", "无时"), at="NULL")
    run = syncing.run(job)
    assert (run.rows_read, run.report["unkeyed"]) == (0, 2)
    found = reconciled(syncing, job)
    assert (found.report["missing"], found.report["different"]) == (1, 1)


def test_rows_changed_during_the_read(
    syncing: Syncing, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One attempt sees one moment, whatever is written meanwhile."""
    settings.SYNC_CHUNK_ROWS = 10
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(40)])
    before = syncing.held()
    during(syncing, monkeypatch)
    job = syncing.job(incremental=True)
    run = syncing.run(job)
    assert (run.state, run.rows_read, run.chunks) == ("done", 40, 4)
    assert syncing.published() == before
    monkeypatch.undo()
    settings.SYNC_CHUNK_ROWS = 10
    # The inserted and the updated rows come with the next run, the deleted one with the heal.
    assert syncing.run(job).batch is not None
    assert syncing.held().items() <= syncing.published().items()
    assert reconciled(syncing, job).report["extra"] == 1


def during(syncing: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the second chunk rows on both sides of it are changed."""
    from exchange import syncing as work

    keep, done = work.Pass._keep, []

    def change(turn: Any, chunk: Any) -> None:
        keep(turn, chunk)
        if turn.run.chunks == 2 and not done:
            done.append(True)
            syncing.put(("110001", "读中改"), ("110035", "读中改"), ("119999", "读中增"))
            syncing.source.query("DELETE FROM divisions WHERE code = '110036'")

    monkeypatch.setattr(work.Pass, "_keep", change)

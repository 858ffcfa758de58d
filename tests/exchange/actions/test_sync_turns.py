"""Runs of sync jobs: what is read is published once, exactly where it differs."""

import pytest

from exchange.actions import sync_turns
from exchange.models import Batch, SyncRun
from exchange.storage import run_folders
from exchange.syncing import Pass
from tests.factories.syncs import Syncing, connector_to


def test_a_full_run_publishes_the_table_and_says_what_it_read(syncing, trail):
    syncing.put(("110101", "东城区"), ("110102", "西城区"))
    run = syncing.run(syncing.job())
    assert (run.state, run.fault_code, run.rows_read) == ("done", "", 2)
    assert syncing.published() == {"110101": "东城区", "110102": "西城区"}
    assert run.batch.number == 1
    assert run.batch.publisher_id == syncing.world.publisher.pk
    assert {k: run.report[k] for k in ("received", "accepted", "inserted")} == {
        "received": 2,
        "accepted": 2,
        "inserted": 2,
    }
    assert run_folders() == []
    (told,) = trail("batch.published")
    assert (told["sync_run"], told["sync_job"]) == (str(run.pk), str(run.job_id))
    (ended,) = trail("sync.completed")
    assert (ended["rows"], ended["batch"], ended["mode"]) == (2, 1, "full")


def test_a_full_run_publishes_exactly_what_changed(syncing):
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(50)])
    job = syncing.job()
    syncing.run(job)
    syncing.put(("110003", "新"), ("119999", "增"))
    syncing.source.query("DELETE FROM divisions WHERE code = '110007'")
    run = syncing.run(job)
    assert syncing.changes(2) == [
        ("upsert", "110003"),
        ("delete", "110007"),
        ("upsert", "119999"),
    ]
    assert (run.batch.inserted, run.batch.updated, run.batch.deleted) == (1, 1, 1)
    assert syncing.published() == syncing.held()


def test_an_unchanged_table_makes_no_batch(syncing):
    syncing.put(("110101", "东城区"))
    job = syncing.job()
    syncing.run(job)
    run = syncing.run(job)
    assert (run.state, run.batch) == ("done", None)
    assert Batch.objects.count() == 1


def test_an_incremental_job_reads_everything_first_and_then_what_is_new(syncing):
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(50)])
    job = syncing.job(incremental=True)
    first = syncing.run(job)
    assert (first.mode, first.rows_read) == ("full", 50)
    syncing.put(("110003", "新"), ("119999", "增"))
    run = syncing.run(job)
    assert (run.mode, run.rows_read) == ("incremental", 2)
    assert syncing.changes(2) == [("upsert", "110003"), ("upsert", "119999")]
    assert (run.batch.inserted, run.batch.updated) == (1, 1)
    (stamp, code) = syncing.source.query(
        "SELECT updated_at::text, code FROM divisions ORDER BY updated_at DESC, code DESC LIMIT 1"
    )[0]
    job.refresh_from_db()
    assert job.cursor[1] == code
    assert job.cursor[0][:19] == stamp[:19]


def test_rows_in_the_overlap_are_read_again_and_not_published_again(syncing):
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(5)])
    job = syncing.job(incremental=True, overlap=3600)
    syncing.run(job)
    run = syncing.run(job)
    assert (run.state, run.rows_read, run.batch) == ("done", 5, None)
    assert run.report["accepted"] == 5
    assert Batch.objects.count() == 1


def test_a_run_that_reads_nothing_leaves_no_batch_and_no_trace_of_one(syncing, trail):
    syncing.put(("110101", "东城区"))
    job = syncing.job(incremental=True)
    syncing.run(job)
    run = syncing.run(job)
    assert (run.state, run.rows_read, run.batch) == ("done", 0, None)
    assert trail("batch.unchanged") == []
    assert len(trail("sync.completed")) == 2


def test_rows_that_break_the_schema_fail_the_run_and_store_nothing(syncing, trail):
    syncing.put(("110101", "东城区"), ("bad", "错"))
    job = syncing.job()
    run = syncing.run(job)
    assert (run.state, run.fault_code, run.fault_is_transient) == ("failed", "rows-rejected", False)
    assert [e["code"] for e in run.report["errors"]] == ["pattern"]
    assert "bad" not in str(run.report)
    assert not Batch.objects.exists()
    job.refresh_from_db()
    assert job.failures == 1
    assert trail("sync.failed")[0]["code"] == "rows-rejected"


def test_quarantined_rows_go_apart_and_the_rest_is_published(syncing):
    syncing.world.dataset.change(on_reject="quarantine", max_rejected_percent=60)
    syncing.put(("110101", "东城区"), ("bad", "错"))
    run = syncing.run(syncing.job())
    assert (run.state, run.batch.rejected) == ("done", 1)
    assert syncing.published() == {"110101": "东城区"}


def test_a_source_that_is_away_is_tried_again_later(syncing, settings):
    syncing.put(("110101", "东城区"))
    opened, settings.EGRESS_TEST_ADDRESSES = settings.EGRESS_TEST_ADDRESSES, []
    syncing.connector.change(options=syncing.connector.options | {"port": 1})
    settings.EGRESS_TEST_ADDRESSES = ["127.0.0.1:1"]
    job = syncing.job()
    run = syncing.run(job)
    assert (run.state, run.attempts, run.fault_is_transient) == ("queued", 1, True)
    assert run.fault_code
    settings.EGRESS_TEST_ADDRESSES = opened
    syncing.connector.change(options=syncing.connector.options | {"port": syncing.port})
    run = syncing.work(run)
    assert (run.state, run.fault_code) == ("done", "")


def test_attempts_come_to_an_end(syncing, settings):
    syncing.connector.change(options=syncing.connector.options | {"port": 1})
    settings.EGRESS_TEST_ADDRESSES = ["127.0.0.1:1"]
    run = syncing.run(syncing.job())
    for _ in range(7):
        assert run.state == "queued"
        run = syncing.work(run)
    assert (run.state, run.attempts, run.fault_is_transient) == ("failed", 8, True)


def test_three_lost_workers_end_a_run(syncing):
    syncing.put(("110101", "东城区"))
    run = SyncRun.objects.create(
        job=syncing.job(), number=1, mode="full", trigger="hand", report={"lost": 3}
    )
    run = syncing.work(run)
    assert (run.state, run.fault_code) == ("failed", "worker-lost")
    assert not Batch.objects.exists()


@pytest.mark.parametrize("column", ["name", "area"])
def test_a_column_that_is_gone_fails_the_run_and_wants_a_whole_read(syncing, column):
    syncing.put(("110101", "东城区"))
    job = syncing.job(incremental=True)
    syncing.run(job)
    syncing.source.query(f"ALTER TABLE divisions DROP COLUMN {column}")
    run = syncing.run(job)
    assert (run.state, run.fault_code, run.fault_is_transient) == (
        "failed",
        "source-mismatch",
        False,
    )
    assert column in run.fault_detail
    assert run.job.needs_full
    assert syncing.published() == {"110101": "东城区"}


def test_events_are_appended_once_each(events, target):
    target.query(
        "CREATE TABLE happenings (id int PRIMARY KEY, happened_at timestamptz, place text)"
    )
    syncing = Syncing(events, target, connector_to(events, target))
    insert = "INSERT INTO happenings VALUES ({0}, '2026-11-22 08:00:0{0}+08', '甲')"
    for number in (1, 2):
        target.query(insert.format(number))
    job = syncing.job(source="public.happenings", mode="incremental", watermark="happened_at")
    assert syncing.run(job).batch.kind == "append"
    target.query(insert.format(3))
    run = syncing.run(job)
    assert (run.state, run.rows_read, run.batch.inserted) == ("done", 1, 1)
    assert syncing.run(job).batch is None
    events.dataset.refresh_from_db()
    assert events.dataset.last_seq == 3


def test_a_turn_that_is_over_goes_on_from_its_last_chunk(syncing, settings, monkeypatch):
    settings.SYNC_CHUNK_ROWS = 10
    short = lambda run, lease, _: Pass(run, lease, 0)  # noqa: E731
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(35)])
    monkeypatch.setattr(sync_turns, "Pass", short)
    run = syncing.run(syncing.job())
    # A turn for each chunk, and one in which nothing was left to read.
    assert (run.state, run.rows_read, run.chunks, run.lease_token) == ("done", 35, 4, 5)
    assert syncing.published() == syncing.held()

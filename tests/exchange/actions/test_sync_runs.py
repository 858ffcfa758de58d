"""The queue of sync runs: one a job, begun by hand or by the timetable, stopped, tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange import runs
from exchange.actions.sync_runs import cancel_run, retry_run, schedule_due, start_run
from exchange.errors import SyncBusy, SyncImpossible
from exchange.models import Batch, SyncJob, SyncRun
from exchange.storage import run_folder, run_folders
from kernel.errors import Forbidden, IllegalMove


def due(job, **ago):
    SyncJob.objects.filter(pk=job.pk).update(next_run_at=timezone.now() - timedelta(**ago))


def test_a_run_by_hand_waits_in_the_queue(syncing, trail):
    run = start_run(syncing.job(), actor=syncing.world.actor("steward"))
    assert (run.state, run.number, run.trigger, run.host) == (
        "queued",
        1,
        "hand",
        syncing.source.address,
    )
    assert trail("sync.started")[0]["number"] == 1


def test_a_job_has_one_run_at_a_time(syncing, unchanged):
    job = syncing.job()
    start_run(job, actor=syncing.world.actor("steward"))
    with unchanged(), pytest.raises(SyncBusy):
        start_run(job, actor=syncing.world.actor("steward"))


def test_who_may_not_run_jobs_begins_and_stops_nothing(syncing, unchanged):
    job = syncing.job()
    run = start_run(job, actor=syncing.world.actor("steward"))
    other = syncing.world.actor("asker")
    for deed in (lambda: start_run(job, actor=other), lambda: cancel_run(run, actor=other)):
        with unchanged(), pytest.raises(Forbidden):
            deed()


def test_a_slot_that_was_missed_many_times_runs_once(syncing):
    job = syncing.job(schedule="every 15m")
    due(job, days=2, minutes=7)
    assert schedule_due(actor=CLOCK) == 1
    assert schedule_due(actor=CLOCK) == 0
    job.refresh_from_db()
    assert job.runs.get().trigger == "schedule"
    # The slots keep their rhythm.
    assert timedelta(0) < job.next_run_at - timezone.now() <= timedelta(minutes=15)


def test_a_slot_that_comes_during_a_run_is_made_up_for_after_it(syncing):
    syncing.put(("110101", "东城区"))
    job = syncing.job(schedule="every 15m")
    run = start_run(job, actor=syncing.world.actor("steward"))
    due(job, minutes=1)
    assert schedule_due(actor=CLOCK) == 0
    syncing.work(run)
    assert schedule_due(actor=CLOCK) == 1
    assert job.runs.count() == 2


def test_publishing_comes_before_comparing(syncing):
    syncing.put(("110101", "东城区"))
    job = syncing.job(schedule="every 15m", reconcile="every 1d")
    past = timezone.now() - timedelta(minutes=1)
    SyncJob.objects.update(next_run_at=past, next_reconcile_at=past)
    kinds = []
    for _ in range(2):
        assert schedule_due(actor=CLOCK) == 1
        run = syncing.work(job.runs.order_by("-number").first())
        kinds.append((run.kind, run.state))
    assert kinds == [("publish", "done"), ("reconcile", "done")]
    assert run.report["agrees"] is True


def test_a_waiting_run_is_cancelled_at_once(syncing, trail):
    run = start_run(syncing.job(), actor=syncing.world.actor("steward"))
    cancel_run(run, actor=syncing.world.actor("steward"))
    assert run.state == "cancelled"
    assert runs.claim_run() is None
    with pytest.raises(IllegalMove):
        cancel_run(run, actor=syncing.world.actor("steward"))
    assert trail()[-1] == "sync.cancelled"


def test_a_run_at_work_is_asked_to_stop_and_publishes_nothing(syncing, monkeypatch, trail):
    syncing.put(("110101", "东城区"))
    job = syncing.job()
    actor = syncing.world.actor("steward")
    advance = runs.advance

    def asked(lease, chunks, **progress):
        cancel_run(SyncRun.objects.get(), actor=actor)
        advance(lease, chunks, **progress)

    monkeypatch.setattr(runs, "advance", asked)
    run = syncing.run(job)
    assert (run.state, run.lease_until) == ("cancelled", None)
    assert not Batch.objects.exists()
    assert run_folders() == []
    assert trail()[-2:] == ["sync.cancelled", "sync.stopped"]


def test_a_failed_run_is_tried_again_anew_where_the_data_was_bad(syncing):
    syncing.put(("110101", "东城区"), ("bad", "错"))
    job = syncing.job()
    run = syncing.run(job)
    assert run.state == "failed"
    syncing.source.query("DELETE FROM divisions WHERE code = 'bad'")
    retry_run(run, actor=syncing.world.actor("steward"))
    assert (run.state, run.chunks, run.rows_read, run.attempts) == ("queued", 0, 0, 0)
    run = syncing.work(run)
    assert (run.state, run.rows_read) == ("done", 1)
    assert syncing.published() == {"110101": "东城区"}
    assert run.job.failures == 0


def test_only_the_last_run_is_tried_again(syncing, unchanged):
    syncing.put(("bad", "错"))
    job = syncing.job()
    old = syncing.run(job)
    syncing.run(job)
    with unchanged(), pytest.raises(SyncImpossible):
        retry_run(old, actor=syncing.world.actor("steward"))


def test_runs_wait_while_a_sink_is_far_behind_and_say_so(syncing, settings, target):
    settings.SYNC_MAX_BEHIND = 1
    world = syncing.world
    lane = world.subscribe("sink", dsn=target.dsn, target_schema="shared", target_table="divisions")
    world.publish([])
    syncing.put(("110101", "东城区"))
    run = start_run(syncing.job(), actor=world.actor("steward"))
    world.dataset.change(last_number=2)
    assert schedule_due(actor=CLOCK) == 0
    assert runs.claim_run() is None
    run.refresh_from_db()
    assert (run.state, run.fault_code) == ("queued", "sinks-behind")
    assert str(lane.pk) in run.fault_detail
    lane.change(position=2)
    schedule_due(actor=CLOCK)
    run.refresh_from_db()
    assert run.fault_code == ""
    assert runs.claim_run() is not None


def test_pieces_of_runs_that_have_ended_are_swept(syncing):
    syncing.put(("110101", "东城区"))
    run = syncing.run(syncing.job())
    (run_folder(run.pk) / "000001-1.parquet").write_bytes(b"")
    schedule_due(actor=CLOCK)
    assert run_folders() == []

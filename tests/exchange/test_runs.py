"""Leases on sync runs: one holder, by the database's clock, fenced by a token; few a host."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange import runs
from exchange.models import SyncRun


@pytest.fixture
def queued(syncing):
    """``queued(name)``: a new job with a run that is due."""

    def make(name="汇聚", **values):
        job = syncing.job(name=name)
        whole = {"number": 1, "mode": "full", "trigger": "hand", "host": "db.example:5432"}
        return SyncRun.objects.create(job=job, **(whole | values))

    return make


def silent(run):
    SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_due_run_is_claimed_once_and_counted_before_the_work(queued):
    run = queued()
    lease = runs.claim_run()
    assert (lease.run_id, lease.token) == (run.pk, 1)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("running", 1)
    assert 55 < (run.lease_until - timezone.now()).total_seconds() <= 60
    assert runs.claim_run() is None


def test_a_run_that_is_not_due_or_whose_job_is_paused_waits(queued):
    run = queued(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert runs.claim_run() is None
    SyncRun.objects.update(next_attempt_at=timezone.now())
    run.job.change(state="paused")
    assert runs.claim_run() is None


def test_a_silent_workers_run_goes_to_the_next_and_shuts_out_the_first(queued):
    run = queued()
    stale = runs.claim_run()
    silent(run)
    fresh = runs.claim_run()
    assert fresh.token == 2
    for write in (
        lambda: runs.hold(stale),
        lambda: runs.advance(stale, 1, rows_read=9),
        lambda: runs.note(stale, rows_read=9),
        lambda: runs.give_back(stale),
    ):
        with pytest.raises(runs.LeaseLost):
            write()
    run.refresh_from_db()
    assert (run.rows_read, run.chunks, run.lease_token, run.report["lost"]) == (0, 0, 2, 1)
    runs.advance(fresh, 1, rows_read=5)
    with pytest.raises(runs.LeaseLost):
        runs.advance(fresh, 3, rows_read=9)
    run.refresh_from_db()
    assert (run.rows_read, run.chunks) == (5, 1)


def test_no_run_stays_running_without_a_worker(queued):
    run = queued()
    stale = runs.claim_run()
    assert runs.requeue_lost() == []
    silent(run)
    assert runs.requeue_lost() == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.report["lost"]) == ("queued", None, 1)
    with pytest.raises(runs.LeaseLost):
        runs.hold(stale)


def test_a_host_is_read_by_few_at_once(queued, settings):
    settings.SYNC_PER_HOST = 2
    made = [queued(f"汇聚{n}") for n in range(3)]
    other = queued("另一库", host="other.example:5432")
    taken = {runs.claim_run().run_id for _ in range(3)}
    assert other.pk in taken
    assert runs.claim_run() is None
    first = next(run for run in made if run.pk in taken)
    SyncRun.objects.filter(pk=first.pk).update(state="done", lease_until=None)
    assert runs.claim_run() is not None


def test_whoever_asks_to_stop_is_heard_at_the_next_write(queued):
    queued()
    lease = runs.claim_run()
    SyncRun.objects.update(cancel_asked_at=timezone.now())
    with pytest.raises(runs.RunCancelled):
        runs.hold(lease)
    with pytest.raises(runs.RunCancelled):
        runs.advance(lease, 1)


def test_a_run_given_back_is_due_again_after_the_wait(queued):
    run = queued()
    runs.give_back(runs.claim_run(), 60, fault_code="source-lost")
    run.refresh_from_db()
    assert (run.state, run.fault_code) == ("queued", "source-lost")
    assert 55 < (run.next_attempt_at - timezone.now()).total_seconds() <= 60
    assert runs.claim_run() is None

"""Kill -9 and SIGSTOP in the middle of a sync run: it goes on, publishes once, and nothing stale
comes through."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery

from accounts.models import AuditEvent
from config.launch.processes import Server
from exchange.actions.sync_runs import cancel_run, start_run
from exchange.models import Batch, SyncJob, SyncRun
from exchange.storage import run_folders, store
from tests.factories.syncs import Syncing

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 45


@pytest.fixture
def variables(platform_env: Callable[..., dict[str, str]], settings: Any) -> Callable[..., Any]:
    """``variables("sync.after_chunk:exit")``: a platform's environment with armed failpoints."""

    def build(failpoints: str = "") -> dict[str, str]:
        return platform_env(
            FAILPOINTS=failpoints,
            LEASE_SECONDS="2",
            SYNC_CHUNK_ROWS="10",
            SEALING_KEYS=",".join(settings.SEALING_KEYS),
            EGRESS_TEST_ADDRESSES=",".join(settings.EGRESS_TEST_ADDRESSES),
        )

    return build


@pytest.fixture
def job(syncing: Syncing) -> SyncJob:
    """An incremental job with a run in the queue that has everything to read."""
    syncing.put(*[(f"11{n:04d}", "旧") for n in range(ROWS)])
    made = syncing.job(incremental=True)
    begin(syncing, made)
    return made


def begin(syncing: Syncing, job: SyncJob) -> SyncRun:
    return start_run(job, actor=syncing.world.actor("steward"))


def bell(variables: dict[str, str]) -> Callable[[], None]:
    """Ring as the timetable does."""
    app = Celery("bell", broker=variables["REDIS_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": "shuqiao:"}

    def ring() -> None:
        app.send_task("exchange.schedule_syncs", queue="clock", expires=10)
        app.send_task("exchange.run_syncs", queue="bulk", expires=10)

    return ring


def wait_for(done: Callable[[], Any], ring: Callable[[], None], server: Server) -> None:
    """Poll until done, for at most a minute."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, server.last_words(40)
        ring()
        time.sleep(0.5)


def run_of(job: SyncJob) -> SyncRun:
    return job.runs.order_by("-number").first()


def check_whole(syncing: Syncing, job: SyncJob, batches: int = 1) -> None:
    """The table is there, published once, the cursor stands with it, and nothing is left over."""
    assert syncing.published() == syncing.held()
    numbers = Batch.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, batches + 1))
    run = run_of(job)
    assert (run.state, run.fault_code, run.lease_until) == ("done", "", None)
    verbs = AuditEvent.objects.filter(verb__in=("sync.completed", "batch.published"))
    assert verbs.filter(verb="sync.completed").count() == job.runs.count()
    assert verbs.filter(verb="batch.published").count() == batches
    job.refresh_from_db()
    last = syncing.source.query(
        "SELECT code FROM divisions ORDER BY updated_at DESC, code DESC LIMIT 1"
    )
    assert job.cursor[1] == last[0][0]
    for digest in Batch.objects.values_list("digest", flat=True):
        store().verify(digest)


@pytest.mark.parametrize(
    "place",
    [
        "sync.before_publish",
        "sync.after_chunk",
        "store.after_write",
        "store.after_link",
        "publish.prepared",
        "sync.before_settle",
        "publish.before_commit",
        "publish.after_commit",
        "sync.after_publish",
    ],
)
def test_a_worker_killed_while_syncing(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any, place: str
) -> None:
    armed = variables(f"{place}:exit")
    ring = bell(armed)
    worker = start_worker(armed)
    wait_for(lambda: "exitcode 137" in worker.log.read_text(), ring, worker)
    worker.kill()
    committed = place in ("publish.after_commit", "sync.after_publish")
    assert Batch.objects.count() == committed
    assert (run_of(job).state == "done") == committed

    worker = start_worker(variables())
    wait_for(lambda: run_of(job).state == "done" and not run_folders(), ring, worker)
    check_whole(syncing, job)

    # The incremental way through the same place.
    worker.kill()
    syncing.put(("110003", "新"), ("119999", "增"))
    begin(syncing, job)
    worker = start_worker(armed)
    wait_for(lambda: worker.log.read_text().count("exitcode 137") >= 2, ring, worker)
    worker.kill()
    worker = start_worker(variables())
    wait_for(lambda: run_of(job).state == "done", ring, worker)
    check_whole(syncing, job, batches=2)
    assert syncing.changes(2) == [("upsert", "110003"), ("upsert", "119999")]


def test_a_run_goes_on_from_its_last_chunk(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any
) -> None:
    armed = variables("sync.after_chunk:exit:3")
    ring = bell(armed)
    worker = start_worker(armed)
    wait_for(lambda: "exitcode 137" in worker.log.read_text(), ring, worker)
    worker.kill()
    run = run_of(job)
    assert (run.chunks, run.rows_read) == (3, 30)
    # Rows behind the place are not read again, those before it as they are then.
    syncing.put(("110005", "改"), ("110040", "改"))

    worker = start_worker(variables())
    wait_for(lambda: run_of(job).state == "done", ring, worker)
    run = run_of(job)
    assert (run.chunks, run.rows_read) == (5, ROWS)
    published = syncing.published()
    assert (published["110005"], published["110040"]) == ("旧", "改")
    # The cursor is of the first moment, so what came later is read by the next run.
    begin(syncing, job)
    wait_for(lambda: run_of(job).state == "done", ring, worker)
    assert syncing.changes(2) == [("upsert", "110005")]
    check_whole(syncing, job, batches=2)


@pytest.mark.parametrize("place", ["sync.after_chunk", "publish.prepared"])
def test_a_stopped_worker_that_comes_back_changes_nothing(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any, place: str
) -> None:
    armed = variables(f"{place}:stop")
    ring = bell(armed)
    stale = start_worker(armed)
    wait_for(lambda: run_of(job).state == "running" and reached(job, place), ring, stale)
    os.killpg(stale.process.pid, signal.SIGSTOP)
    try:
        first = run_of(job).lease_token
        worker = start_worker(variables())
        wait_for(lambda: run_of(job).state == "done", ring, worker)
        done = run_of(job)
        assert done.lease_token > first
    finally:
        os.killpg(stale.process.pid, signal.SIGCONT)
    wait_for(lambda: "lease_lost" in stale.log.read_text(), lambda: None, stale)
    check_whole(syncing, job)
    assert run_of(job).updated_at == done.updated_at


def reached(job: SyncJob, place: str) -> bool:
    """Whether the worker is at the place, or close before it."""
    return run_of(job).chunks >= (1 if place == "sync.after_chunk" else 5)


def test_a_silent_worker_leaves_no_run_running(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any
) -> None:
    armed = variables("sync.after_chunk:exit")
    ring = bell(armed)
    worker = start_worker(armed)
    wait_for(lambda: "exitcode 137" in worker.log.read_text(), ring, worker)
    worker.kill()
    assert run_of(job).state == "running"
    # Nobody reads any more, but the clock goes on.
    from exchange.actions.sync_runs import schedule_due

    end = time.monotonic() + 10
    while run_of(job).state == "running":
        assert time.monotonic() < end
        schedule_due(actor=syncing.world.actor("steward"))
        time.sleep(0.2)
    assert run_of(job).state == "queued"


def test_three_workers_lost_at_one_place_end_the_run(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any
) -> None:
    armed = variables("sync.before_publish:exit")
    ring = bell(armed)
    worker = start_worker(armed)
    wait_for(lambda: run_of(job).state == "failed", ring, worker)
    run = run_of(job)
    assert (run.fault_code, run.report["lost"]) == ("worker-lost", 3)
    assert not Batch.objects.exists()


def test_a_run_is_cancelled_within_a_chunk(
    syncing: Syncing, job: SyncJob, variables: Any, start_worker: Any
) -> None:
    slow = variables("sync.after_chunk:stop:2")
    ring = bell(slow)
    worker = start_worker(slow)
    wait_for(lambda: run_of(job).chunks >= 2, ring, worker)
    cancel_run(run_of(job), actor=syncing.world.actor("steward"))
    wait_for(lambda: run_of(job).state == "cancelled", ring, worker)
    assert run_of(job).chunks == 2
    assert not Batch.objects.exists()
    wait_for(lambda: not run_folders(), ring, worker)

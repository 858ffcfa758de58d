"""Sync jobs: what may be scheduled, changed, paused and closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.actions.sync_runs import start_run
from exchange.actions.syncs import change_sync, close_sync, pause_sync, resume_sync, schedule_sync
from exchange.errors import SyncImpossible
from exchange.models import SyncJob, SyncRun
from kernel.errors import Forbidden, IllegalMove, Invalid, Stale
from tests.factories.syncs import Syncing, connector_to


def test_a_job_is_scheduled_for_its_first_slot(syncing, trail):
    job = syncing.job(schedule="every 15m", reconcile="30 2 * * 6")
    ahead = (job.next_run_at - timezone.now()).total_seconds()
    assert 890 < ahead <= 900
    assert timezone.localtime(job.next_reconcile_at).strftime("%H:%M %w") == "02:30 6"
    assert (job.state, job.department_id) == ("active", syncing.world.provider.pk)
    (told,) = trail("sync.scheduled")
    assert (told["source"], told["schedule"]) == ("public.divisions", "every 15m")


def test_a_job_without_timetable_runs_by_hand_only(syncing):
    assert syncing.job().next_run_at is None


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"schedule": "every 5s"}, "schedule"),
        ({"schedule": "sometimes"}, "schedule"),
        ({"schedule": "61 * * * *"}, "schedule"),
        ({"schedule": "0 0 30 2 *"}, "schedule"),
        ({"reconcile": "every"}, "reconcile"),
        ({"mapping": {"nosuch": "x"}}, "mapping"),
        ({"mapping": {"name": ""}}, "mapping"),
        ({"mode": "incremental"}, "watermark"),
        ({"watermark": "updated_at"}, "watermark"),
    ],
)
def test_options_that_do_not_fit_are_named(syncing, unchanged, options, field):
    with unchanged(), pytest.raises(Invalid) as refused:
        syncing.job(**options)
    assert refused.value.facts["errors"][0]["pointer"] == f"#/{field}"


def test_another_departments_connector_is_refused(syncing, unchanged):
    world = syncing.world
    syncing.connector.change(department=world.requester, system=world.reader)
    with unchanged(), pytest.raises(Invalid):
        syncing.job()


def test_a_closed_connector_is_refused(syncing, unchanged):
    syncing.connector.change(state="closed")
    with unchanged(), pytest.raises(Invalid):
        syncing.job()


def test_only_the_owners_steward_schedules(syncing, unchanged):
    for who in ("head", "asker", "publisher"):
        with unchanged(), pytest.raises(Forbidden):
            schedule_sync(
                syncing.world.dataset,
                actor=syncing.world.actor(who),
                connector=syncing.connector,
                name="x",
                source="public.divisions",
            )


def test_events_are_read_incrementally_without_overlap(events, target):
    syncing = Syncing(events, target, connector_to(events, target))
    with pytest.raises(SyncImpossible):
        syncing.job()
    with pytest.raises(Invalid):
        syncing.job(incremental=True, overlap=5)
    assert syncing.job(incremental=True).mode == "incremental"


def test_a_change_of_what_is_read_wants_a_whole_read(syncing, trail):
    job = syncing.job(incremental=True)
    job.change(cursor=["2026-01-01", "1"])
    actor = syncing.world.actor("steward")
    change_sync(job, actor=actor, expected=job.version, values={"schedule": "every 1h"})
    assert (job.cursor, job.needs_full) == (["2026-01-01", "1"], False)
    assert job.next_run_at is not None
    change_sync(job, actor=actor, expected=job.version, values={"mapping": {"name": "title"}})
    assert (job.cursor, job.needs_full) == (None, True)
    assert trail("sync.changed")[1] == {"mapping": {"name": "title"}}


def test_a_change_of_an_older_version_is_refused(syncing, unchanged):
    job = syncing.job()
    with unchanged(), pytest.raises(Stale):
        change_sync(job, actor=syncing.world.actor("steward"), expected=9, values={"name": "别名"})


def test_a_paused_job_begins_nothing_and_resumes_from_now(syncing):
    actor = syncing.world.actor("steward")
    job = syncing.job(schedule="every 15m")
    SyncJob.objects.update(next_run_at=timezone.now() - timedelta(days=2))
    pause_sync(job, actor=actor, reason="停机")
    with pytest.raises(SyncImpossible):
        start_run(job, actor=actor)
    resume_sync(job, actor=actor)
    assert job.next_run_at > timezone.now()
    assert (job.state, job.state_reason) == ("active", "")


def test_a_closed_job_stops_its_run_and_stays_closed(syncing, trail):
    actor = syncing.world.actor("steward")
    job = syncing.job(schedule="every 15m")
    run = start_run(job, actor=actor)
    close_sync(job, actor=actor)
    run.refresh_from_db()
    assert (job.state, job.next_run_at, run.state) == ("closed", None, "cancelled")
    with pytest.raises(IllegalMove):
        resume_sync(job, actor=actor)
    assert trail()[-1] == "sync.closed"
    assert SyncRun.objects.count() == 1

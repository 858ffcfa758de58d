"""What the sweep finds beside the blobs: folders of runs and uploads, copies, old rows."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.upkeep import ORPHAN_SECONDS, expire_attempts, sweep_orphans
from exchange.models import Attempt, SyncJob, SyncRun, Upload
from kernel.errors import Forbidden


def folder(store_dir: Path, name: str, old: bool = False) -> Path:
    made = store_dir / name
    made.mkdir(parents=True)
    (made / "part").write_bytes(b"rows")
    if old:
        past = time.time() - ORPHAN_SECONDS - 60
        os.utime(made, (past, past))
    return made


def test_folders_of_ended_runs_go_and_those_that_may_go_on_stay(syncing, store_dir):
    job = SyncJob.objects.create(
        dataset=syncing.world.dataset,
        department=syncing.world.provider,
        connector=syncing.connector,
        name="区划",
        source="public.divisions",
    )
    folders = {}
    for number, state in enumerate(("done", "cancelled", "failed", "running"), 1):
        run = SyncRun.objects.create(
            job=job, number=number, mode=job.mode, trigger="hand", state=state
        )
        folders[state] = folder(store_dir, f"sync/{run.pk.hex}")
    assert sweep_orphans(actor=CLOCK) == 2
    assert {state for state, path in folders.items() if path.exists()} == {"failed", "running"}


def test_folders_of_ended_uploads_go(world, store_dir):
    folders = {}
    for state in ("open", "finished", "cancelled", "expired"):
        upload = Upload.objects.create(
            dataset=world.dataset,
            publisher_id=world.publisher.pk,
            state=state,
            kind="snapshot",
            content_type="text/csv",
            size=10,
            expires_at=timezone.now() + timedelta(days=1),
        )
        folders[state] = folder(store_dir, f"uploads/{upload.pk.hex}")
    assert sweep_orphans(actor=CLOCK) == 3
    assert [state for state, path in folders.items() if path.exists()] == ["open"]


def test_what_belongs_to_nobody_goes_after_a_day(db, store_dir):
    old = [folder(store_dir, f"{name}/{uuid4().hex}", old=True) for name in ("sync", "uploads")]
    copies = store_dir / "fetched"
    copies.mkdir()
    (copies / "copy").write_bytes(b"rows")
    young = [folder(store_dir, f"sync/{uuid4().hex}"), copies / "copy"]
    assert sweep_orphans(actor=CLOCK) == 2
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in young)
    past = time.time() - ORPHAN_SECONDS - 60
    os.utime(copies / "copy", (past, past))
    assert sweep_orphans(actor=CLOCK) == 1


def test_attempts_go_when_they_are_old(world, settings):
    settings.ATTEMPT_RETENTION_DAYS = 30
    lane = world.subscribe()
    for days in (0, 29, 31):
        attempt = Attempt.objects.create(subscription=lane, number=1, ok=True)
        past = timezone.now() - timedelta(days=days)
        Attempt.objects.filter(pk=attempt.pk).update(created_at=past)
    assert expire_attempts(actor=CLOCK) == 1
    assert Attempt.objects.count() == 2


def test_the_security_administrator_removes_no_attempts(world, actor_of):
    with pytest.raises(Forbidden):
        expire_attempts(actor=actor_of("security_admin"))

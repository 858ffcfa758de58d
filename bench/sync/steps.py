"""python -m bench.sync.steps STEP ...: what happens inside the hub, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from datetime import timedelta
from typing import Any

from bench.hub.scene import PURPOSE, Sides, grant_to

import psycopg2  # isort: skip
from django.utils import timezone
from psycopg2.extensions import parse_dsn

from accounts.actor import CLOCK
from bench.persons import PERSONS
from exchange.actions.sync_runs import start_run
from exchange.actions.syncs import schedule_sync
from exchange.models import Batch, Connector, Subscription, SyncJob
from kernel.jobs import wake
from kernel.sealing import seal

PATIENCE = timedelta(minutes=15)
LOOK_SECONDS = 0.005


def make(source: str, target: str, count: str, table: str) -> list[dict[str, str]]:
    """So many chains from the source's table over a dataset and a grant to a table each."""
    sides = Sides()
    parts = parse_dsn(source)
    connector = Connector.objects.create(
        department=sides.provider,
        system=sides.publisher,
        name="业务库",
        kind="postgres",
        options={
            "host": parts["host"],
            "port": int(parts.get("port", 5432)),
            "database": parts["dbname"],
            "user": parts["user"],
        },
        sealed=seal(json.dumps({"password": parts.get("password", "")})),
    )
    return [_chain(sides, connector, target, table, number) for number in range(1, int(count) + 1)]


def _chain(
    sides: Sides, connector: Connector, target: str, table: str, number: int
) -> dict[str, str]:
    dataset = sides.dataset(PERSONS, number)
    job = schedule_sync(
        dataset, actor=sides.steward, connector=connector, name=f"汇聚{number}", source=table
    )
    grant = grant_to(dataset.resource, sides.requester, sides.reader, {})
    lane = Subscription.objects.create(
        grant=grant,
        dataset=dataset,
        department=sides.requester,
        system=sides.reader,
        mode=Subscription.Mode.SINK,
        purpose=PURPOSE,
        sealed=seal(target),
        target_schema="public",
        target_table=f"person_{number}",
    )
    return {"job": str(job.pk), "lane": str(lane.pk), "table": lane.target_table}


def incremental(job: str) -> None:
    """From its next run on the job reads what is beyond the last watermark."""
    found = SyncJob.objects.get(pk=job)
    found.change(mode=SyncJob.Mode.INCREMENTAL, watermark="updated_at")


def run(job: str, lane: str, target: str, number: str) -> dict[str, Any]:
    """Start a run; the seconds until the target holds the batch of that number, and its changes."""
    found = SyncJob.objects.get(pk=job)
    with closing(psycopg2.connect(target)) as line, line.cursor() as cursor:
        line.autocommit = True
        # The line to the broker stands, as it does wherever runs are started in life.
        wake("exchange.run_syncs")
        time.sleep(0.5)
        started = time.perf_counter()
        start_run(found, actor=CLOCK)
        while not _holds(cursor, lane, int(number)):
            if time.perf_counter() - started > PATIENCE.total_seconds():
                raise TimeoutError(_told(found))
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
    batch = Batch.objects.get(dataset_id=found.dataset_id, number=int(number))
    reading = found.runs.order_by("-number").first()
    begun, done = reading.started_at or reading.created_at, reading.finished_at
    return {
        "seconds": seconds,
        "changes": batch.inserted + batch.updated + batch.deleted,
        "waited": (begun - reading.created_at).total_seconds(),
        "publishing": (done - begun).total_seconds(),
    }


def _holds(cursor: Any, lane: str, number: int) -> bool:
    cursor.execute("SELECT to_regclass('public.shuqiao_offsets')")
    if cursor.fetchone()[0] is None:
        return False
    cursor.execute("SELECT number FROM public.shuqiao_offsets WHERE lane = %s", [lane])
    row = cursor.fetchone()
    return row is not None and row[0] >= number


def _told(job: SyncJob) -> str:
    run = job.runs.order_by("-number").first()
    lane = Subscription.objects.filter(dataset_id=job.dataset_id).first()
    return f"{timezone.now()}: run {run.state} {run.fault_code} {run.fault_detail}; " + (
        f"lane {lane.state} at {lane.position} {lane.last_error}" if lane else "no lane"
    )


STEPS = {"make": make, "incremental": incremental, "run": run}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))

"""A source outside: a department's own PostgreSQL database, a connector, and jobs that read it."""

import json
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import parse_dsn

from accounts.actor import CLOCK
from exchange.actions.sync_runs import start_run
from exchange.actions.sync_turns import run_due
from exchange.actions.syncs import schedule_sync
from exchange.dataplane import reading
from exchange.models import Batch, Connector, SyncJob, SyncRun
from exchange.storage import store
from exchange.tables import snapshot_at_head
from kernel.sealing import seal
from tests.factories.exchange import World
from tests.receivers import Target

TABLE = """
    CREATE TABLE divisions (
        code text PRIMARY KEY, name text, level text, area numeric(12, 2) DEFAULT 1.50,
        revised_on date, contact text, updated_at timestamptz(6) DEFAULT clock_timestamp());
"""


def connector_to(world: World, database: Target, **changes: Any) -> Connector:
    """The provider's connector to the database."""
    parts = parse_dsn(database.dsn)
    options = {
        "host": parts["host"],
        "port": int(parts.get("port", 5432)),
        "database": parts["dbname"],
        "user": parts["user"],
    }
    values = {"department": world.provider, "system": world.publisher, "name": "民政业务库"}
    return Connector.objects.create(
        kind="postgres",
        options=options,
        sealed=seal(json.dumps({"password": parts.get("password", "")})),
        **(values | changes),
    )


@dataclass
class Syncing:
    """A table of the source, and a job that reads it into the world's dataset."""

    world: World
    source: Target
    connector: Connector

    @property
    def port(self) -> int:
        """Where the source listens."""
        return int(self.source.address.rpartition(":")[2])

    def put(self, *rows: tuple[str, str], at: str = "clock_timestamp()") -> None:
        """Upsert rows of code and name; ``at`` is SQL for their watermark."""
        for code, name in rows:
            self.source.query(
                "INSERT INTO divisions (code, name, level, updated_at) "
                f"VALUES ('{code}', '{name}', '3', {at}) ON CONFLICT (code) DO UPDATE "
                "SET name = excluded.name, updated_at = excluded.updated_at"
            )

    def job(self, **changes: Any) -> SyncJob:
        """A full job by hand; ``incremental=True`` for one by ``updated_at``."""
        values: dict[str, Any] = {"name": "汇聚", "source": "public.divisions"}
        if changes.pop("incremental", False):
            values |= {"mode": "incremental", "watermark": "updated_at"}
        return schedule_sync(
            self.world.dataset,
            actor=self.world.actor("steward"),
            connector=self.connector,
            **(values | changes),
        )

    def run(self, job: SyncJob, kind: str = "publish") -> SyncRun:
        """Start a run by hand and work on it to its end, or to its next wait."""
        run = start_run(job, actor=self.world.actor("steward"), kind=kind)
        return self.work(run)

    def work(self, run: SyncRun) -> SyncRun:
        """The clock's turn, for a run that may be waiting."""
        SyncRun.objects.filter(pk=run.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
        run_due(actor=CLOCK)
        run.refresh_from_db()
        run.job.refresh_from_db()
        return run

    def published(self) -> dict[str, str]:
        """The published table: code -> name."""
        return {r["code"]: r["name"] for r in self.rows()}

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the published table."""
        self.world.dataset.refresh_from_db()
        snapshot = snapshot_at_head(self.world.dataset)
        if snapshot is None:
            return []
        names = ["code", "name", "level", "area", "contact"]
        table = reading.read_rows(store().path(snapshot.digest), names, 0, 10_000_000)
        return list(table.to_pylist())

    def held(self) -> dict[str, str]:
        """The source's table: code -> name."""
        return dict(self.source.query("SELECT code, name FROM divisions WHERE code IS NOT NULL"))

    def changes(self, number: int) -> list[tuple[str, str]]:
        """The changes of one batch in order: operation and code."""
        batch = Batch.objects.get(dataset=self.world.dataset, number=number)
        names = ["code"]
        table = reading.read_rows(store().path(batch.digest), names, 0, 10_000_000, with_ops=True)
        return [(row["_op"], row["code"]) for row in table.to_pylist()]

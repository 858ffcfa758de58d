"""Sync jobs and their runs as lines of the portal: states in words, progress, last run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from exchange.models import SyncJob, SyncRun
from exchange.portal import words
from exchange.progress import Progress, progress_of
from exchange.states import RUN_OPEN


@dataclass(frozen=True)
class RunLine:
    """A run as a line, with its progress."""

    run: SyncRun
    state: tuple[Any, str]
    kind: Any
    progress: Progress

    @property
    def percent(self) -> int | None:
        """How far it has come."""
        return None if self.progress.part is None else int(self.progress.part * 100)

    @property
    def seconds(self) -> int:
        """How long it took, or has taken so far."""
        begun = self.run.started_at
        end = self.run.finished_at or timezone.now()
        return int((end - begun).total_seconds()) if begun else 0

    @property
    def is_open(self) -> bool:
        """Whether it can still change by itself."""
        return self.run.state in RUN_OPEN


@dataclass(frozen=True)
class JobLine:
    """A job as a line, with its last run."""

    job: SyncJob
    state: tuple[Any, str]
    last: RunLine | None
    can_start: bool

    @property
    def next_at(self) -> datetime | None:
        """When it runs next by itself."""
        return self.job.next_run_at if self.job.state == "active" else None


def run_line(run: SyncRun) -> RunLine:
    """The run as a line."""
    return RunLine(run, words.RUN_STATES[run.state], words.RUN_KINDS[run.kind], progress_of(run))


def job_line(actor: Actor, job: SyncJob, last: RunLine | None) -> JobLine:
    """The job as a line, and whether this actor may begin a run of it now."""
    can_start = (
        job.state == "active"
        and may(actor, Perm.SYNC_RUN, job.department_id)
        and not (last and last.is_open)
    )
    return JobLine(job, words.JOB_STATES[job.state], last, can_start)

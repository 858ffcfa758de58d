"""What is told of a sync run: how far it has come, when it will be done, what it found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from exchange.models import SyncRun


@dataclass(frozen=True)
class Progress:
    """Rows and bytes read, of how many rows, how fast; ``part`` is 0 to 1."""

    rows: int
    expected: int | None
    bytes: int
    rows_per_second: float | None
    part: float | None
    ends_at: datetime | None


def progress_of(run: SyncRun) -> Progress:
    """The run's progress; without an estimate once it has ended or before it began."""
    rows, expected = run.rows_read, run.rows_expected
    end = run.finished_at or timezone.now()
    seconds = (end - run.started_at).total_seconds() if run.started_at else 0
    rate = rows / seconds if rows and seconds > 0 else None
    part = None
    if run.state == "done":
        part = 1.0
    elif expected is not None:
        part = min(rows / expected, 1.0) if expected else 1.0
    ends_at = None
    if run.state == "running" and rate and expected is not None:
        ends_at = timezone.now() + timedelta(seconds=max(expected - rows, 0) / rate)
    return Progress(rows, expected, run.bytes_read, rate, part, ends_at)


def public_report(run: SyncRun) -> dict[str, Any]:
    """The report without what only the next attempt needs."""
    hidden = ("shape", "cursor", "lost")
    shown = {name: value for name, value in run.report.items() if name not in hidden}
    if isinstance(shown.get("files"), list):
        shown["files"] = len(shown["files"])
    return shown

"""manage.py sync list | start JOB | watch RUN | cancel RUN | reconcile JOB"""

import json
import time
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from accounts.actor import CLOCK
from exchange.actions.sync_runs import cancel_run, start_run
from exchange.models import SyncJob, SyncRun
from exchange.progress import progress_of, public_report
from exchange.states import RUN_OPEN
from kernel.commands import PlatformCommand
from kernel.errors import DomainError

POLL_SECONDS = 0.5


class Command(PlatformCommand):
    """Shows sync jobs, begins and stops their runs, and follows one with a progress bar."""

    help = "List sync jobs, which publish from a connector; begin, follow and stop their runs."

    def add_arguments(self, parser: CommandParser) -> None:
        """A verb, and the job or run it is about; --json for programs."""
        parser.add_argument("--json", action="store_true", help="print JSON; goes before the verb")
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the jobs with their last runs")
        for verb, told in (("start", "publish now"), ("reconcile", "compare with the source")):
            begin = verbs.add_parser(verb, help=told)
            begin.add_argument("job", help="a job's id or name")
            begin.add_argument("--watch", action="store_true", help="follow it to its end")
        for verb, told in (("watch", "follow a run to its end"), ("cancel", "stop a run")):
            verbs.add_parser(verb, help=told).add_argument("run", help="a run's id, or a job's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the verb; exit code 1 if the run that was followed did not get done."""
        self.json = options["json"]
        try:
            run = self._do(options)
        except DomainError as refused:
            raise CommandError(refused.detail or refused.title) from refused
        if run is not None and run.state in ("failed", "cancelled") and options["verb"] != "cancel":
            raise SystemExit(1)

    def _do(self, options: dict[str, Any]) -> SyncRun | None:
        verb = options["verb"]
        if verb == "list":
            self._list()
            return None
        if verb == "cancel":
            return self._show(cancel_run(_run(options["run"]), actor=CLOCK))
        if verb == "watch":
            return self._watch(_run(options["run"]))
        kind = SyncRun.Kind.RECONCILE if verb == "reconcile" else SyncRun.Kind.PUBLISH
        run = start_run(_job(options["job"]), actor=CLOCK, kind=kind)
        return self._watch(run) if options["watch"] else self._show(run)

    def _list(self) -> None:
        jobs = SyncJob.objects.exclude(state="closed").order_by("name")
        lines = [_line(job) for job in jobs]
        if self.json:
            self.stdout.write(json.dumps(lines, ensure_ascii=False))
            return
        for line in lines:
            self.stdout.write("  ".join(str(value) for value in line.values()))

    def _watch(self, run: SyncRun) -> SyncRun:
        """A bar on standard error until the run has ended."""
        with tqdm(
            total=run.rows_expected, unit="row", unit_scale=True, desc=f"run {run.number}"
        ) as bar:
            while run.state in RUN_OPEN:
                time.sleep(POLL_SECONDS)
                run.refresh_from_db()
                bar.total = run.rows_expected
                bar.set_postfix_str(run.fault_code or run.state, refresh=False)
                bar.update(run.rows_read - bar.n)
        return self._show(run)

    def _show(self, run: SyncRun) -> SyncRun:
        found = progress_of(run)
        told = {
            "run": str(run.pk),
            "number": run.number,
            "state": run.state,
            "rows": found.rows,
            "bytes": found.bytes,
            "rows_per_second": found.rows_per_second,
            "fault": run.fault_code,
            "detail": run.fault_detail,
        }
        if self.json:
            report = public_report(run)
            self.stdout.write(json.dumps(told | {"report": report}, ensure_ascii=False))
        else:
            self.stdout.write("  ".join(f"{name} {value}" for name, value in told.items() if value))
        return run


def _line(job: SyncJob) -> dict[str, Any]:
    last = job.runs.order_by("-number").first()
    return {
        "job": str(job.pk),
        "name": job.name,
        "mode": job.mode,
        "schedule": job.schedule or "by hand",
        "state": job.state,
        "last_run": last.state if last else "none",
        "rows": last.rows_read if last else 0,
        "next_run_at": job.next_run_at.isoformat() if job.next_run_at else "",
    }


def _job(named: str) -> SyncJob:
    found = list(SyncJob.objects.filter(**(_by_id(named) or {"name": named}))[:2])
    if len(found) != 1:
        raise CommandError(f"{'several jobs are' if found else 'no job is'} called {named!r}")
    return found[0]


def _run(named: str) -> SyncRun:
    rows = SyncRun.objects.select_related("job")
    run = rows.filter(pk=named).first() if _by_id(named) else None
    return run or _last_run(_job(named))


def _last_run(job: SyncJob) -> SyncRun:
    run = job.runs.select_related("job").order_by("-number").first()
    if run is None:
        raise CommandError("this job has not run yet")
    return run


def _by_id(named: str) -> dict[str, Any]:
    try:
        return {"pk": UUID(named)}
    except (ValueError, ValidationError):
        return {}

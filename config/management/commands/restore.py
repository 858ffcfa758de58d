from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from config.backup.manifest import BadBackup
from config.backup.restoring import restore
from config.soundness import examine_data


class Command(BaseCommand):
    """Fill an empty database and the store from a backup, and prove that it is sound."""

    help = "Restore one backup into an empty database; stop web server and workers first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one."""
        parser.add_argument("folder", type=Path, help="the folder of one backup")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, then check everything that can be checked."""
        try:
            done = restore(options["folder"].resolve())
        except BadBackup as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Restored what was there at {done.manifest.made_at}: {done.manifest.blobs} files;"
            f" {done.datasets} datasets begin a new epoch."
        )
        for digest in done.missing:
            self.stdout.write(f"missing or damaged in the backup: {digest}")
        failed = bool(done.missing)
        for finding in examine_data():
            self.stdout.write(f"{finding.level:4}  {finding.subject:26} {finding.detail}")
            failed = failed or finding.level == "fail"
        if failed:
            raise CommandError("restored, but not whole: see the lines above")

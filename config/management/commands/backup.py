from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from config.backup.manifest import BadBackup
from config.backup.saving import save
from kernel.commands import PlatformCommand


class Command(PlatformCommand):
    """Make a backup of database and store; exit code 1 when it is not whole."""

    help = "Write database and stored files to a new folder below FOLDER; safe while serving."
    mend = "Make the backup with the version that runs on it, then: python manage.py prepare"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the backups lie; equal files of several are kept once."""
        parser.add_argument("folder", type=Path, help="where backups are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and tell what it holds."""
        try:
            saved = save(options["folder"].resolve())
        except BadBackup as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{saved.folder}: {saved.blobs} files with {saved.bytes} bytes, {saved.copied} new,"
            f" {saved.expired} expired meanwhile"
        )
        if saved.damaged:
            listed = "\n".join(saved.damaged)
            raise CommandError(
                f"{len(saved.damaged)} files are missing or damaged in the store, and in this"
                f" backup:\n{listed}\nSee: python manage.py doctor --deep"
            )

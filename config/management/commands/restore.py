from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.actions.attesting import Witness, attest
from accounts.permissions import Role
from config import env
from config.backup.manifest import BadBackup
from config.backup.restoring import restore
from config.soundness import examine_data
from config.witnesses import asked
from kernel.errors import DomainError

_STRICT = ".production"


class Command(BaseCommand):
    """Fill an empty database and the store from a backup, and prove that it is sound."""

    help = "Restore one backup into an empty database; stop web server and workers first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one."""
        parser.add_argument("folder", type=Path, help="the folder of one backup")
        parser.add_argument(
            "--witness",
            action="append",
            default=[],
            metavar="USER",
            help="a system and a security administrator, one each: both are asked for password and"
            " code and proved against the accounts of the backup; production wants them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, then check everything that can be checked."""
        wanted = bool(options["witness"]) or env.text("DJANGO_SETTINGS_MODULE").endswith(_STRICT)
        witnesses = [asked(username) for username in options["witness"]]
        if wanted and len(witnesses) != 2:
            raise CommandError("name two people: --witness USER --witness USER")
        try:
            done = restore(
                options["folder"].resolve(), lambda: _attest(witnesses) if wanted else None
            )
        except BadBackup as problem:
            raise CommandError(str(problem)) from problem
        except DomainError as refused:
            raise CommandError(
                f"{refused.title}. The data is back, but nobody answers for it: begin again with an"
                " empty database, and do not open this one."
            ) from refused
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


def _attest(witnesses: list[Witness]) -> None:
    attest(witnesses, deed="data.restore", roles=(Role.OPERATOR, Role.SECURITY_ADMIN))

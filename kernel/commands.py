"""What the platform's commands on its tables are built of."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation


def unapplied() -> int:
    """How many migrations of this version the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class PlatformCommand(BaseCommand):
    """A command that reads or writes rows; it refuses a database that is not of this version.

    It speaks English whatever language the pages have, refusals included.
    """

    requires_migrations_checks = True
    mend = "Run: python manage.py prepare"

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As Django does, in English."""
        with translation.override(None):
            return super().execute(*args, **options)

    def check_migrations(self) -> None:
        """CommandError that says what to do, before anything is done."""
        try:
            behind = unapplied()
        except OperationalError as away:
            raise CommandError(f"The database does not answer. {str(away).strip()}") from away
        if behind:
            raise CommandError(f"The database lacks tables of this version. {self.mend}")

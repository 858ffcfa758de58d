from typing import Any

from django.core.management import BaseCommand, call_command

from kernel.commands import unapplied


class Command(BaseCommand):
    """Bring the database to this version; safe to repeat, quick when there is nothing to do."""

    help = (
        "Bring the database to this version: migrate it, grant the application's role its rights,"
        " load the official workdays. For every installation and upgrade; safe to repeat."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each step in its order."""
        if unapplied():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("grant_app_role", verbosity=options["verbosity"])
        call_command("calendar", "load", "--official", verbosity=options["verbosity"])

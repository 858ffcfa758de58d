from typing import Any

from django.core.management import BaseCommand

from config.env import BASE_DIR
from config.reference import pages


class Command(BaseCommand):
    """Write the pages that come from the code's tables: states, problems, permissions."""

    help = "For developers: write docs/states.md and the tables of docs/reference/ from the code."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each page and name it."""
        for file, text in pages().items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            self.stdout.write(str(file.relative_to(BASE_DIR)))

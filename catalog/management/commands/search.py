"""manage.py search rebuild"""

from typing import Any

from django.core.management.base import CommandParser

from catalog.search.indexing import rebuild
from kernel.commands import PlatformCommand


class Command(PlatformCommand):
    """Writes what search knows of the catalogue anew; safe at any time, and in short steps."""

    help = "Keep search: `search rebuild` writes the document of every resource in force anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """``rebuild``."""
        parser.add_subparsers(dest="verb", required=True).add_parser(
            "rebuild", help="write every document anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how many documents there are."""
        written = rebuild()
        if options["verbosity"]:
            self.stdout.write(f"{written} documents")

"""manage.py search rebuild"""

from typing import Any

from django.core.management.base import CommandParser

from catalog.search.indexing import rebuild
from kernel.commands import PlatformCommand


class Command(PlatformCommand):
    """Writes what search knows of the catalogue anew; safe at any time, and in short steps."""

    help = "Look after the search of the catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        """``rebuild``."""
        parser.add_subparsers(dest="verb", required=True).add_parser(
            "rebuild", help="write anew what search knows of every resource; safe while serving"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how many documents there are."""
        written = rebuild()
        if options["verbosity"]:
            self.stdout.write(f"{written} documents")

"""manage.py load_categories FILE"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actor import CLOCK
from catalog.actions.categories import load_categories
from catalog.tabular import read_codes
from kernel.commands import PlatformCommand
from kernel.errors import DomainError


class Command(PlatformCommand):
    """Takes in a classification, as the national one of 2017; again it changes nothing."""

    help = "Load the classification of the catalogue; the same file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and its columns where they have other names."""
        parser.add_argument("file", type=Path, help="CSV or TSV with a heading")
        parser.add_argument("--code-column", help="its heading, where it is not a usual one")
        parser.add_argument("--name-column", help="its heading, where it is not a usual one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load all of it or none, and count."""
        try:
            lines = read_codes(
                options["file"].read_bytes(),
                code_column=options["code_column"],
                name_column=options["name_column"],
            )
            loaded = load_categories([(line.code, line.name) for line in lines], actor=CLOCK)
        except DomainError as bad:
            raise CommandError(explain(bad)) from bad
        except OSError as bad:
            raise CommandError(str(bad)) from bad
        if options["verbosity"]:
            self.stdout.write(
                f"{loaded.added} new, {loaded.renamed} renamed, {loaded.unchanged} unchanged"
            )


def explain(refused: DomainError) -> str:
    """A refusal for a terminal: what is wrong, with the first of the places."""
    errors: Any = refused.facts.get("errors", [])
    places = (f"  {error['pointer']}: {error['detail']}" for error in errors[:10])
    return "\n".join([str(refused), *places])

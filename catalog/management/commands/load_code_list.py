"""manage.py load_code_list FILE --identifier "GB/T 2260" --effective-on 2019-12-01 ..."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actor import CLOCK
from catalog.actions.codelists import FIRST_MESSAGE, add_code_list, revise_code_list
from catalog.codelists import Pair
from catalog.management.commands.load_categories import explain
from catalog.models import CodeList
from catalog.tabular import read_codes
from kernel.commands import PlatformCommand
from kernel.errors import DomainError


class Command(PlatformCommand):
    """Adds a code list, or its next version; the same codes again make none."""

    help = "Load a code list; where it is there already, the file becomes its next version."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the list is called, from when its codes count, and which columns to read."""
        parser.add_argument("file", type=Path, help="CSV or TSV with a heading")
        parser.add_argument("--identifier", required=True, help='as it is cited: "GB/T 2260"')
        parser.add_argument("--name", default="", help="needed for a list that is new")
        parser.add_argument(
            "--effective-on",
            type=date.fromisoformat,
            required=True,
            metavar="YYYY-MM-DD",
            help="from when these codes count",
        )
        parser.add_argument("--message", default="", help="what changed; needed for a revision")
        parser.add_argument("--code-column", help="its heading, where it is not a usual one")
        parser.add_argument("--name-column", help="its heading, where it is not a usual one")
        parser.add_argument(
            "--only",
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="take only the lines with this value in this column; may be given again",
        )
        parser.add_argument(
            "--last-of-twice",
            action="store_true",
            help="where a code stands twice, take its last line instead of refusing the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Add or revise, and say what is new."""
        only = dict(pair.partition("=")[::2] for pair in options["only"])
        try:
            lines = read_codes(
                options["file"].read_bytes(),
                code_column=options["code_column"],
                name_column=options["name_column"],
                only=only,
            )
            codes = [(line.code, line.name) for line in lines]
            if options["last_of_twice"]:
                codes = list(dict(codes).items())
            told = self._load(codes, options)
        except DomainError as bad:
            raise CommandError(explain(bad)) from bad
        except OSError as bad:
            raise CommandError(str(bad)) from bad
        if options["verbosity"]:
            self.stdout.write(told)

    def _load(self, codes: list[Pair], options: dict[str, Any]) -> str:
        identifier, effective_on = options["identifier"], options["effective_on"]
        row = CodeList.objects.filter(identifier=identifier).first()
        if row is None:
            if not options["name"]:
                raise CommandError(f"{identifier} is new here: give it a --name")
            add_code_list(
                actor=CLOCK,
                identifier=identifier,
                name=options["name"],
                codes=codes,
                effective_on=effective_on,
                change_message=options["message"] or FIRST_MESSAGE,
            )
            return f"{identifier}: version 1 with {len(codes)} codes"
        version, changes = revise_code_list(
            row,
            actor=CLOCK,
            codes=codes,
            effective_on=effective_on,
            change_message=options["message"],
        )
        if changes.is_empty:
            return f"{identifier}: version {version.number} says the same"
        counts = (
            f"{len(changes.added)} new, {len(changes.removed)} gone, {len(changes.renamed)} renamed"
        )
        return f"{identifier}: version {version.number}: {counts}"

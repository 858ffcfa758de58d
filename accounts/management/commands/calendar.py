"""manage.py calendar load --official | load FILE.json"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actions.calendar import load_calendar_year
from accounts.actor import CLOCK
from accounts.holidays import SOURCE, official_years, read_holiday_cn
from accounts.models import CalendarYear
from kernel import strictjson
from kernel.commands import PlatformCommand
from kernel.errors import DomainError


class Command(PlatformCommand):
    """Puts workday calendars in force; the same days again make no new edition."""

    help = "Load workday calendars: the State Council's years that ship with it, or one file."

    def add_arguments(self, parser: CommandParser) -> None:
        """``load`` with a file or --official."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="put calendars in force")
        load.add_argument(
            "file", nargs="?", type=Path, help="one year as JSON in the shape of holiday-cn"
        )
        load.add_argument(
            "--official", action="store_true", help="every year that ships with the platform"
        )
        load.add_argument(
            "--source", default="", help="which notice the file follows (default: its name)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what is new."""
        if options["official"] == bool(options["file"]):
            raise CommandError("name a file or give --official")
        before = CalendarYear.objects.count()
        try:
            if options["official"]:
                for year, days in official_years():
                    load_calendar_year(year, days, SOURCE, actor=CLOCK)
            else:
                self._load_file(options["file"], options["source"])
        except (OSError, DomainError) as bad:
            raise CommandError(str(bad)) from bad
        if options["verbosity"]:
            self.stdout.write(f"{CalendarYear.objects.count() - before} new editions")

    def _load_file(self, file: Path, source: str) -> None:
        year, days = read_holiday_cn(strictjson.loads(file.read_bytes()))
        load_calendar_year(year, days, source or file.name, actor=CLOCK)

import sys
from collections import Counter
from typing import Any

from django.core.management import CommandParser

from config.keyring import Held, look, rotate
from kernel.commands import PlatformCommand
from kernel.sealing import fingerprints


class Command(PlatformCommand):
    """Tell what each of SEALING_KEYS seals, or seal everything anew with the first of them."""

    help = "Tell what each key of SEALING_KEYS seals, or seal everything with the first of them."

    def add_arguments(self, parser: CommandParser) -> None:
        """``status`` or ``rotate``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser(
            "status", help="what is sealed with which key; exit code 1 where none fits"
        )
        verbs.add_parser(
            "rotate", help="seal everything anew with the first key; safe while serving"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what is left."""
        if options["verb"] == "rotate":
            done, closed = rotate()
            self.stdout.write(f"{done} values sealed anew, {closed} could not be opened")
        held = look()
        self._tell(held)
        if held.closed:
            sys.exit(1)

    def _tell(self, held: Held) -> None:
        first, *others = fingerprints()
        for key in (first, *others, *sorted(set(held.by_key) - {first, *others})):
            kind = "first" if key == first else "old" if key in others else "MISSING"
            found = held.by_key.get(key) or Counter[str]()
            self.stdout.write(f"{key or 'no known key':16}  {kind:8}{sum(found.values())} values")
            for name, count in sorted(found.items()):
                self.stdout.write(f"{'':26}{count} in {name}")
            if kind == "old" and not found:
                self.stdout.write(f"{'':26}may be dropped once no backup needs it")
        for name, keys in sorted(held.closed.items()):
            self.stdout.write(f"cannot be opened: {name} ({', '.join(sorted(keys)) or 'unknown'})")
        self.stdout.write(
            f"files of graded data: {held.files_sealed} sealed, {held.files_plain} not yet"
        )

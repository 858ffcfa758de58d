import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from accounts.actions.attesting import attest
from accounts.permissions import Role
from config.escrow import LEAST, export_keys, require_phrases
from config.keyring import Held, look, rotate
from config.witnesses import asked, typed
from kernel.commands import PlatformCommand
from kernel.errors import DomainError, Invalid
from kernel.problems import told_errors
from kernel.sealing import fingerprints


class Command(PlatformCommand):
    """Tell what each of SEALING_KEYS seals, seal everything anew with the first of them, or hand
    the keys of the environment to two people."""

    help = "Tell what each key of SEALING_KEYS seals, seal anew with the first, or export the keys."

    def add_arguments(self, parser: CommandParser) -> None:
        """``status``, ``rotate`` or ``export``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser(
            "status", help="what is sealed with which key; exit code 1 where none fits"
        )
        verbs.add_parser(
            "rotate", help="seal everything anew with the first key; safe while serving"
        )

        export = verbs.add_parser(
            "export",
            help="write the environment's keys into a file that opens with the words of two people",
        )
        export.add_argument("file", type=Path, help="a file that is not there yet")
        export.add_argument(
            "--witness",
            action="append",
            default=[],
            metavar="USER",
            help="a system and a security administrator, one each: both are asked for password,"
            f" code and words of their own (at least {LEAST} characters)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what is left."""
        if options["verb"] == "export":
            self._export(options["file"], options["witness"])
            return
        if options["verb"] == "rotate":
            done, closed = rotate()
            self.stdout.write(f"{done} values sealed anew, {closed} could not be opened")
        held = look()
        self._tell(held)
        if held.closed:
            sys.exit(1)

    def _export(self, file: Path, usernames: list[str]) -> None:
        if len(usernames) != 2:
            raise CommandError("name two people: --witness USER --witness USER")
        people, phrases = [], []
        for username in usernames:
            people.append(asked(username))
            phrases.append(typed(f"Words of {username}, to open the file with: "))
        try:
            require_phrases(phrases)
            attest(people, deed="keys.export", roles=(Role.OPERATOR, Role.SECURITY_ADMIN))
            names = export_keys(file, phrases)
        except Invalid as wrong:
            told = "; ".join(str(one["detail"]) for one in told_errors(wrong))
            raise CommandError(f"Nothing was written. Words: {told}") from wrong
        except DomainError as refused:
            raise CommandError(f"Nothing was written. {refused.title}.") from refused
        except OSError as fault:
            raise CommandError(f"Nothing was written. {fault.strerror}: {file}") from fault
        self.stdout.write(f"{file} holds the keys {', '.join(names)} and those beside them.")
        self.stdout.write("It opens with both people's words: python tools/open_keys.py FILE")

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

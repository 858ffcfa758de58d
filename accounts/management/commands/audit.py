"""manage.py audit verify [--json] | seal | key | export FOLDER | receipt LEDGER ENTRY"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actions.trail import seal_audit
from accounts.actions.trailchecks import export_evidence
from accounts.evidencekeys import NoSigningKey, public_keys
from accounts.ledgers import ledgers
from accounts.receipts import receipt_of
from accounts.verification import Verdict, verify_audit
from kernel.commands import PlatformCommand
from kernel.errors import DomainError


class Command(PlatformCommand):
    """Seals the ledgers, proves that they are as they were sealed, and gives that proof away."""

    help = (
        "Seal the audit trail and the ledger of uses, prove that nothing in them was changed, and"
        " give the proof to others. docs/security/evidence.md says more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser(
            "verify",
            help="compare everything with its seals; names the first bad entry, with exit code 1",
        )
        verify.add_argument("--json", action="store_true", help="one JSON object instead of text")
        verbs.add_parser("seal", help="seal now what is not sealed yet; a task does it by itself")
        verbs.add_parser(
            "key", help="print the public keys, as tools/verify_evidence.py reads them"
        )
        export = verbs.add_parser(
            "export", help="write entries and checkpoints into a folder for others"
        )
        export.add_argument("folder", type=Path, help="a folder that is not there yet")
        receipt = verbs.add_parser("receipt", help="print the proof of one sealed entry as JSON")
        names = [ledger.name for ledger in ledgers()]
        receipt.add_argument("ledger", choices=names, help="the audit trail, or who was given what")
        receipt.add_argument("entry", type=int, help="the number of the entry")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the verb."""
        try:
            getattr(self, options["verb"])(options)
        except (NoSigningKey, DomainError) as refused:
            raise CommandError(str(refused)) from refused

    def seal(self, options: dict[str, Any]) -> None:
        """Seal now."""
        self.stdout.write(f"{seal_audit()} entries sealed")

    def key(self, options: dict[str, Any]) -> None:
        """A line for each key, the one that signs first."""
        self.stdout.write("\n".join(public_keys()))

    def export(self, options: dict[str, Any]) -> None:
        """Into a folder that is made for it."""
        try:
            written = export_evidence(options["folder"])
        except OSError as problem:
            raise CommandError(f"{options['folder']}: {problem.strerror}") from problem
        told = ", ".join(f"{entries} entries of {name}" for name, entries in written.items())
        self.stdout.write(
            f"{told}. Verify with: python manage.py audit key > keys.txt;"
            f" python tools/verify_evidence.py export {options['folder']} --keys keys.txt"
        )

    def receipt(self, options: dict[str, Any]) -> None:
        """One JSON object."""
        receipt = receipt_of(options["ledger"], options["entry"])
        self.stdout.write(json.dumps(receipt, ensure_ascii=False))

    def verify(self, options: dict[str, Any]) -> None:
        """The exit code is the verdict."""
        verdict = verify_audit()
        body = json.dumps(asdict(verdict), ensure_ascii=False)
        self.stdout.write(body if options["json"] else _in_words(verdict))
        if not verdict.ok:
            raise SystemExit(1)


def _in_words(verdict: Verdict) -> str:
    if verdict.first_bad:
        bad = verdict.first_bad
        where = f"entry {bad['entry']}" if bad["entry"] else f"block {bad['block']}"
        return f"NOT SOUND. First bad place: {bad['ledger']}, {where}. {bad['reason']}"
    return (
        f"Sound: {verdict.entries} entries in {verdict.blocks} blocks agree with"
        f" {verdict.checkpoints} checkpoints; {verdict.unsealed} not sealed yet."
    )

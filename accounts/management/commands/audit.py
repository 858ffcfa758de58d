"""manage.py audit verify [--json] | seal"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions.trail import seal_audit
from accounts.verification import Verdict, verify_audit


class Command(BaseCommand):
    """Seals the audit trail, or proves that it is as it was sealed."""

    help = "verify: exit code 0 if the trail is sound, 1 with the first bad entry; seal: seal now."

    def add_arguments(self, parser: CommandParser) -> None:
        """``verify`` or ``seal``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="recompute the chain and compare checkpoints")
        verify.add_argument("--json", action="store_true", help="one JSON object instead of text")
        verbs.add_parser("seal", help="seal what is not sealed yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the verb."""
        if options["verb"] == "seal":
            self.stdout.write(f"{seal_audit()} entries sealed")
            return
        verdict = verify_audit()
        body = json.dumps(asdict(verdict), ensure_ascii=False)
        self.stdout.write(body if options["json"] else _in_words(verdict))
        if not verdict.ok:
            raise SystemExit(1)


def _in_words(verdict: Verdict) -> str:
    if verdict.first_bad:
        bad = verdict.first_bad
        where = f"entry {bad['entry']}" if bad["entry"] else f"block {bad['block']}"
        return f"NOT SOUND. First bad place: {where}. {bad['reason']}"
    return (
        f"Sound: {verdict.entries} entries in {verdict.blocks} blocks agree with"
        f" {verdict.checkpoints} checkpoints; {verdict.unsealed} not sealed yet."
    )

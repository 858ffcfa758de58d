import dataclasses
import json
import sys
from typing import Any

from django.core.management import BaseCommand, CommandParser

from config.checkup import Finding, examine
from config.soundness import examine_data

_MARKS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


class Command(BaseCommand):
    """Check everything around the platform; exit code 1 when something fails."""

    help = "Check servers, disk, clock, calendars and processes; say how to mend what fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` is for machines, `--deep` for the night."""
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument(
            "--deep", action="store_true", help="also compare all rows and read every stored byte"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per finding and end with the verdict."""
        findings = examine()
        failed = {each.subject for each in findings if each.level == "fail"}
        if options["deep"] and not failed & {"postgresql", "migrations"}:
            findings += examine_data()
        if options["json"]:
            report = [dataclasses.asdict(finding) for finding in findings]
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self._line(finding)
        if any(finding.level == "fail" for finding in findings):
            sys.exit(1)

    def _line(self, finding: Finding) -> None:
        self.stdout.write(f"{_MARKS[finding.level]}  {finding.subject:22} {finding.detail}")
        if finding.mend:
            self.stdout.write(f"      {'':22} -> {finding.mend}")

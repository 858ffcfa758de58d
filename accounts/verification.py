"""Verifying the ledgers from their entries: what was edited, deleted, put in, swapped or cut.

What is compared with are the checkpoints outside the database; its own blocks must agree with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts import checkpoints
from accounts.blocks import Rows, count_waiting, entries_of, put_in, statement_of
from accounts.evidencekeys import verifying_keys
from accounts.ledgers import Ledger, ledgers
from accounts.models import CheckpointPlace, EvidenceBlock
from tools.verify_evidence import Chain, Keys, Unsound, is_header, is_signed

# A block that is older must have its checkpoint.
_COVERED = timedelta(hours=1)


@dataclass
class Verdict:
    """What was checked, and the first bad place if there is one."""

    entries: int = 0
    blocks: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    first_bad: dict[str, Any] | None = None
    ok: bool = field(init=False, default=True)


def verify_audit() -> Verdict:
    """Recompute every ledger and compare it with the checkpoints; memory stays bounded."""
    verdict, keys = Verdict(), verifying_keys()
    try:
        for ledger in ledgers():
            _verify(ledger, keys, verdict)
        for copy in checkpoints.files()[1:]:
            _verify_copy(copy, keys)
    except Unsound as found:
        verdict.ok = False
        verdict.first_bad = {
            "ledger": found.ledger,
            "entry": found.entry,
            "block": found.block,
            "reason": found.reason,
        }
    return verdict


def _verify(ledger: Ledger, keys: Keys, verdict: Verdict) -> None:
    found = Chain(ledger.name, keys)
    try:
        _follow(found, ledger)
    finally:
        verdict.entries += found.entries
        verdict.blocks += found.blocks
        verdict.checkpoints += found.signed
    entry = put_in(ledger)
    if entry is not None:
        raise found.bad(f"entry {entry} was put in among entries sealed long before", entry=entry)
    verdict.unsealed += count_waiting(ledger)


def _follow(found: Chain, ledger: Ledger) -> None:
    """Take block after block, by its checkpoint or, where it has none yet, by its row."""
    file, rows = checkpoints.files()[0], Rows(ledger)
    lines: Iterator[dict[str, Any]] = iter(())
    if file.exists():
        lines = checkpoints.read(file, ledger.name)
    while True:
        row, line = rows.get(found.blocks + 1), next(lines, None)
        if line is not None:
            _take(found, ledger, line, row or rows.get(found.blocks + 1))
        elif row is not None:
            _require_fresh(found, file, row)
            told = statement_of(row)
            found.take(told, _contents(ledger, told), signed=False)
        else:
            return


def _take(found: Chain, ledger: Ledger, line: dict[str, Any], row: EvidenceBlock | None) -> None:
    try:
        found.take(line, _contents(ledger, line))
    except Unsound as bad:
        if bad.entry is None and row is not None:
            bad.entry = row.ids[0][0]
        raise
    told = statement_of(row) if row is not None else {}
    if any(line[name] != value for name, value in told.items()) or not told:
        reason = f"block {line['number']} of the database is not that of its checkpoint"
        raise found.bad(reason, line["number"], line["ids"][0][0])


def _contents(ledger: Ledger, line: dict[str, Any]) -> list[bytes]:
    if not is_header(line, ledger.name):
        return []
    return [entry.content for entry in entries_of(ledger, line["ids"])]


def _require_fresh(found: Chain, file: Path, row: EvidenceBlock) -> None:
    """The last blocks may still be on their way to the file; others may not."""
    noted = CheckpointPlace.objects.filter(address=str(file)).first()
    lost = noted is not None and noted.heads.get(row.ledger, 0) >= row.number
    if lost or row.sealed_at < timezone.now() - _COVERED:
        what = (
            f"its checkpoints end with block {found.blocks}" if file.exists() else "it is missing"
        )
        reason = f"block {row.number} has no checkpoint in the checkpoint file: {what}"
        raise found.bad(reason, row.number, row.ids[0][0])


def _verify_copy(copy: Path, keys: Keys) -> None:
    """A further file says of every block what the database says."""
    for ledger in ledgers():
        found, rows, number = Chain(ledger.name, keys), Rows(ledger), 0
        for line in checkpoints.read(copy, ledger.name) if copy.exists() else ():
            number, row = number + 1, rows.get(number + 1)
            known = row is not None and row.digest == line.get("digest")
            if not (known and line.get("number") == number and is_signed(line, keys)):
                raise found.bad(f"{copy.name} knows another block {number}", number)
        noted = CheckpointPlace.objects.filter(address=str(copy)).first()
        if noted is not None and noted.heads.get(ledger.name, 0) > number:
            raise found.bad(f"{copy.name} lost its checkpoints behind block {number}", number + 1)

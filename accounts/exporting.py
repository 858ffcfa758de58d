"""Writing the ledgers into a folder, in the form that ``tools/verify_evidence.py`` reads."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts import checkpoints
from accounts.blocks import entries_of
from accounts.chain import moment
from accounts.evidencekeys import sign
from accounts.ledgers import Ledger, ledgers
from tools.verify_evidence import EXPORT, GENESIS, MANIFEST, canonical, is_header


def write_export(folder: Path) -> dict[str, int]:
    """Entries and checkpoints of every ledger, as the checkpoint file says what there is; then the
    signed manifest. How many entries of each ledger."""
    folder.mkdir(parents=True)
    told = {ledger.name: _write_ledger(ledger, folder) for ledger in ledgers()}
    manifest = sign({"format": EXPORT, "made_at": moment(timezone.now()), "ledgers": told})
    (folder / MANIFEST).write_bytes(canonical(manifest) + b"\n")
    return {name: one["entries"] for name, one in told.items()}


def _write_ledger(ledger: Ledger, folder: Path) -> dict[str, Any]:
    """What the manifest says of the ledger."""
    told: dict[str, Any] = {"blocks": 0, "entries": 0, "digest": GENESIS}
    file = checkpoints.files()[0]
    with (
        (folder / f"{ledger.name}.checkpoints.ndjson").open("wb") as lines,
        (folder / f"{ledger.name}.entries.ndjson").open("wb") as out,
    ):
        for line in checkpoints.read(file, ledger.name) if file.exists() else ():
            lines.write(canonical(line) + b"\n")
            # What is no checkpoint is for the verifier to find.
            if is_header(line, ledger.name):
                found = entries_of(ledger, line["ids"])
                out.writelines(entry.content + b"\n" for entry in found)
                told["entries"] += line["entries"]
            told["blocks"], told["digest"] = line.get("number"), line.get("digest")
    return told

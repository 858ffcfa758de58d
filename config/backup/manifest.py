"""What a backup holds, written last: a folder without a manifest is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kernel.sealing import fingerprints

__all__ = ["BadBackup", "Manifest", "digest_of", "fingerprints", "read", "write"]

FORMAT = 1
FILE, DUMP, BLOBS, CHECKPOINTS = "manifest.json", "database.dump", "blobs.txt", "checkpoints.ndjson"


class BadBackup(Exception):
    """The folder holds no whole backup, or not one for this platform; says what to do."""


@dataclass(frozen=True)
class Manifest:
    """A backup in facts. Secrets are not in it: of keys it has fingerprints alone."""

    made_at: str
    server: str
    # SHA-256 of each file beside the manifest, by name.
    files: dict[str, str]
    blobs: int
    bytes: int
    # Blobs that were not there, or not whole, when the backup was made.
    damaged: list[str] = field(default_factory=list)
    sealing_keys: list[str] = field(default_factory=list)
    format: int = FORMAT


def write(manifest: Manifest, folder: Path) -> None:
    """Write it to the disk for good."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True)
    with (folder / FILE).open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose files are as they were written; BadBackup otherwise."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        manifest = Manifest(**values)
    except FileNotFoundError:
        raise BadBackup(f"{folder} has no {FILE}: name the folder of one backup") from None
    except (ValueError, TypeError):
        raise BadBackup(f"{folder / FILE} cannot be read; take another backup") from None
    if manifest.format != FORMAT:
        raise BadBackup(f"this is a backup of format {manifest.format}, not {FORMAT}")
    for name, digest in manifest.files.items():
        file = folder / name
        if not file.is_file() or digest_of(file) != digest:
            raise BadBackup(f"{file} is missing or not as it was written; take another backup")
    return manifest


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in lower-case hex."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

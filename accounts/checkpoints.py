"""Checkpoints of the audit trail: signed lines in a file outside the database.

Whoever can rewrite the database cannot make them: the key is the application's. So a chain that
was recomputed, or cut at its end, no longer agrees with the file.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core import signing

_TAIL = 4096


@dataclass(frozen=True)
class Checkpoint:
    """What the chain was at one moment: its newest block and how many entries it covered."""

    block: int
    digest: str
    at: str


class BadCheckpoint(Exception):
    """A line that this application did not write."""


def append(checkpoint: Checkpoint) -> None:
    """Add a signed line; it is on disk when this returns."""
    file = Path(settings.AUDIT_CHECKPOINT_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    line = {**asdict(checkpoint), "signature": _signer().signature(_text(checkpoint))}
    raw = (json.dumps(line) + "\n").encode()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        if _ends_torn(file):
            raw = b"\n" + raw
        os.write(handle, raw)
        os.fsync(handle)
    finally:
        os.close(handle)


def newest() -> Checkpoint | None:
    """The last line's checkpoint; None without one that can be read."""
    file = Path(settings.AUDIT_CHECKPOINT_FILE)
    if not file.exists():
        return None
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - _TAIL))
        lines = source.read().splitlines()
    try:
        return _read(lines[-1]) if lines else None
    except BadCheckpoint:
        return None


def read_all() -> Iterator[tuple[int, Checkpoint | None]]:
    """Every line by its number; None in place of a line that is not ours."""
    with Path(settings.AUDIT_CHECKPOINT_FILE).open("rb") as source:
        for number, line in enumerate(source, 1):
            # A line torn by a crash was followed by a whole one, with the newline between them.
            if not line.endswith(b"\n") or not line.strip():
                continue
            try:
                yield number, _read(line)
            except BadCheckpoint:
                yield number, None


def exists() -> bool:
    """Whether there is a checkpoint file at all."""
    return Path(settings.AUDIT_CHECKPOINT_FILE).exists()


def _read(line: bytes) -> Checkpoint:
    try:
        values = json.loads(line)
        signature = values.pop("signature")
        checkpoint = Checkpoint(**values)
        _signer().unsign(f"{_text(checkpoint)}:{signature}")
    except (ValueError, TypeError, KeyError, AttributeError, signing.BadSignature) as bad:
        raise BadCheckpoint from bad
    return checkpoint


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.block} {checkpoint.digest} {checkpoint.at}"


def _signer() -> signing.Signer:
    return signing.Signer(salt="accounts.checkpoints")


def _ends_torn(file: Path) -> bool:
    size = file.stat().st_size
    if not size:
        return False
    with file.open("rb") as source:
        source.seek(size - 1)
        return source.read(1) != b"\n"

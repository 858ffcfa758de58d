"""Checkpoints: a signed line for every sealed block, in places outside the database.

Whoever can rewrite the database cannot make them: the key is in the environment. So a chain that
was recomputed, or cut at its end, no longer agrees with them.
"""

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings

_TAIL = 256 * 1024
# Lines that a place may get twice, because it took them and a crash kept that from being noted.
_REPEATS = 2000


class PlaceFailed(Exception):
    """A place did not take the checkpoints; says why."""


class Place(Protocol):
    """Where checkpoints are kept. It may get a line twice, never out of order."""

    address: str
    # How it is called in answers to people who need not know its address.
    label: str
    # How long it is left alone after it took nothing.
    pause: timedelta

    def heads(self) -> dict[str, int]:
        """The last block of each ledger that it is known to have."""
        ...

    def store(self, lines: list[dict[str, Any]]) -> None:
        """Keep them; they are safe when this returns, or PlaceFailed."""
        ...


class FilePlace:
    """A file to which lines are added; best where the database's administrator cannot write."""

    label, pause = "checkpoint file", timedelta(0)

    def __init__(self, file: Path) -> None:
        self.file, self.address = file, str(file)

    def heads(self) -> dict[str, int]:
        """As the file says, which may have come from elsewhere."""
        found: dict[str, int] = {}
        if self.file.exists():
            with self.file.open("rb") as source:
                for line in map(_object, source):
                    if isinstance(line.get("number"), int):
                        found[str(line.get("ledger"))] = line["number"]
        return found

    def store(self, lines: list[dict[str, Any]]) -> None:
        """On disk when this returns; a line torn by a crash stays alone on its own."""
        raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            with os.fdopen(handle, "wb") as out:
                out.write(b"\n" + raw if _ends_torn(self.file) else raw)
                out.flush()
                os.fsync(out.fileno())
        except OSError as problem:
            raise PlaceFailed(problem.strerror or "it cannot be written") from problem


Sender = Callable[[str, list[dict[str, Any]]], None]
_SENDERS: list[Sender] = []


def send_with(sender: Sender) -> None:
    """Let this function, which raises PlaceFailed, bring checkpoints to other hosts."""
    _SENDERS[:] = [sender]


class HostPlace:
    """Another host, which takes checkpoints by POST; one that is away holds up nobody."""

    pause = timedelta(minutes=1)

    def __init__(self, url: str) -> None:
        self.address, self.label = url, urlsplit(url).hostname or "another host"

    def heads(self) -> dict[str, int]:
        """Nothing is known of it but what was noted here."""
        return {}

    def store(self, lines: list[dict[str, Any]]) -> None:
        """Sent by what an upper app gave for this."""
        if not _SENDERS:
            raise PlaceFailed("nothing here sends to other hosts")
        _SENDERS[0](self.address, lines)


def places() -> list[Place]:
    """All places of the settings; the first is the file that verifications read."""
    copies = (
        HostPlace(word) if word.startswith(("https://", "http://")) else FilePlace(Path(word))
        for word in settings.CHECKPOINT_COPIES
    )
    return [FilePlace(Path(settings.AUDIT_CHECKPOINT_FILE)), *copies]


def files() -> list[Path]:
    """Those places that are files."""
    return [place.file for place in places() if isinstance(place, FilePlace)]


def newest(file: Path) -> dict[str, Any] | None:
    """The last whole line of a file; None without one that can be read."""
    if not file.exists():
        return None
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - _TAIL))
        lines = [_object(line) for line in source.read().splitlines()]
    return next((line for line in reversed(lines) if line), None)


def is_within(text: bytes, heads: dict[str, int]) -> bool:
    """Whether a file's line is of a block up to these; what is no checkpoint is not."""
    line = _object(text)
    number = line.get("number")
    return isinstance(number, int) and number <= heads.get(str(line.get("ledger")), 0)


def read(file: Path, ledger: str) -> Iterator[dict[str, Any]]:
    """The ledger's lines as they stand there, but for torn ones and exact repeats."""
    known: OrderedDict[Any, Any] = OrderedDict()
    with file.open("rb") as source:
        for text in source:
            line = _object(text)
            if line.get("ledger") != ledger:
                continue
            number, digest = line.get("number"), line.get("digest")
            if not isinstance(number, int) or known.get(number) == digest:
                continue
            known[number] = digest
            if len(known) > _REPEATS:
                known.popitem(last=False)
            yield line


def _object(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}


def _ends_torn(file: Path) -> bool:
    size = file.stat().st_size
    if not size:
        return False
    with file.open("rb") as source:
        source.seek(size - 1)
        return source.read(1) != b"\n"

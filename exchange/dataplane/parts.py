"""A body that arrives in parts: one writer at a time, and nothing acknowledged before it is safe.

The lock is the operating system's, on the file itself: it ends with the process that holds it.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

from exchange.dataplane.errors import TooLarge, Transient
from kernel.failpoints import failpoint

BODY = "body"


class Busy(Exception):
    """Another part is being written."""


@dataclass(frozen=True)
class Appended:
    """How many bytes are safely behind the offset, and why there are no more, if that is so."""

    size: int
    sha256: str
    failure: Exception | None = None


@contextlib.contextmanager
def held(folder: Path) -> Iterator[BufferedRandom]:
    """The body's file, for one writer; Busy if there is another. Made if it is not there."""
    with _disk(), _opened(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as other:
            raise Busy from other
        yield file


def _opened(folder: Path) -> BufferedRandom:
    path = folder / BODY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        for each in (folder, folder.parent):
            _fsync_folder(each)
    return path.open("r+b")


def append(
    file: BufferedRandom,
    offset: int,
    chunks: Iterable[bytes],
    room: int,
    breaks: type[Exception],
) -> Appended:
    """Write the chunks behind the offset and flush them to the disk.

    What lies behind the offset from an attempt that was not acknowledged is overwritten. Where the
    chunks end with an error of the kind ``breaks``, what came before it is kept. TooLarge
    ``part-too-large`` beyond ``room``, Transient when the disk refuses.
    """
    total, digest = 0, hashlib.sha256()
    failure: Exception | None = None
    with _disk():
        file.seek(offset)
        file.truncate()
    source = iter(chunks)
    while True:
        try:
            chunk = next(source, None)
        except breaks as broken:
            failure = broken
            break
        if chunk is None:
            break
        total += len(chunk)
        if total > room:
            raise TooLarge("part-too-large", f"{room} bytes of the announced size are missing")
        digest.update(chunk)
        with _disk():
            file.write(chunk)
    with _disk():
        file.flush()
        failpoint("upload.after_write")
        os.fsync(file.fileno())
    return Appended(total, digest.hexdigest(), failure)


def digest_of(file: BufferedRandom) -> str:
    """SHA-256 in hex of the whole body."""
    with _disk():
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(folder: Path) -> None:
    """Remove the body; nothing happens if it is not there."""
    shutil.rmtree(folder, ignore_errors=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Transient("store-write-failed", error.strerror or str(error)) from error

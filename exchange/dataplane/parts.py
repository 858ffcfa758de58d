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
from typing import BinaryIO

from exchange.dataplane.errors import TooLarge, Transient
from exchange.dataplane.sealed import DataKey, copy_plain, sealed
from kernel.failpoints import failpoint

BODY = "body"
_PART = ".part"


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
    key: DataKey | None = None,
) -> Appended:
    """Write the chunks behind the offset and flush them to the disk; with a key, sealed.

    What lies behind the offset from an attempt that was not acknowledged is overwritten. Where the
    chunks end with an error of the kind ``breaks``, what came before it is kept. TooLarge
    ``part-too-large`` beyond ``room``, Transient when the disk refuses.
    """
    taken = _Taken(chunks, room, breaks)
    folder = Path(file.name).parent
    if key is None and not _starts(folder):
        with _disk():
            file.seek(offset)
            file.truncate()
        _write(file, taken)
    else:
        # A sealed file cannot grow, so that each part is one of its own.
        with _disk():
            part = (folder / f"{offset}{_PART}").open("wb")
        with part:
            _write(part, sealed(taken, key) if key else taken)
        with _disk():
            _fsync_folder(folder)
    return Appended(taken.size, taken.digest.hexdigest(), taken.failure)


class _Taken:
    """Chunks that come in, counted and hashed while they are passed on."""

    def __init__(self, chunks: Iterable[bytes], room: int, breaks: type[Exception]) -> None:
        self._source, self._room, self._breaks = iter(chunks), room, breaks
        self.size, self.digest = 0, hashlib.sha256()
        self.failure: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        while True:
            try:
                chunk = next(self._source, None)
            except self._breaks as broken:
                self.failure = broken
                return
            if chunk is None:
                return
            self.size += len(chunk)
            if self.size > self._room:
                raise TooLarge(
                    "part-too-large", f"{self._room} bytes of the announced size are missing"
                )
            self.digest.update(chunk)
            yield chunk


def _write(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        with _disk():
            file.write(piece)
    with _disk():
        file.flush()
        failpoint("upload.after_write")
        os.fsync(file.fileno())


def whole(folder: Path, size: int, work: Path) -> Path:
    """The body of so many bytes as one plain file, put together in ``work`` if need be."""
    starts = _starts(folder)
    if not starts:
        return folder / BODY
    with _disk(), (work / BODY).open("xb") as out, (folder / BODY).open("rb") as plain:
        # What came before the data was graded lies in front.
        out.write(plain.read(starts[0]))
        while out.tell() < size:
            copy_plain(folder / f"{out.tell()}{_PART}", out)
    return work / BODY


def _starts(folder: Path) -> list[int]:
    """Where the parts begin that are files of their own."""
    return sorted(int(path.stem) for path in folder.glob(f"*{_PART}"))


def digest_of(path: Path) -> str:
    """SHA-256 in hex of the whole body."""
    with _disk(), path.open("rb") as file:
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

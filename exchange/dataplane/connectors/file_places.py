"""Where files lie: a folder of this machine within the administrator's roots, or one elsewhere."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from fsspec.utils import glob_translate

from exchange.dataplane.connectors.inferring import glob_problem
from exchange.dataplane.errors import DataplaneError, Terminal, Transient
from exchange.dataplane.remote_files import close_files

MOST_FILES = 10_000
MOST_BYTES = 8 * 1024**3
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A file as listed: its path below the root, what changes when it changes, its bytes."""

    path: str
    tag: str
    size: int


class FilePlace(Protocol):
    """A root below which files are listed and fetched."""

    host: str

    def list(self, pattern: str) -> list[Entry]:
        """The files of the pattern in the order of their paths; hidden ones are left out."""

    def fetch(self, entry: Entry, out: Path, most: int = MOST_BYTES) -> str:
        """Copy the file, or its first ``most`` bytes, and give the SHA-256 of what was copied."""


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a path below the root is of the pattern; Terminal ``pattern-invalid``."""
    problem = glob_problem(pattern)
    if problem:
        raise Terminal("pattern-invalid", f"This is no pattern of files: {problem}.")
    form = re.compile(glob_translate(pattern))

    def matches(path: str) -> bool:
        hidden = any(part.startswith(".") for part in path.split("/"))
        return not hidden and form.match(path) is not None

    return matches


def _depth(pattern: str) -> int | None:
    return None if "**" in pattern else pattern.count("/") + 1


def _listed(entries: Iterator[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        found.append(entry)
        if len(found) > MOST_FILES:
            raise Terminal(
                "too-many-files", f"More than {MOST_FILES} files: use a narrower pattern."
            )
    return sorted(found, key=lambda entry: entry.path)


class FolderPlace:
    """A folder of this machine; nothing outside it is read, whatever links lie in it."""

    host = ""

    def __init__(self, root: str, roots: tuple[Path, ...]) -> None:
        self._wanted = Path(root)
        self._roots = roots

    @property
    def _root(self) -> Path:
        """The folder without links; asked each time, for links may be changed."""
        real = Path(os.path.realpath(self._wanted))
        allowed = [Path(os.path.realpath(each)) for each in self._roots]
        if not self._wanted.is_absolute() or not any(
            real == each or each in real.parents for each in allowed
        ):
            raise Terminal(
                "folder-denied",
                "This folder is not opened: an administrator can add it to CONNECTOR_FOLDERS.",
            )
        return real

    def list(self, pattern: str) -> list[Entry]:
        """Regular files only; links are left out."""
        matches, depth, root = matcher(pattern), _depth(pattern), self._root
        if not root.is_dir():
            raise Transient("folder-missing", "The folder is not there at present.")
        return _listed(entry for entry in _walk(root, depth) if matches(entry.path))

    def fetch(self, entry: Entry, out: Path, most: int = MOST_BYTES) -> str:
        """Copy the file as it is now."""
        path = self._root / entry.path
        try:
            if Path(os.path.realpath(path)) != path:
                raise Terminal("folder-denied", f"{entry.path} leads out of the folder.")
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as file:
                return _copy(file, out, entry, most)
        except OSError as error:
            raise _unread(entry, error) from None


def _walk(root: Path, depth: int | None) -> Iterator[Entry]:
    for folder, folders, names in os.walk(root, followlinks=False):
        below = Path(folder).relative_to(root)
        if depth is not None and len(below.parts) >= depth - 1:
            folders.clear()
        for name in names:
            try:
                status = os.lstat(os.path.join(folder, name))
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                path = (below / name).as_posix()
                yield Entry(path, f"{status.st_size}-{status.st_mtime_ns}", status.st_size)


class RemotePlace:
    """A folder of a file system elsewhere; ``connect`` opens one, which each call closes."""

    def __init__(self, connect: Callable[[], Any], root: str, *, host: str) -> None:
        self._connect = connect
        self._root = root.rstrip("/")
        self.host = host

    def list(self, pattern: str) -> list[Entry]:
        """Files as the other side lists them."""
        matches, depth = matcher(pattern), _depth(pattern)
        with self._open() as files:
            found = files.find(self._root or "/", maxdepth=depth, detail=True)
            if not found:
                # Nothing there, or no such place: only the second is an error.
                files.ls(self._root.split("/")[0] or self._root or "/")
        return _listed(
            entry
            for path, told in found.items()
            if matches((entry := self._entry(path, told)).path)
        )

    def _entry(self, path: str, told: dict[str, Any]) -> Entry:
        below = path.removeprefix(self._root).lstrip("/")
        size = int(told.get("size") or 0)
        tag = told.get("ETag") or f"{size}-{told.get('mtime') or told.get('LastModified')}"
        return Entry(below, str(tag)[:200], size)

    def fetch(self, entry: Entry, out: Path, most: int = MOST_BYTES) -> str:
        """Copy the file over the line."""
        path = f"{self._root}/{entry.path}"
        with self._open() as files, files.open(path, "rb", block_size=8 * PIECE) as file:
            return _copy(file, out, entry, most)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        files = None
        try:
            files = self._connect()
            yield files
        except DataplaneError:
            raise
        except PermissionError:
            raise Terminal("source-forbidden", "The login may not read this folder.") from None
        except FileNotFoundError as error:
            raise _absent(error) from None
        except Exception as error:  # noqa: BLE001 - any layer of the library may raise
            raise _of_storage(error) from None
        finally:
            close_files(files)


def _absent(error: FileNotFoundError) -> DataplaneError:
    if "bucket" in str(error).lower():
        return Terminal("login-refused", "The storage refused the access key or the bucket.")
    return Transient("folder-missing", "The folder or file is not there.")


def _of_storage(error: Exception) -> DataplaneError:
    words = f"{type(error).__name__} {error}"
    if any(mark in words for mark in ("InvalidAccessKey", "SignatureDoesNotMatch", "NoSuchBucket")):
        return Terminal("login-refused", "The storage refused the access key or the bucket.")
    if "AccessDenied" in words or "Forbidden" in words:
        return Terminal("source-forbidden", "The access key may not read this.")
    return Transient("connection-lost", "The connection to the storage was lost.")


def _copy(file: IO[bytes], out: Path, entry: Entry, most: int) -> str:
    if most == MOST_BYTES and entry.size > most:
        raise Terminal("file-too-large", f"{entry.path} has more than {most} bytes.")
    digest, left = hashlib.sha256(), most
    with out.open("wb") as copy:
        while left and (piece := file.read(min(PIECE, left))):
            digest.update(piece)
            copy.write(piece)
            left -= len(piece)
    if most == MOST_BYTES and out.stat().st_size != entry.size:
        raise Transient("file-changing", f"{entry.path} is still being written.")
    return digest.hexdigest()


def _unread(entry: Entry, error: OSError) -> DataplaneError:
    if isinstance(error, PermissionError):
        return Terminal("source-forbidden", f"{entry.path} may not be read.")
    return Transient("file-unreadable", f"{entry.path} cannot be read at present.")

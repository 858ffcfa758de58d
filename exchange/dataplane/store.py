"""Content-addressed immutable blobs: a name is the SHA-256 of the bytes it stands for.

A blob that ``commit`` returned is on the disk for good: bytes are flushed before the name
exists, and the name is flushed before ``commit`` returns. A blob may lie there sealed: its name is
that of the plain bytes all the same.
"""

import contextlib
import functools
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.scratch import scratch, sweep
from exchange.dataplane.sealed import (
    KEYRING,
    Damaged,
    DataKey,
    is_sealed,
    key_id_of,
    open_plain,
    seal_file,
    size_of,
)
from kernel.failpoints import failpoint

LATELY_SECONDS = 600
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class BlobRef:
    """SHA-256 in lower-case hex, and the length in bytes, both of the plain bytes."""

    digest: str
    size: int


class Store(Protocol):
    """Where blobs lie."""

    def stage(self) -> AbstractContextManager[Path]:
        """A path to write a new blob at; gone at the end unless committed."""

    def workspace(self) -> AbstractContextManager[Path]:
        """An empty folder for intermediate files, removed at the end."""

    def commit(self, staged: Path) -> BlobRef:
        """Make the staged bytes durable under their digest; Transient if the disk refuses."""

    def path(self, digest: str) -> Path:
        """Where the blob lies; Terminal ``blob-missing`` if it does not."""

    def verify(self, digest: str) -> BlobRef:
        """Recompute the digest; Terminal ``blob-corrupt`` if the bytes do not match."""

    def delete(self, digest: str) -> bool:
        """Remove the blob; False if it was not there."""

    def iter_digests(self, older_than: float = 0) -> Iterator[str]:
        """Digests last committed more than ``older_than`` seconds ago, in no order."""


class FolderStore:
    """Blobs as files ``<root>/ab/cd/<digest>``; temporary files under ``<root>/stage``.

    With a key what is committed is sealed with it; what is read may be sealed with any.
    """

    def __init__(self, root: Path | str, key: DataKey | None = None) -> None:
        self.root = Path(root)
        self._key = key
        self._stage = self.root / "stage"
        with _disk("store-unwritable"):
            self._stage.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def stage(self) -> Iterator[Path]:
        with self.workspace() as folder:
            yield folder / "blob"

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        with contextlib.ExitStack() as stack:
            with _disk("store-unwritable"):
                path = stack.enter_context(scratch(self._stage))
            yield path

    def commit(self, staged: Path) -> BlobRef:
        try:
            with _disk("store-write-failed"):
                return self._commit(staged)
        finally:
            # After a failed fsync the same file must never be tried again.
            staged.unlink(missing_ok=True)

    def _commit(self, staged: Path) -> BlobRef:
        failpoint("store.after_write")
        with staged.open("rb") as file:
            if self._key is None:
                os.fsync(file.fileno())
            failpoint("store.after_fsync")
            made = BlobRef(
                hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
            )
        if self._key is None:
            self._name(staged, made.digest)
        else:
            self._seal(staged, made.digest, self._key)
        return made

    def _seal(self, plain: Path, digest: str, key: DataKey) -> None:
        with self.workspace() as folder:
            seal_file(plain, folder / "sealed", key)
            failpoint("store.after_seal")
            self._name(folder / "sealed", digest)

    def _name(self, whole: Path, digest: str) -> None:
        """Give bytes that are on the disk their name for good."""
        whole.chmod(0o440)
        target = self._target(digest)
        self._make_folder(target.parent)
        self._link(whole, target)
        failpoint("store.after_link")
        _fsync_folder(target.parent)

    def _link(self, staged: Path, target: Path) -> None:
        """Give the bytes their name; equal bytes already there stay and count as new again."""
        try:
            os.link(staged, target)
        except FileExistsError:
            if _stands(target, staged):
                with contextlib.suppress(FileNotFoundError):
                    # Young again, or the collector of unreferenced blobs might take it.
                    os.utime(target)
                    return
            os.replace(staged, target)

    def _make_folder(self, folder: Path) -> None:
        for path in (folder.parent, folder):
            try:
                path.mkdir()
            except FileExistsError:
                continue
            _fsync_folder(path.parent)

    def _target(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise Terminal("blob-missing", "a digest is 64 lower-case hex digits")
        return self.root / digest[:2] / digest[2:4] / digest

    def bring(self, blob: Path) -> None:
        """Copy a blob of another store as it lies there, sealed or plain; Terminal for a damaged
        one.

        Where the key of a sealed one is not to be had, its name is believed: whoever has the key
        finds out.
        """
        with _disk("store-write-failed"), self.stage() as staged:
            shutil.copyfile(blob, staged)
            with staged.open("rb") as file:
                os.fsync(file.fileno())
            if _believed(staged) not in (None, blob.name):
                raise Terminal("blob-corrupt", f"bytes of {blob.name} have another digest")
            self._name(staged, blob.name)

    def path(self, digest: str) -> Path:
        target = self.file(digest)
        # Here, where the key can be asked for, and not in the middle of a query.
        key_id = key_id_of(target)
        if key_id:
            KEYRING.key(key_id)
        return target

    def file(self, digest: str) -> Path:
        """As ``path``, also where the key that opens it is not to be had."""
        target = self._target(digest)
        if not target.is_file():
            raise Terminal("blob-missing", digest)
        return target

    def read(self, digest: str) -> bytes:
        """The plain bytes of a blob that is small."""
        with open_plain(self.path(digest)) as file:
            return file.read() or b""

    def seal(self, digest: str) -> bool:
        """Seal the blob where it lies plain; False if it was sealed, or there is no key."""
        target = self.file(digest)
        if self._key is None or is_sealed(target):
            return False
        with _disk("store-write-failed"):
            self._seal(target, digest, self._key)
        return True

    def holds(self, digest: str) -> bool:
        """Whether there are bytes under the digest, sound or not."""
        return self._target(digest).is_file()

    def verify(self, digest: str) -> BlobRef:
        return check_blob(self.path(digest))

    def delete(self, digest: str) -> bool:
        target = self._target(digest)
        with _disk("store-write-failed"):
            try:
                target.unlink()
            except FileNotFoundError:
                return False
            _fsync_folder(target.parent)
        return True

    def iter_digests(self, older_than: float = 0) -> Iterator[str]:
        limit = time.time() - older_than
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                if DIGEST.fullmatch(path.name) and path.stat().st_mtime <= limit:
                    yield path.name

    def sweep_stage(self) -> int:
        """Remove what killed writers left behind; how many files and folders."""
        return sweep(self._stage)


def check_blob(path: Path) -> BlobRef:
    """Recompute the digest of a blob from its bytes; Terminal ``blob-corrupt`` if they differ.

    A file whose name is no digest (an intermediate file) is only measured.
    """
    try:
        digest = _digest_of(path)
        size = size_of(path)
    except Damaged as error:
        raise Terminal("blob-corrupt", f"{path.name}: {error}") from None
    except FileNotFoundError:
        raise Terminal("blob-missing", path.name) from None
    except OSError as error:
        raise Transient("store-read-failed", error.strerror or "") from error
    if DIGEST.fullmatch(path.name) and digest != path.name:
        raise Terminal("blob-corrupt", f"bytes of {path.name} have the digest {digest}")
    return BlobRef(digest, size)


@functools.lru_cache(maxsize=4096)
def _checked(path: Path, size: int, changed: int, turn: int) -> BlobRef:
    return check_blob(path)


def check_lately(path: Path) -> Path:
    """The path, if its digest was recomputed since the file changed and within LATELY_SECONDS.

    For reads of a part, which cannot afford to read the whole of it each time.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise Terminal("blob-missing", path.name) from None
    _checked(path, found.st_size, found.st_mtime_ns, int(time.monotonic() // LATELY_SECONDS))
    return path


def _believed(copy: Path) -> str | None:
    """The digest of a copy; None where it is sealed with a key that is not to be had."""
    try:
        return _digest_of(copy)
    except Damaged:
        return ""
    except Terminal:
        return None


def _stands(target: Path, again: Path) -> bool:
    """Whether the blob there is whole, and sealed with no other key than it would be now."""
    try:
        key_id = key_id_of(again)
        return (key_id is None or key_id_of(target) == key_id) and _digest_of(target) == target.name
    except (Damaged, Terminal):
        return False


def _digest_of(path: Path) -> str:
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _disk(code: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Transient(code, error.strerror or str(error)) from error

"""Files encrypted at rest, which their readers open like any other.

A sealed file is a head, which names the data key and holds a salt, and frames of equal length.
Each frame is authenticated with the head, its place and whether it is the last (the STREAM
construction), so that any part can be read alone and nothing can be swapped, cut off or put in
unnoticed. No two files share a key: each derives its own from the data key and its salt.
"""

import io
import os
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from exchange.dataplane.errors import Terminal
from kernel.aead import AES, SM4, TAG, Aead, InvalidTag, derived

FRAME = 64 * 1024
_MAGIC = b"SHUQIAO\x01"
_HEAD = struct.Struct(">8sB3xI16s32s")
_LABEL = b"shuqiao sealed file"
_SALT = 32
_CIPHERS = {1: AES, 2: SM4}
_COPIED = 1024 * 1024


@dataclass(frozen=True)
class DataKey:
    """What a dataset's files are sealed with; itself kept sealed."""

    id: UUID
    cipher: str
    secret: bytes = field(repr=False)


class Keyring:
    """The data keys that this process has opened; others are asked for by their id."""

    def __init__(self) -> None:
        self._keys: dict[UUID, DataKey] = {}
        self.load: Callable[[UUID], DataKey] | None = None

    def add(self, key: DataKey) -> DataKey:
        """Know the key from now on."""
        return self._keys.setdefault(key.id, key)

    def key(self, key_id: UUID) -> DataKey:
        """The key with the id; Terminal ``data-key-missing`` where it cannot be had."""
        if key_id in self._keys:
            return self._keys[key_id]
        if self.load is None:
            raise Terminal("data-key-missing", f"data key {key_id}")
        return self.add(self.load(key_id))


KEYRING = Keyring()


class Damaged(OSError):
    """Bytes of a sealed file are not what was sealed."""


class SealedFile(io.RawIOBase):
    """The plain bytes of a sealed file, from any place on; Damaged for what was changed in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        try:
            self._head = self._file.read(_HEAD.size)
            self.size = plain_size(os.fstat(self._file.fileno()).st_size)
            self._aead = _opened(self._head)
        except BaseException:
            self._file.close()
            raise
        self._last = max(0, self.size - 1) // FRAME
        self._place = 0
        self._held = (-1, b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; beyond the end there is nothing to read."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, but for what lies beyond the end; how many bytes."""
        room = memoryview(buffer).cast("B")
        done = 0
        while done < len(room) and self._place < self.size:
            number, start = divmod(self._place, FRAME)
            part = self._frame(number)[start : start + len(room) - done]
            room[done : done + len(part)] = part
            done += len(part)
            self._place += len(part)
        return done

    def close(self) -> None:
        """Close the file below."""
        if not self.closed:
            self._file.close()
        super().close()

    def _frame(self, number: int) -> bytes:
        held, plain = self._held
        if number != held:
            place = _HEAD.size + number * (FRAME + TAG)
            sealed = os.pread(self._file.fileno(), FRAME + TAG, place)
            nonce = _nonce(number, is_last=number == self._last)
            try:
                plain = self._aead.decrypt(nonce, sealed, self._head)
            except InvalidTag:
                raise Damaged(f"frame {number} of a sealed file is damaged") from None
            self._held = (number, plain)
        return plain


def is_sealed(path: Path) -> bool:
    """Whether the file is sealed; FileNotFoundError without one."""
    with path.open("rb", buffering=0) as file:
        return file.read(len(_MAGIC)) == _MAGIC


def key_id_of(path: Path) -> UUID | None:
    """The id of the data key that opens the file; None for a plain one."""
    with path.open("rb", buffering=0) as file:
        head = file.read(_HEAD.size)
    return UUID(bytes=_HEAD.unpack(head)[3]) if _is_head(head) else None


def open_plain(path: Path) -> io.BufferedReader | SealedFile:
    """The bytes of the file as they were before it was sealed, if it was."""
    return SealedFile(path) if is_sealed(path) else path.open("rb")


def source_of(path: Path) -> Any:
    """What Arrow reads: the path of a plain file, else the opened sealed one."""
    return SealedFile(path) if is_sealed(path) else path


def size_of(path: Path) -> int:
    """How many bytes ``open_plain`` gives."""
    size = path.stat().st_size
    return plain_size(size) if is_sealed(path) else size


def plain_size(size: int) -> int:
    """How many bytes a sealed file of this size holds."""
    body = size - _HEAD.size
    return max(0, body - TAG * -(-body // (FRAME + TAG)))


def seal_file(source: Path, target: Path, key: DataKey) -> None:
    """Write the plain source sealed; it is on the disk for good when this returns."""
    with source.open("rb") as plain, target.open("xb") as file:
        for piece in sealed(iter(lambda: plain.read(_COPIED), b""), key):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def copy_plain(source: Path, target: BinaryIO) -> None:
    """Append the plain bytes of a file to an open one."""
    with open_plain(source) as plain:
        shutil.copyfileobj(plain, target, _COPIED)


def sealed(chunks: Iterable[bytes | memoryview], key: DataKey) -> Iterator[bytes]:
    """The bytes of a sealed file; it is whole only once all of them are written."""
    number = next(each for each, name in _CIPHERS.items() if name == key.cipher)
    head = _HEAD.pack(_MAGIC, number, FRAME, key.id.bytes, os.urandom(_SALT))
    aead = derived(key.cipher, key.secret, _LABEL, head[-_SALT:])
    yield head
    waiting, place = bytearray(), 0
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > FRAME:
            yield aead.encrypt(_nonce(place, is_last=False), bytes(waiting[:FRAME]), head)
            del waiting[:FRAME]
            place += 1
    yield aead.encrypt(_nonce(place, is_last=True), bytes(waiting), head)


def _opened(head: bytes) -> Aead:
    if not _is_head(head):
        raise Damaged("the head of a sealed file is damaged")
    _, cipher, frame, key_id, salt = _HEAD.unpack(head)
    key = KEYRING.key(UUID(bytes=key_id))
    if frame != FRAME or _CIPHERS.get(cipher) != key.cipher:
        raise Damaged("the head of a sealed file is damaged")
    return derived(key.cipher, key.secret, _LABEL, salt)


def _is_head(head: bytes) -> bool:
    return len(head) == _HEAD.size and head.startswith(_MAGIC)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">3xQB", number, is_last)

"""A request body onto the disk: counted, hashed, and gone again if it is not what was declared."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

from exchange.dataplane.errors import BodyMalformed, TooLarge, Transient
from exchange.dataplane.limits import Limits


@dataclass(frozen=True)
class Spooled:
    """Where the body lies, its length in bytes and its SHA-256 in hex."""

    path: Path
    size: int
    sha256: str


def spool(
    chunks: Iterable[bytes],
    path: Path,
    limits: Limits,
    *,
    size: int | None = None,
    sha256: str | None = None,
) -> Spooled:
    """Write the chunks to ``path``, which must not exist, and compare with what was declared.

    Leaves no file behind when it raises: TooLarge ``body-too-large``, BodyMalformed
    ``length-mismatch`` or ``digest-mismatch``, Transient when the disk refuses.
    """
    try:
        file = path.open("xb")
    except OSError as error:
        raise Transient("store-write-failed", error.strerror or str(error)) from error
    try:
        with file:
            spooled = _write(chunks, file, path, limits)
        _compare(spooled, size, sha256)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return spooled


def _write(chunks: Iterable[bytes], file: BufferedWriter, path: Path, limits: Limits) -> Spooled:
    total, digest = 0, hashlib.sha256()
    for chunk in chunks:
        total += len(chunk)
        if total > limits.max_bytes:
            raise TooLarge("body-too-large", f"a body has at most {limits.max_bytes} bytes")
        digest.update(chunk)
        try:
            file.write(chunk)
        except OSError as error:
            raise Transient("store-write-failed", error.strerror or str(error)) from error
    return Spooled(path, total, digest.hexdigest())


def _compare(spooled: Spooled, size: int | None, sha256: str | None) -> None:
    if size is not None and size != spooled.size:
        raise BodyMalformed("length-mismatch", f"declared {size} bytes, received {spooled.size}")
    if sha256 is not None and sha256.lower() != spooled.sha256:
        raise BodyMalformed("digest-mismatch", f"the body received has SHA-256 {spooled.sha256}")

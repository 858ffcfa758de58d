"""A request body onto the disk: counted, hashed, and gone again if it is not what was declared.

What arrives compressed is hashed as it arrives and then unpacked, within bounds, piece by piece.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

import pyarrow as pa

from exchange.dataplane.errors import BodyMalformed, Terminal, TooLarge, Transient
from exchange.dataplane.limits import MIB, Limits

CODINGS = ("gzip", "zstd")


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


def expand(source: Path, coding: str, out: Path, limits: Limits) -> int:
    """Write to ``out`` what the compressed body unpacks to; its bytes.

    Leaves no file behind when it raises: TooLarge ``expanded-too-large`` or ``ratio`` before more
    than the bound is written, BodyMalformed ``coding`` where the bytes are not whole or not of
    that coding.
    """
    if coding not in CODINGS:
        raise Terminal("coding-unknown", f"coding is one of {', '.join(CODINGS)}")
    size = source.stat().st_size
    try:
        with out.open("xb") as file, _unpacked(source, coding) as stream:
            return _pour(stream, file, size, limits)
    except (pa.ArrowException, OSError) as error:
        out.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno:
            raise Transient("store-write-failed", error.strerror or "") from error
        raise BodyMalformed("coding", f"the body is not whole, or no {coding}") from None
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _unpacked(source: Path, coding: str) -> pa.CompressedInputStream:
    return pa.CompressedInputStream(pa.OSFile(str(source)), coding)


def _pour(stream: pa.CompressedInputStream, file: BufferedWriter, size: int, limits: Limits) -> int:
    total = 0
    while block := stream.read(MIB):
        total += len(block)
        if total > limits.max_expanded_bytes:
            raise TooLarge(
                "expanded-too-large", f"unpacked, a body has at most {limits.max_expanded_bytes}"
            )
        if total > limits.free_bytes and total > limits.max_ratio * size:
            raise TooLarge(
                "ratio", f"a body unpacks to at most {limits.max_ratio} times its own size"
            )
        file.write(block)
    return total

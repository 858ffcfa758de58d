"""Bytes compressed on their way out: gzip and zstd, block by block."""

import io
import zlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

_GZIP = 31


def compressed(blocks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The blocks as one stream of the coding; memory holds one block at a time.

    A stream that is broken off lacks its end, so that its reader knows.
    """
    if coding == "gzip":
        yield from _gzipped(blocks)
        return
    sink = _Sink()
    with pa.CompressedOutputStream(pa.PythonFile(sink, "w"), coding) as stream:
        for block in blocks:
            stream.write(block)
            yield from sink.taken()
    yield from sink.taken()


def _gzipped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    # The fastest level: the wire is rarely slower than the next one.
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    for block in blocks:
        if made := packer.compress(block):
            yield made
    yield packer.flush()


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(data)  # type: ignore[call-overload]
        self._held.append(block)
        return len(block)

    def close(self) -> None:
        """What was written stays to be taken."""

    def taken(self) -> Iterator[bytes]:
        held, self._held = self._held, []
        yield from held

"""Bytes compressed on their way out."""

import gzip
import io

import pyarrow as pa
import pytest

from exchange.dataplane.codings import compressed

BLOCKS = [b"row %d\n" % number * 1000 for number in range(50)]


def opened(data: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.decompress(data)
    return pa.CompressedInputStream(io.BytesIO(data), "zstd").read()


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_what_is_opened_is_what_was_packed(coding):
    packed = b"".join(compressed(iter(BLOCKS), coding))
    assert opened(packed, coding) == b"".join(BLOCKS)
    assert len(packed) < len(b"".join(BLOCKS)) / 10


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_nothing_is_packed_as_nothing(coding):
    assert opened(b"".join(compressed(iter([]), coding)), coding) == b""


def test_a_stream_that_broke_off_cannot_be_taken_for_whole():
    def breaking():
        yield BLOCKS[0]
        raise OSError("the disk is gone")

    told = []
    with pytest.raises(OSError, match="the disk is gone"):
        told.extend(compressed(breaking(), "gzip"))
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(told) or b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")

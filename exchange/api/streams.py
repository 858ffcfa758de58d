"""Long answers that end with the right to them: cut off within seconds of a revocation."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import structlog
from django.db import connection
from django.http import StreamingHttpResponse

from exchange.dataplane.codings import compressed
from exchange.dataplane.sealed import open_plain, size_of
from exchange.parts import Part

log = structlog.get_logger(__name__)

CHUNK = 512 * 1024
LOOK_SECONDS = 5
# What is smaller is on its way before anybody could look again.
SMALL = 8 * 1024 * 1024

StillOpen = Callable[[], bool]


def stream_file(
    path: Path, content_type: str, still_open: StillOpen, part: Part | None = None
) -> StreamingHttpResponse:
    """The file or a part of it, while its reader may have it; raises FileNotFoundError if it is
    gone already."""
    file = cast(IO[bytes], open_plain(path))
    if part is None:
        return _streamed(file, size_of(path), content_type, still_open)
    file.seek(part.start)
    if not part.coding:
        return _streamed(file, part.length, content_type, still_open)
    blocks = compressed(_watched(file, part.length, still_open, cut=True), part.coding)
    return _closing(StreamingHttpResponse(blocks, content_type=content_type), file)


def stream_bytes(body: bytes, content_type: str, still_open: StillOpen) -> StreamingHttpResponse:
    """The bytes, while their reader may have them."""
    return _streamed(io.BytesIO(body), len(body), content_type, still_open)


def _streamed(
    source: IO[bytes], size: int, content_type: str, still_open: StillOpen
) -> StreamingHttpResponse:
    blocks = _watched(source, size, still_open)
    response = StreamingHttpResponse(blocks, content_type=content_type)
    # By this the server closes the connection of an answer that was cut off, and its reader sees
    # that it is not whole.
    response["Content-Length"] = str(size)
    return _closing(response, source)


def _closing(response: StreamingHttpResponse, source: IO[bytes]) -> StreamingHttpResponse:
    """The source is closed with an answer that nobody began to read, too."""
    response._resource_closers.append(source.close)  # type: ignore[attr-defined]
    return response


class CutOff(Exception):
    """The right to an answer ended while it went out."""


def _watched(
    source: IO[bytes], size: int, still_open: StillOpen, *, cut: bool = False
) -> Iterator[bytes]:
    """So many bytes of the source, which end early where the right does; ``cut`` raises CutOff
    then, for an answer that does not tell its length."""
    looked, left = time.monotonic(), size
    with source:
        while left and (chunk := source.read(min(CHUNK, left))):
            if time.monotonic() - looked > LOOK_SECONDS:
                if not _look(still_open):
                    log.info("answer_cut_off")
                    if cut:
                        raise CutOff
                    return
                looked = time.monotonic()
            left -= len(chunk)
            yield chunk


def _look(still_open: StillOpen) -> bool:
    try:
        return still_open()
    finally:
        # The request is over for Django; nobody else would give the connection back.
        if not connection.in_atomic_block:
            connection.close()

"""Long answers that end with the right to them: cut off within seconds of a revocation."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import structlog
from django.db import connection
from django.http import StreamingHttpResponse

log = structlog.get_logger(__name__)

CHUNK = 256 * 1024
LOOK_SECONDS = 5
# What is smaller is on its way before anybody could look again.
SMALL = 8 * 1024 * 1024

StillOpen = Callable[[], bool]


def stream_file(path: Path, content_type: str, still_open: StillOpen) -> StreamingHttpResponse:
    """The file, while its reader may have it; raises FileNotFoundError if it is gone already."""
    file = path.open("rb")
    return _streamed(file, path.stat().st_size, content_type, still_open)


def stream_bytes(body: bytes, content_type: str, still_open: StillOpen) -> StreamingHttpResponse:
    """The bytes, while their reader may have them."""
    return _streamed(io.BytesIO(body), len(body), content_type, still_open)


def _streamed(
    source: IO[bytes], size: int, content_type: str, still_open: StillOpen
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_watched(source, still_open), content_type=content_type)
    # By this the server closes the connection of an answer that was cut off, and its reader sees
    # that it is not whole.
    response["Content-Length"] = str(size)
    return response


def _watched(source: IO[bytes], still_open: StillOpen) -> Iterator[bytes]:
    """The bytes, which end early where the right does."""
    looked = time.monotonic()
    with source:
        while chunk := source.read(CHUNK):
            if time.monotonic() - looked > LOOK_SECONDS:
                if not _look(still_open):
                    log.info("answer_cut_off")
                    return
                looked = time.monotonic()
            yield chunk


def _look(still_open: StillOpen) -> bool:
    try:
        return still_open()
    finally:
        # The request is over for Django; nobody else would give the connection back.
        if not connection.in_atomic_block:
            connection.close()

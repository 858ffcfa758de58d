"""Bodies of facts: onto the disk within bounds, their format and charset read off the header."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any

from django.http import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.errors import SignalsTooMany, SignalsUnreadable
from accounts.signals.bodies import ENCODINGS

MOST_BYTES = 64 * 1024 * 1024
CHUNK = 1024 * 1024
_CHARSETS = {**{name: name for name in ENCODINGS}, "utf8": "utf-8", "gbk": "gb18030"}
_CHARSETS["gb2312"] = "gb18030"


class _Streamed(BaseParser):
    """Gives the view the stream itself."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The unread body."""
        return stream


class NDJSONFacts(_Streamed):
    """One JSON object a line."""

    media_type = "application/x-ndjson"


class CSVFacts(_Streamed):
    """CSV with a header line; ``charset`` utf-8 or gb18030."""

    media_type = "text/csv"


class WorkbookFacts(_Streamed):
    """An Excel workbook."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


FORMATS = {
    NDJSONFacts.media_type: "ndjson",
    CSVFacts.media_type: "csv",
    WorkbookFacts.media_type: "xlsx",
}


@dataclass(frozen=True)
class FactsBody:
    """A body on the disk, and how it is to be read."""

    path: Path
    format: str
    encoding: str


@contextlib.contextmanager
def facts_body(request: Request) -> Iterator[FactsBody]:
    """The request's body as a file that lives as long as the block."""
    header = Message()
    header["Content-Type"] = request.content_type or ""
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in _CHARSETS:
        raise SignalsUnreadable(f"charset {charset[:20]!r} is not taken; use utf-8 or gb18030")
    format = FORMATS.get(header.get_content_type())
    if format is None:
        known = ", ".join(["application/json", *FORMATS])
        raise UnsupportedMediaType(header.get_content_type(), f"send one of: {known}")
    with tempfile.TemporaryDirectory(prefix="facts-") as folder:
        path = Path(folder) / "body"
        _spool(request, path)
        yield FactsBody(path, format, _CHARSETS[charset])


def _spool(request: Request, path: Path) -> None:
    size, stream = 0, request.stream
    with path.open("xb") as file:
        try:
            while stream is not None and (chunk := stream.read(CHUNK)):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise SignalsTooMany(
                        f"a body has at most {MOST_BYTES} bytes; send several", limit=MOST_BYTES
                    )
                file.write(chunk)
        except UnreadablePostError as broken:
            raise SignalsUnreadable(
                "the connection ended before the body did; nothing was stored, send it again"
            ) from broken
    announced = request.headers.get("Content-Length", "")
    if not size or (announced.isdigit() and int(announced) != size):
        raise SignalsUnreadable(f"{size} bytes arrived of {announced or 'none'} announced")

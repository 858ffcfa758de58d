"""Bodies that are files: read as they stand, within bounds, whatever the caller calls them."""

import contextlib
import tempfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import IO, Any

from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.documents import XLSX
from accounts.register.reading import CSV, MOST_BYTES, FormTooLarge, FormUnreadable
from kernel.errors import Malformed, TooLarge

_CHUNK = 1024 * 1024
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030"}
_CHARSETS["gb2312"] = "gb18030"


class AnyBody(BaseParser):
    """Hands on the unread body, whatever kind it is said to be."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The stream itself."""
        return stream


class WorkbookBody(AnyBody):
    """An Excel workbook."""

    media_type = XLSX


class CSVBody(AnyBody):
    """CSV with a header line; ``charset`` utf-8 or gb18030."""

    media_type = CSV


@contextlib.contextmanager
def form_body(request: Request) -> Iterator[Path]:
    """The request's body as a file that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="form-") as folder:
        path = Path(folder) / "body"
        with path.open("xb") as file:
            for chunk in _chunks(request, MOST_BYTES, FormTooLarge):
                file.write(chunk)
        yield path


def whole_body(request: Request, most: int, refusal: type[TooLarge]) -> bytes:
    """The request's body of at most so many bytes."""
    return b"".join(_chunks(request, most, refusal))


def content_type(request: Request) -> tuple[str, str]:
    """Media type and charset (utf-8 or gb18030) that the request declares."""
    header = Message()
    header["Content-Type"] = request.content_type or ""
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in _CHARSETS:
        raise FormUnreadable(f"charset {charset[:20]!r} is not taken; use utf-8 or gb18030")
    return header.get_content_type(), _CHARSETS[charset]


def _chunks(request: Request, most: int, refusal: type[TooLarge]) -> Iterator[bytes]:
    # Chooses the parser, so that a media type that none of them takes is refused.
    size, stream = 0, request.data
    try:
        while hasattr(stream, "read") and (chunk := stream.read(_CHUNK)):
            size += len(chunk)
            if size > most:
                raise refusal(f"at most {most} bytes are taken", limit=most)
            yield chunk
    except UnreadablePostError as broken:
        raise Malformed("the connection ended before the body did; send it again") from broken
    if not size:
        raise Malformed("the body is empty; send the file as the body")

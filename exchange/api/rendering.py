"""Data out: columns encoded in the format that the caller accepts, with the place in headers."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from exchange.actions.reads import Page
from exchange.api.streams import SMALL, StillOpen, stream_bytes, stream_file
from exchange.dataplane.sealed import is_sealed
from exchange.errors import StoreFailed
from exchange.giving import GivenFile
from exchange.parts import Part, Wanted
from exchange.waiting import MOST_SECONDS
from kernel.errors import Invalid

MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SECONDS = re.compile(r"[0-9]{1,3}")
_BY_TYPE = {media_type.split(";")[0]: name for name, media_type in MEDIA_TYPES.items()}


class Unnegotiated(BaseContentNegotiation):
    """Leaves ``Accept`` to read_format; refusals are JSON whatever was asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the body's media type, as DRF does by default."""
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, suffix: Any = None) -> Any:
        """The first renderer; data answers do not use it."""
        return renderers[0], renderers[0].media_type


def read_format(request: Request, default: str, allowed: tuple[str, ...]) -> str:
    """The format that ``Accept`` asks for first, among those allowed here."""
    header = request.headers.get("Accept", "*/*")
    for offered in header.split(","):
        media_type = offered.split(";")[0].strip().lower()
        if media_type in ("*/*", "application/*", ""):
            return default
        if _BY_TYPE.get(media_type) in allowed:
            return _BY_TYPE[media_type]
    types = ", ".join(MEDIA_TYPES[name].split(";")[0] for name in allowed)
    raise NotAcceptable(f"send Accept with one of: {types}")


def media_answers(*formats: str) -> dict[tuple[int, str], Any]:
    """Answers of bytes, for the API document."""
    return {(200, MEDIA_TYPES[name].split(";")[0]): OpenApiTypes.BINARY for name in formats}


def page_response(page: Page, format: str, request: Request, still: StillOpen) -> HttpResponseBase:
    """A page of changes: its place stands in headers, and for JSON in the envelope, too."""
    response: HttpResponseBase
    if len(page.body) > SMALL:
        response = stream_bytes(page.body, MEDIA_TYPES[format], still)
    else:
        response = HttpResponse(page.body, content_type=MEDIA_TYPES[format])
    response["X-Next-Cursor"] = page.cursor
    response["X-Has-More"] = str(page.has_more).lower()
    response["X-Last-Number"] = str(page.last_number)
    url = replace_query_param(request.build_absolute_uri(), "cursor", page.cursor)
    response["Link"] = f'<{url}>; rel="next"'
    return response


def read_wanted(request: Request) -> Wanted:
    """What of a file the request wants."""
    told = request.headers
    return Wanted(
        head=request.method == "HEAD",
        if_none_match=told.get("If-None-Match", ""),
        range=told.get("Range", "") if request.method == "GET" else "",
        if_range=told.get("If-Range", ""),
        accept_encoding=told.get("Accept-Encoding", ""),
    )


def read_wait(request: Request) -> int:
    """The ``wait`` parameter, seconds from 0 to MOST_SECONDS."""
    raw = request.query_params.get("wait", "0")
    if not (_SECONDS.fullmatch(raw) and int(raw) <= MOST_SECONDS):
        raise Invalid.field("wait", f"must be a whole number from 0 to {MOST_SECONDS}")
    return int(raw)


def given_response(found: GivenFile, still: StillOpen) -> HttpResponseBase:
    """A file or a part of it: a small one by nginx where it stands before us, else streamed by
    this process, so that it can be cut off."""
    part = found.part
    response = _body(found.path, MEDIA_TYPES[found.format], part, still)
    if part.coding:
        response["Content-Encoding"] = part.coding
    headers = {
        "ETag": f'"{part.etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Vary": "Accept, Accept-Encoding",
        "X-Next-Cursor": found.cursor,
        "X-Last-Number": found.number,
        "X-Rows": found.rows,
    }
    for name, value in headers.items():
        response[name] = str(value)
    return response


def _body(path: Path, media_type: str, part: Part, still: StillOpen) -> HttpResponseBase:
    response: HttpResponseBase
    try:
        if part.status == 304:
            return HttpResponse(status=304)
        if part.status == 416:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{part.size}"
            return response
        if not part.length:
            response = HttpResponse(content_type=media_type)
            if not part.coding:
                response["Content-Length"] = str(part.size)
        elif settings.ACCEL_REDIRECT and _is_small(part) and not is_sealed(path):
            response = HttpResponse(content_type=media_type)
            response["X-Accel-Redirect"] = f"/_store/{path.relative_to(settings.STORE_DIR)}"
        else:
            response = stream_file(path, media_type, still, part)
    except FileNotFoundError as gone:
        raise StoreFailed("the file was removed meanwhile", retry_after=1) from gone
    if part.status == 206:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{part.size}"
    return response


def _is_small(part: Part) -> bool:
    return part.status == 200 and part.size < SMALL and not part.coding


def json_response(body: bytes) -> HttpResponse:
    """An answer of data that was encoded before, spelled as in every other answer of data."""
    return HttpResponse(body, content_type=MEDIA_TYPES["json"])

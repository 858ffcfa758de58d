"""Data out: columns encoded in the format that the caller accepts, with the place in headers."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from exchange.dataplane import reading

MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
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


def table_response(
    table: pa.Table, format: str, request: Request, cursor: str, has_more: bool, last_number: int
) -> HttpResponse:
    """A page of changes: for JSON in an envelope, else as the bare records with headers."""
    body = reading.encode(table, format)
    if format == "json":
        tail = (
            f',"next_cursor":"{cursor}","has_more":{str(has_more).lower()}'
            f',"last_number":{last_number}}}'
        )
        body = b'{"items":' + body.strip() + tail.encode()
    response = HttpResponse(body, content_type=MEDIA_TYPES[format])
    response["X-Next-Cursor"] = cursor
    response["X-Has-More"] = str(has_more).lower()
    response["X-Last-Number"] = str(last_number)
    url = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
    response["Link"] = f'<{url}>; rel="next"'
    return response


def records_response(table: pa.Table, as_of: int) -> HttpResponse:
    """Records that were looked up, spelled as in every other answer of data."""
    body = reading.encode(table, "json").strip()
    return HttpResponse(
        b'{"items":' + body + b',"as_of":%d}' % as_of, content_type=MEDIA_TYPES["json"]
    )


def file_response(path: Path, format: str, headers: dict[str, Any]) -> HttpResponseBase:
    """A file: by nginx where it stands before us, else streamed by this process."""
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(content_type=MEDIA_TYPES[format])
        response["X-Accel-Redirect"] = f"/_store/{path.relative_to(settings.STORE_DIR)}"
    else:
        response = FileResponse(path.open("rb"), content_type=MEDIA_TYPES[format])
    for name, value in headers.items():
        response[name] = str(value)
    return response

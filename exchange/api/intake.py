"""From a request to a body on the disk: counted, hashed, compared with what was announced."""

import contextlib
from collections.abc import Iterator
from email.message import Message
from typing import cast

from django.http import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from exchange import faults
from exchange.actions.batches import Body
from exchange.api.parsers import FORMATS
from exchange.bodies import unpacked
from exchange.dataplane import intake
from exchange.dataplane.publication import Kind
from exchange.errors import BodyTooLarge, BodyUnreadable, DigestMismatch
from exchange.storage import limits, store
from kernel.digests import announced_digest
from kernel.errors import Invalid, Malformed
from kernel.idempotency import read_key

CHUNK = 1024 * 1024
KINDS = ("snapshot", "changes", "append")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030"}


@contextlib.contextmanager
def spooled_body(request: Request) -> Iterator[Body]:
    """The request's body, unpacked, as a file that lives as long as the block."""
    kind, key = read_kind(request), read_key(request) or ""
    format, encoding = format_of(request.content_type or "")
    coding = coding_of(request.headers.get("Content-Encoding", ""))
    if format == "json":
        _check_array(request)
    with contextlib.ExitStack() as stack:
        folder = faults.guarded(lambda: stack.enter_context(store().workspace()))
        path = folder / "body"
        spooled = faults.guarded(lambda: intake.spool(body_chunks(request), path, limits()))
        check_length(request, spooled.size)
        _check_digest(request, spooled.sha256)
        yield Body(
            path=unpacked(path, coding, folder / "unpacked"),
            digest=spooled.sha256,
            kind=kind,
            format=format,
            encoding=encoding,
            key=key,
            coding=coding,
        )


def _check_array(request: Request) -> None:
    """BodyTooLarge before a byte of it is on the disk: an array is read whole."""
    announced, most = request.headers.get("Content-Length", ""), limits().max_json_bytes
    if announced.isdecimal() and int(announced) > most:
        raise BodyTooLarge(f"a JSON array has at most {most} bytes; send NDJSON")


def read_kind(request: Request) -> Kind:
    """The ``kind`` parameter: snapshot, changes or append."""
    kind = request.query_params.get("kind", "")
    if kind not in KINDS:
        raise Invalid.field("kind", f"must be one of: {', '.join(KINDS)}")
    return cast(Kind, kind)


def read_dry_run(request: Request) -> bool:
    """The ``dry_run`` parameter, true or false."""
    word = request.query_params.get("dry_run", "false")
    if word not in ("true", "false"):
        raise Invalid.field("dry_run", "must be true or false")
    return word == "true"


def format_of(content_type: str) -> tuple[str, str]:
    """Format and charset of a Content-Type; UnsupportedMediaType or Malformed for any other."""
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in _ENCODINGS:
        raise Malformed(f"charset {charset!r} is not taken; use utf-8 or gb18030")
    format = FORMATS.get(header.get_content_type())
    if format is None:
        raise UnsupportedMediaType(
            header.get_content_type(), f"send one of: {', '.join(sorted(FORMATS))}"
        )
    if format != "csv" and _ENCODINGS[charset] != "utf-8":
        raise Malformed(f"{header.get_content_type()} is always UTF-8")
    return format, _ENCODINGS[charset]


def coding_of(header: str) -> str:
    """The coding of a Content-Encoding, empty for none; UnsupportedMediaType for any other."""
    coding = header.strip().lower()
    if coding in ("", "identity"):
        return ""
    if coding not in intake.CODINGS:
        known = ", ".join(intake.CODINGS)
        raise UnsupportedMediaType(coding, f"Content-Encoding is one of: {known}")
    return coding


def body_chunks(request: Request) -> Iterator[bytes]:
    """The body as it arrives; BodyUnreadable if the connection ends before it does."""
    stream = request.stream
    if stream is None:
        raise BodyUnreadable("there is no body; send it with its Content-Length", reason="empty")
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except UnreadablePostError as broken:
        raise BodyUnreadable(
            "the connection ended before the body did; nothing was stored, send it again",
            reason="truncated",
        ) from broken


def check_length(request: Request, size: int) -> None:
    """BodyUnreadable unless as many bytes arrived as were announced."""
    announced = request.headers.get("Content-Length")
    if announced and announced.isdigit() and int(announced) != size:
        raise BodyUnreadable(
            f"{announced} bytes were announced and {size} arrived; send it again",
            reason="truncated",
        )


def _check_digest(request: Request, sha256: str) -> None:
    announced = announced_digest(request.headers.get("Content-Digest"))
    if announced and announced != sha256:
        raise DigestMismatch("send the body again", announced=announced, arrived=sha256)

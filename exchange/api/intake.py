"""From a request to a body on the disk: counted, hashed, compared with what was announced."""

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator
from email.message import Message
from typing import cast

from django.http import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from exchange import faults
from exchange.actions.batches import Body
from exchange.api.parsers import FORMATS
from exchange.dataplane import intake
from exchange.dataplane.publication import Kind
from exchange.errors import BodyUnreadable, DigestMismatch
from exchange.models import Batch
from exchange.storage import limits, store
from kernel.errors import Invalid, Malformed
from kernel.idempotency import read_key

CHUNK = 1024 * 1024
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030"}


@contextlib.contextmanager
def spooled_body(request: Request) -> Iterator[Body]:
    """The request's body as a file that lives as long as the block."""
    kind, key = read_kind(request), read_key(request) or ""
    format, encoding = _format(request)
    with contextlib.ExitStack() as stack:
        path = faults.guarded(lambda: stack.enter_context(store().workspace())) / "body"
        spooled = faults.guarded(lambda: intake.spool(_chunks(request), path, limits()))
        _check_length(request, spooled.size)
        _check_digest(request, spooled.sha256)
        yield Body(
            path=path,
            digest=spooled.sha256,
            kind=kind,
            format=format,
            encoding=encoding,
            key=key,
        )


def read_kind(request: Request) -> Kind:
    """The ``kind`` parameter: snapshot, changes or append."""
    kind = request.query_params.get("kind", "")
    if kind not in Batch.Kind.values:
        raise Invalid.field("kind", f"must be one of: {', '.join(Batch.Kind.values)}")
    return cast(Kind, kind)


def _format(request: Request) -> tuple[str, str]:
    header = Message()
    header["Content-Type"] = request.content_type or ""
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


def _chunks(request: Request) -> Iterator[bytes]:
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


def _check_length(request: Request, size: int) -> None:
    announced = request.headers.get("Content-Length")
    if announced and announced.isdigit() and int(announced) != size:
        raise BodyUnreadable(
            f"{announced} bytes were announced and {size} arrived; send it again",
            reason="truncated",
        )


def _check_digest(request: Request, sha256: str) -> None:
    header = request.headers.get("Content-Digest")
    if not header:
        return
    found = _DIGEST.search(header)
    if not found:
        raise Malformed("Content-Digest must be sha-256=:<base64>: (RFC 9530)")
    try:
        announced = base64.b64decode(found[1], validate=True).hex()
    except binascii.Error as bad:
        raise Malformed("Content-Digest is not base64") from bad
    if announced != sha256:
        raise DigestMismatch("send the body again", announced=announced, arrived=sha256)

"""From a signed call to its Actor: the profile of accounts.signing, held against the request."""

import hashlib
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from rest_framework import authentication
from rest_framework.request import Request

from accounts import signing
from accounts.actor import Actor
from accounts.admission import admitted
from accounts.callers import Caller, caller_of_key
from accounts.errors import ClockSkewed, NonceUsed, SignatureRefused
from accounts.models import Credential
from accounts.nonces import take_nonce
from accounts.signing import Signature
from kernel.digests import announced_digest
from kernel.texts import Text

# Clocks of callers may run ahead of ours by so many seconds.
AHEAD = 60
# What a path holds as it is (RFC 3986, 3.3); all else is percent-encoded.
_IN_PATHS = "/!$&'()*+,;=:@"
_NOTHING = hashlib.sha256(b"").hexdigest()


class SignatureAuthentication(authentication.BaseAuthentication):
    """``Signature-Input`` and ``Signature`` (RFC 9421); each signed call is taken once.

    A body is held against its signed digest while it is read.
    """

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"

    def authenticate(self, request: Request) -> tuple[Actor, Credential] | None:
        """The actor and the key; None if the request is not signed."""
        told = request.META.get("HTTP_SIGNATURE_INPUT")
        if told is None:
            return None
        if "HTTP_AUTHORIZATION" in request.META:
            raise SignatureRefused("send a signature or a token, not both")
        signature = _read(told, request)
        _require_timely(signature)
        caller = caller_of_key(signature.key)
        if caller is None or caller.credential.kind != Credential.Kind.SIGNING:
            raise SignatureRefused("the key is unknown")
        _require_right(signature, caller, request)
        actor = admitted(caller, request, signed=True)
        if "content-digest" in signature.components:
            _watch_body(request)
        kept = settings.SIGNATURE_SECONDS + 2 * AHEAD
        if not take_nonce(caller.credential.pk.hex, signature.nonce, seconds=kept):
            raise NonceUsed("sign each call anew, with a nonce of its own")
        return actor, caller.credential


def _read(told: str, request: Request) -> Signature:
    meta = request.META
    try:
        signature = signing.read(told, meta.get("HTTP_SIGNATURE", ""))
    except ValueError as wrong:
        raise SignatureRefused(str(wrong), profile=signing.PROFILE) from None
    lacking = signing.missing(signature, lambda name: _field(meta, name) is not None)
    if _length(meta) and "content-digest" not in (*signature.components, *lacking):
        lacking.append("content-digest")
    if lacking:
        names = ", ".join(lacking)
        raise SignatureRefused(Text("sign these as well: {names}", names=names), missing=lacking)
    return signature


def _require_timely(signature: Signature) -> None:
    now = int(time.time())
    age, ended = now - signature.created, signature.expires is not None and signature.expires < now
    if -AHEAD <= age <= settings.SIGNATURE_SECONDS and not ended:
        return
    at = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"
    told = Text(
        "created is {age} seconds before our time {at}; at most {most} are taken",
        age=age,
        at=at,
        most=settings.SIGNATURE_SECONDS,
    )
    raise ClockSkewed(told, server_time=at, created=signature.created)


def _require_right(signature: Signature, caller: Caller, request: Request) -> None:
    algorithm = caller.credential.algorithm
    if signature.algorithm not in ("", algorithm):
        raise SignatureRefused(Text("this key signs with {algorithm}", algorithm=algorithm))
    try:
        signed = signing.base(signature, lambda name: _value(request, name))
    except ValueError as wrong:
        raise SignatureRefused(str(wrong)) from None
    if not signing.is_right(signature, caller.secret, algorithm, signed):
        # Nothing in it is secret, and comparing it with one's own shows where they differ.
        raise SignatureRefused("the signature is not right", signed_here=signed.decode("latin-1"))


def _value(request: Request, name: str) -> str | None:
    meta = request.META
    if name == "@method":
        return str(meta["REQUEST_METHOD"])
    if name == "@path":
        return quote(meta["PATH_INFO"], _IN_PATHS)
    if name == "@query":
        return f"?{meta.get('QUERY_STRING', '')}"
    if name == "@authority":
        return str(request.get_host()).lower()
    return _field(meta, name)


def _field(meta: Any, name: str) -> str | None:
    """A header field as it was sent; None if it was not."""
    if name == "content-type":
        return meta.get("CONTENT_TYPE") or None
    value = meta.get(f"HTTP_{name.upper().replace('-', '_')}")
    return None if value is None else str(value).strip()


def _length(meta: Any) -> int:
    """How long the body is, as Django reads it, so that none counts as absent and is read."""
    try:
        return int(meta.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _watch_body(request: Request) -> None:
    """Hold the body that arrives against the digest that was signed."""
    digest, length = announced_digest(request.headers["Content-Digest"]), _length(request.META)
    if not length:
        _require_same(digest, _NOTHING)
        return
    received: Any = request._request
    received._stream = _SignedBody(received._stream, length, digest)


def _require_same(signed: str, arrived: str) -> None:
    if signed != arrived:
        raise SignatureRefused("the body that arrived is not the one that was signed")


class _SignedBody:
    """A body that is refused at its end when it is not the signed one: before any deed, for none
    is done with a part of a body."""

    def __init__(self, stream: Any, length: int, digest: str) -> None:
        self._stream, self._left, self._digest = stream, length, digest
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """As the stream's."""
        return self._seen(self._stream.read(size), size)

    def readline(self, size: int = -1, /) -> bytes:
        """As the stream's."""
        return self._seen(self._stream.readline(size), size)

    def _seen(self, data: bytes, size: int) -> bytes:
        self._hash.update(data)
        self._left -= len(data)
        if self._left <= 0 or (size and not data):
            _require_same(self._digest, self._hash.hexdigest())
        return data

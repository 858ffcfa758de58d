"""Digests of bodies as HTTP headers carry them (RFC 9530)."""

import base64
import binascii
import re

from kernel.errors import Malformed

_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")


def announced_digest(header: str | None) -> str:
    """The SHA-256 in hex that a Content-Digest names, empty without one; Malformed if unreadable.

    It is of the bytes as they are sent: of a compressed body, of the compressed bytes.
    """
    if not header:
        return ""
    found = _DIGEST.search(header)
    if not found:
        raise Malformed("Content-Digest must be sha-256=:<base64>: (RFC 9530)")
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except binascii.Error as bad:
        raise Malformed("Content-Digest is not base64") from bad

"""How the national and provincial gateways sign calls: neither binds the body or the address.

National exchange platform: headers ``gjgxjhpt_rid``, ``_sid``, ``_rtime`` (milliseconds) and
``_sign`` = Base64(HMAC-SHA-256(secret, sid + rid + rtime)); the working secret is fetched with the
authorisation key and comes wrapped with it. Provincial gateways: ``X-Client-Id``, ``X-Timestamp``
(milliseconds), ``X-Nonce``, ``X-Signature`` = Base64(HMAC-SHA-256(secret, id + timestamp + nonce)).
"""

import base64
import hashlib
import hmac
import re
import secrets
import time

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.padding import PKCS7

NATIONAL = ("gjgxjhpt_rid", "gjgxjhpt_sid", "gjgxjhpt_rtime", "gjgxjhpt_sign")
PROVINCIAL = ("X-Client-Id", "X-Timestamp", "X-Nonce", "X-Signature")
# A call is taken so long after it was signed; clocks may run ahead by the second.
VALID_MS, AHEAD_MS = 600_000, 60_000
# Longer than the call could be taken at all.
KEPT_SECONDS = (2 * VALID_MS + AHEAD_MS) // 1000
# Always of this length, so that no two triples make the same signed text.
_MILLIS = re.compile(r"[0-9]{13}")


def new_key() -> str:
    """128 random bits in hex, the form in which the gateways give out keys and secrets."""
    return secrets.token_hex(16)


def signature(secret: str, *parts: str) -> str:
    """Base64(HMAC-SHA-256(secret, the parts put together))."""
    made = hmac.new(secret.encode(), "".join(parts).encode(), hashlib.sha256)
    return base64.b64encode(made.digest()).decode()


def is_signed(sent: str, secret: str, *parts: str) -> bool:
    """Whether this is the signature of the parts, in constant time."""
    return hmac.compare_digest(sent.encode(), signature(secret, *parts).encode())


def now_ms() -> int:
    """The time that the gateways' headers carry."""
    return time.time_ns() // 1_000_000


def is_timely(millis: str) -> bool:
    """Whether the time is written as it must be, and lies within what is taken now."""
    if not _MILLIS.fullmatch(millis):
        return False
    return -VALID_MS <= int(millis) - now_ms() <= AHEAD_MS


def national_headers(secret: str, rid: str, sid: str) -> dict[str, str]:
    """The headers of a call signed now."""
    at = str(now_ms())
    return dict(zip(NATIONAL, (rid, sid, at, signature(secret, sid, rid, at)), strict=True))


def provincial_headers(secret: str, client_id: str) -> dict[str, str]:
    """The headers of a call signed now, with a nonce of its own."""
    at, nonce = str(now_ms()), secrets.token_hex(16)
    signed = (client_id, at, nonce, signature(secret, client_id, at, nonce))
    return dict(zip(PROVINCIAL, signed, strict=True))


def wrap(secret: str, key: str) -> str:
    """The secret as the refresh address gives it out: AES-128, ECB, PKCS#7, Base64.

    The cipher's key is what Java's KeyGenerator makes when seeded with the authorisation key, as
    the gateways' clients do. ECB shows nothing here but that a secret is the same as before.
    """
    padder = PKCS7(128).padder()
    padded = padder.update(secret.encode()) + padder.finalize()
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unwrap(wrapped: str, key: str) -> str:
    """The secret that was wrapped with this key; ValueError if it was not."""
    decryptor = _cipher(key).decryptor()
    padded = decryptor.update(base64.b64decode(wrapped, validate=True)) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def _cipher(key: str) -> Cipher[modes.ECB]:
    seeded = hashlib.sha1(hashlib.sha1(key.encode()).digest()).digest()[:16]  # noqa: S324
    return Cipher(AES(seeded), modes.ECB())  # noqa: S305

"""Signed calls: HTTP Message Signatures (RFC 9421), in one strict profile.

One signature by HMAC over the method, the path, the query, the digest of the body (RFC 9530) and
every header field that says what the call does, with the time, a nonce and the key's id. What the
profile does not need is not read, so that there is one way to understand a signature.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

HMAC_SHA256, HMAC_SM3 = "hmac-sha256", "hmac-sm3"
ALGORITHMS = (HMAC_SHA256, HMAC_SM3)
# Signed in every call.
COMPONENTS = ("@method", "@path", "@query")
# Signed where the call has them.
FIELDS = (
    "content-digest",
    "content-type",
    "content-encoding",
    "idempotency-key",
    "if-match",
    "x-purpose",
    "x-end-user",
    "x-reason",
)
PROFILE = (
    'sig1=("@method" "@path" "@query" "content-digest" "content-type")'
    ';created=<unix seconds>;keyid="<prefix>";nonce="<16 to 64 characters>";alg="<algorithm>"'
)
LONGEST = 2000
_INPUT = re.compile(
    r'([a-z*][a-z0-9_.*-]*)=(\(("[a-z0-9@_-]+"(?: "[a-z0-9@_-]+")*)\)'
    r'((?:;[a-z]+=(?:[0-9]{1,12}|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))+))'
)
_NAME = re.compile(r'"([^"]+)"')
_PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]+)|"([^"]*)")')
_SIGNATURE = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]+={0,2}):")
_NONCE = re.compile(r"[A-Za-z0-9+/=_.:-]{16,64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it was sent; ``told`` is the text of what it covers and says."""

    components: tuple[str, ...]
    told: str
    created: int
    expires: int | None
    key: str
    nonce: str
    algorithm: str
    value: bytes


def read(told: str, signed: str) -> Signature:
    """The fields Signature-Input and Signature; ValueError says what is wrong with them."""
    found, value = _match(_INPUT, told), _match(_SIGNATURE, signed)
    if not found or not value or found[1] != value[1]:
        raise ValueError(f"send one signature, as in: Signature-Input: {PROFILE}")
    components = tuple(_NAME.findall(found[3]))
    pairs = [(name, number or text) for name, number, text in _PARAMETER.findall(found[4])]
    parameters = dict(pairs)
    if len(set(components)) < len(components) or len(parameters) < len(pairs):
        raise ValueError("a component or a parameter is named twice")
    if not _NONCE.fullmatch(parameters.get("nonce", "")):
        raise ValueError("the nonce is 16 to 64 characters of A-Z a-z 0-9 + / = _ . : -")
    try:
        created, expires = int(parameters["created"]), parameters.get("expires")
        return Signature(
            components=components,
            told=found[2],
            created=created,
            expires=None if expires is None else int(expires),
            key=parameters["keyid"],
            nonce=parameters["nonce"],
            algorithm=parameters.get("alg", ""),
            value=base64.b64decode(value[2], validate=True),
        )
    except KeyError as lacking:
        raise ValueError(f"the parameter {lacking.args[0]} is missing") from None
    except (ValueError, binascii.Error):
        raise ValueError("created and expires are seconds, the signature is base64") from None


def missing(signature: Signature, is_sent: Callable[[str], bool]) -> list[str]:
    """What the call has, must be signed, and is not."""
    lacking = [name for name in COMPONENTS if name not in signature.components]
    return lacking + [n for n in FIELDS if n not in signature.components and is_sent(n)]


def base(signature: Signature, value_of: Callable[[str], str | None]) -> bytes:
    """What is signed (RFC 9421, 2.5); ValueError if a component has no value."""
    lines = []
    for name in signature.components:
        value = value_of(name)
        if value is None:
            raise ValueError(f"{name} is named in Signature-Input, and the call has none")
        lines.append(f'"{name}": {value}\n')
    return f'{"".join(lines)}"@signature-params": {signature.told}'.encode("latin-1", "replace")


def sign(secret: str, algorithm: str, signed: bytes) -> bytes:
    """The HMAC with the secret's own characters as the key."""
    if algorithm == HMAC_SHA256:
        return hmac.digest(secret.encode(), signed, "sha256")
    made = HMAC(secret.encode(), hashes.SM3())
    made.update(signed)
    return made.finalize()


def is_right(signature: Signature, secret: str, algorithm: str, signed: bytes) -> bool:
    """Whether it is the signature of these bytes, in constant time."""
    return hmac.compare_digest(signature.value, sign(secret, algorithm, signed))


def _match(shape: re.Pattern[str], text: str) -> re.Match[str] | None:
    return shape.fullmatch(text.strip()) if len(text) <= LONGEST else None

"""Keys that sign evidence. The first of EVIDENCE_KEYS signs, all verify.

A key is written ``SCHEME:BASE64``, or ``SCHEME.public:BASE64`` where what it signed is still to be
verified and no more. A further scheme is one more class here and one more branch in the verifier.
"""

from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from tools.verify_evidence import SCHEME, SIGNED, Keys, canonical, key_id, read_keys


class NoSigningKey(Exception):
    """EVIDENCE_KEYS does not begin with a key that signs."""


class EvidenceKey(Protocol):
    """A key of any scheme."""

    id: str
    # How it is told to those who verify.
    public: str

    def sign(self, content: bytes) -> bytes:
        """A signature; NoSigningKey where only the public half is known."""
        ...


class Ed25519Key:
    """Ed25519 (RFC 8032): the seed, or the public key alone."""

    def __init__(self, raw: bytes, *, is_public: bool) -> None:
        self._private = None if is_public else Ed25519PrivateKey.from_private_bytes(raw)
        public = self._private.public_key() if self._private else _public(raw)
        known = public.public_bytes_raw()
        self.id = key_id(known)
        self.public = f"{SCHEME}.public:{b64encode(known).decode()}"

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        if self._private is None:
            raise NoSigningKey("the first of EVIDENCE_KEYS is a public key; it cannot sign")
        return self._private.sign(content)


def read_key(text: str) -> EvidenceKey:
    """A key as EVIDENCE_KEYS writes it; ValueError if it is none."""
    scheme, _, body = text.partition(":")
    if scheme not in (SCHEME, f"{SCHEME}.public"):
        raise ValueError("no scheme that is known")
    return Ed25519Key(b64decode(body, validate=True), is_public=scheme != SCHEME)


def sign(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with the id of the key and its signature; NoSigningKey without one."""
    if not settings.EVIDENCE_KEYS:
        raise NoSigningKey("EVIDENCE_KEYS names no key")
    key = _keys(tuple(settings.EVIDENCE_KEYS))[0]
    told = {**statement, "key": key.id}
    return {**told, "signature": b64encode(key.sign(SIGNED + canonical(told))).decode()}


def public_keys() -> list[str]:
    """All keys in the form that the verifier reads."""
    return [key.public for key in _keys(tuple(settings.EVIDENCE_KEYS))]


def verifying_keys() -> Keys:
    """The same for verifying here."""
    known = public_keys()
    return read_keys("\n".join(known)) if known else {}


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> list[EvidenceKey]:
    return [read_key(text) for text in texts]


def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)

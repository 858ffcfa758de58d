"""Authenticated encryption under names: AES-256-GCM, and SM4-GCM where the library has it.

Keys are never used as they are: each use derives one of its own from the secret and a label.
"""

from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

AES, SM4 = "aes-256-gcm", "sm4-gcm"
NONCE, TAG = 12, 16

__all__ = ["AES", "NONCE", "SM4", "TAG", "Aead", "InvalidTag", "available", "derived"]


class Aead(Protocol):
    """Seals bytes together with others that stay readable; a nonce is used once under a key."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """The sealed bytes, TAG longer than they were."""

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        """The bytes as they were; InvalidTag if anything of it is not what was sealed."""


class _Sm4Gcm:
    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        sealing = Cipher(self._key, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes:
        if len(data) < TAG:
            raise InvalidTag
        opening = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        opening.authenticate_additional_data(associated)
        return opening.update(data[:-TAG]) + opening.finalize()


_MAKERS: dict[str, tuple[int, Callable[[bytes], Aead]]] = {AES: (32, AESGCM), SM4: (16, _Sm4Gcm)}


def available(cipher: str) -> bool:
    """Whether this installation has the cipher: SM4-GCM needs an OpenSSL that offers it."""
    if cipher not in _MAKERS:
        return False
    try:
        derived(cipher, bytes(32), b"trial").encrypt(bytes(NONCE), b"", b"")
    except UnsupportedAlgorithm:
        return False
    return True


def derived(cipher: str, secret: bytes, label: bytes, salt: bytes = b"") -> Aead:
    """The cipher under a key derived from the secret (HKDF, RFC 5869); KeyError for an unknown."""
    size, made = _MAKERS[cipher]
    return made(HKDF(SHA256(), size, salt or None, label).derive(secret))

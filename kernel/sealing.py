"""Sealing what the platform must be able to read again: signing secrets and connection strings.

A sealed text is ``cipher.key.bytes``: which of SEALING_KEYS opens it stands in it as a fingerprint.
The first of the keys seals, all open. Texts of before, which are Fernet tokens, open as well.
"""

import hashlib
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from kernel.aead import NONCE, Aead, InvalidTag, derived
from kernel.errors import Unavailable
from kernel.texts import Text

_LABEL = b"shuqiao sealed text"
_SEALED = re.compile(r"((?:aes-256|sm4)-gcm)\.([0-9a-f]{16})\.([\w-]+={0,2})", re.ASCII)


class Unsealable(Unavailable):
    """What was sealed cannot be opened here: its key is not among SEALING_KEYS, or it is damaged.

    ``key`` is the fingerprint of the key that it needs, empty where that is not known.
    """

    code = "unsealable"
    title = "Something that was sealed cannot be opened"

    def __init__(self, detail: str = "", key: str = "") -> None:
        super().__init__(detail)
        self.key = key


def seal(plain: str) -> str:
    """The text encrypted with the first of SEALING_KEYS."""
    key = settings.SEALING_KEYS[0]
    head = f"{settings.SEALING_CIPHER}.{fingerprint(key)}"
    nonce = os.urandom(NONCE)
    sealed = _box(settings.SEALING_CIPHER, key).encrypt(nonce, plain.encode(), head.encode())
    return f"{head}.{urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str) -> str:
    """The text that was sealed, with the one of SEALING_KEYS that it names; else Unsealable."""
    found = _SEALED.fullmatch(sealed)
    if not found:
        return _opened_token(sealed)[0]
    cipher, name, body = found.groups()
    key = _keys().get(name)
    if key is None:
        raise Unsealable(
            Text("it is sealed with the key {name}, which SEALING_KEYS lacks", name=name), name
        )
    try:
        held = urlsafe_b64decode(body)
        head = f"{cipher}.{name}".encode()
        return _box(cipher, key).decrypt(held[:NONCE], held[NONCE:], head).decode()
    except (InvalidTag, ValueError):
        raise Unsealable(
            Text("it is damaged; it was sealed with the key {name}", name=name), name
        ) from None


def key_of(sealed: str) -> str:
    """The fingerprint of the key that opens a sealed text; empty where none of these does."""
    if found := _SEALED.fullmatch(sealed):
        return found[2]
    try:
        return _opened_token(sealed)[1]
    except Unsealable:
        return ""


def is_newest(sealed: str) -> bool:
    """Whether it is sealed as ``seal`` would today: by the cipher chosen, with the first key."""
    return sealed.startswith(f"{settings.SEALING_CIPHER}.{fingerprint(settings.SEALING_KEYS[0])}.")


def fingerprint(key: str) -> str:
    """A name of a key that tells nothing of it."""
    return hashlib.sha256(f"shuqiao sealing key {key}".encode()).hexdigest()[:16]


def fingerprints() -> list[str]:
    """Those of SEALING_KEYS, in their order."""
    return [fingerprint(key) for key in settings.SEALING_KEYS]


def _keys() -> dict[str, str]:
    return {fingerprint(key): key for key in settings.SEALING_KEYS}


def _opened_token(token: str) -> tuple[str, str]:
    """The text of a Fernet token, and the fingerprint of its key."""
    for key in settings.SEALING_KEYS:
        try:
            return Fernet(key).decrypt(token.encode()).decode(), fingerprint(key)
        except InvalidToken:
            continue
    raise Unsealable("none of SEALING_KEYS opens it, or it was never sealed")


@lru_cache(maxsize=16)
def _box(cipher: str, key: str) -> Aead:
    return derived(cipher, urlsafe_b64decode(key), _LABEL)

"""Opens a file of keys that two people sealed: ``python tools/open_keys.py FILE``.

Needs the file, both people's words and the library ``cryptography``; no database and no key of the
platform, because it is there for the day when those are gone. Prints lines for an environment.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

FORMAT = "shuqiao-keys-1"
# scrypt (RFC 7914) with 128 MiB: a guess costs about half a second.
COST = 2**17


class Unopened(Exception):
    """The file is none of keys, or these are not the words that sealed it."""


def box(phrases: Sequence[str], salt: bytes) -> AESGCM:
    """The cipher under both people's words; which of them comes first does not matter."""
    made = sorted(Scrypt(salt, 32, COST, 8, 1).derive(phrase.encode()) for phrase in phrases)
    return AESGCM(HKDF(SHA256(), 32, salt, FORMAT.encode()).derive(b"".join(made)))


def opened(content: bytes, phrases: Sequence[str]) -> dict[str, str]:
    """The environment's values by name; Unopened where it cannot be had."""
    try:
        told: Any = json.loads(content)
        salt, nonce, sealed = (b64decode(told[name]) for name in ("salt", "nonce", "sealed"))
        is_ours = told["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        raise Unopened("this is no file of keys") from None
    if not is_ours:
        raise Unopened(f"this file is not of the form {FORMAT}")
    try:
        values: dict[str, str] = json.loads(box(phrases, salt).decrypt(nonce, sealed, None))
    except InvalidTag:
        raise Unopened("the words are not right, or the file was changed") from None
    return values


def main() -> int:
    """Ask both, print the lines; 1 where it cannot be opened."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: open_keys.py FILE\n")
        return 2
    phrases = [_typed(f"Words of the {place} person: ") for place in ("first", "second")]
    try:
        values = opened(Path(sys.argv[1]).read_bytes(), phrases)
    except (Unopened, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    for name, value in values.items():
        sys.stdout.write(f"{name}={value}\n")
    return 0


def _typed(prompt: str) -> str:
    return getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())

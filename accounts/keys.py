"""Secrets of systems and people: made of 256 random bits, told apart by their beginning.

``sqk_<prefix>_<secret>`` a system sends with each call, ``sqh_<prefix>_<secret>`` it signs calls
with, ``sqc_<prefix>_<secret>`` it gets tokens with; such a token is ``sqt_<secret>``, and
``sqs_<secret>`` is that of a person who signed in.
"""

import hashlib
import secrets
from hmac import compare_digest

CREDENTIAL, SIGNING, CLIENT = "sqk_", "sqh_", "sqc_"
TOKEN, SESSION = "sqt_", "sqs_"


def new_credential(kind: str = CREDENTIAL) -> tuple[str, str]:
    """The public prefix and the whole secret of a new credential."""
    prefix = secrets.token_hex(5)
    return prefix, f"{kind}{prefix}_{secrets.token_urlsafe(32)}"


def new_token() -> str:
    """The secret of a new token of a system."""
    return f"{TOKEN}{secrets.token_urlsafe(32)}"


def new_session() -> str:
    """The secret of a new session token."""
    return f"{SESSION}{secrets.token_urlsafe(32)}"


def credential_prefix(secret: str) -> str:
    """The public prefix inside a credential's secret; empty if it has not that shape."""
    return secret[len(CREDENTIAL) :].partition("_")[0][:12]


def digest(secret: str) -> str:
    """What is stored of a secret. One round is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_same(secret: str, stored: str) -> bool:
    """Whether the stored digest is this secret's, in constant time."""
    return compare_digest(digest(secret), stored)

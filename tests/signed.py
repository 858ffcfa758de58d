"""Signed calls as a calling system makes them, by a published implementation of RFC 9421."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives import hashes
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from rest_framework.test import APIClient

from accounts.actions.credentials import issue_credential
from accounts.actor import CLOCK
from accounts.models import InformationSystem

HOST = "http://testserver"
JSON = "application/json"


class HmacSm3(algorithms.HMAC_SHA256):
    """The same with GB/T 32905."""

    algorithm_id = "hmac-sm3"

    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        self.hash_algorithm = hashes.SM3()


_ALGORITHMS = {"hmac-sha256": algorithms.HMAC_SHA256, "hmac-sm3": HmacSm3}


def content_digest(body: bytes) -> str:
    """Content-Digest of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


class Signer:
    """A system with a signing key of its own."""

    def __init__(
        self, system: InformationSystem, algorithm: str = "hmac-sha256", **options: Any
    ) -> None:
        self.row, self.secret = issue_credential(
            system, actor=CLOCK, kind="signing", algorithm=algorithm, **options
        )
        self.algorithm = _ALGORITHMS[algorithm]

    def headers(
        self,
        method: str,
        address: str,
        body: bytes = b"",
        *,
        media: str = JSON,
        created: datetime | None = None,
        nonce: str | None = None,
        without: tuple[str, ...] = (),
        **fields: str,
    ) -> dict[str, str]:
        """The header fields of a call signed now, with everything signed but what is named."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if body:
            headers["Content-Type"] = media
        if body and "content-digest" not in without:
            headers["Content-Digest"] = content_digest(body)
        covered = ["@method", "@path", "@query", *(name.lower() for name in headers)]
        message = SimpleNamespace(method=method, url=HOST + address, headers=headers)
        keys = MappingKeyResolver(
            public_keys={}, private_keys={self.row.prefix: self.secret.encode()}
        )
        HTTPMessageSigner(signature_algorithm=self.algorithm, key_resolver=keys).sign(
            message,
            key_id=self.row.prefix,
            created=created or datetime.now(UTC),
            nonce=nonce or secrets.token_urlsafe(24),
            use_existing_digest="Content-Digest" in headers,
            covered_component_ids=[name for name in covered if name not in without],
        )
        return headers

    def call(self, method: str, address: str, body: bytes = b"", **options: Any) -> Any:
        """Sign and send."""
        return send(method, address, body, self.headers(method, address, body, **options))


def send(method: str, address: str, body: bytes, headers: dict[str, str]) -> Any:
    """A call as it goes over the wire, whatever was signed."""
    media = headers.get("Content-Type", "")
    told = {name: value for name, value in headers.items() if name != "Content-Type"}
    # The client names no media type of its own where there is no body.
    named = {} if body or not media else {"CONTENT_TYPE": media}
    return APIClient().generic(method, address, body, content_type=media, headers=told, **named)

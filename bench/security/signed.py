"""Look-ups as a system with a signing key sends them, for raw sockets."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from secrets import token_urlsafe
from typing import Any

from accounts import signing

COVERED = ("@method", "@path", "@query", "content-digest", "content-type", "x-purpose")


def requests(scene: dict[str, Any], keys: list[str], algorithm: str, count: int) -> list[str]:
    """So many different calls, each with a nonce of its own, signed now."""
    name, secret = scene["signing"][algorithm]
    path = f"/api/v1/datasets/{scene['dataset']}/lookup"
    return [_request(path, keys[at % len(keys)], name, secret, algorithm) for at in range(count)]


def _request(path: str, key: str, name: str, secret: str, algorithm: str) -> str:
    body = json.dumps({"where": {"identity": key}})
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    fields = {
        "@method": "POST",
        "@path": path,
        "@query": "?",
        "content-digest": f"sha-256=:{digest}:",
        "content-type": "application/json",
        "x-purpose": "benchmark",
    }
    quoted = " ".join(f'"{one}"' for one in COVERED)
    told = (
        f'({quoted});created={int(time.time())};keyid="{name}";nonce="{token_urlsafe(16)}"'
        f';alg="{algorithm}"'
    )
    read = signing.read(f"sig1={told}", "sig1=:AAAA:")
    made = signing.sign(secret, algorithm, signing.base(read, fields.get))
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{header}: {value}" for header, value in fields.items() if header[0] != "@"),
        f"Signature-Input: sig1={told}",
        f"Signature: sig1=:{base64.b64encode(made).decode()}:",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines) + f"\r\n\r\n{body}"

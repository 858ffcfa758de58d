"""An OpenID Connect provider on loopback: real HTTP, real signatures, and lies on request."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "shuqiao", "a-secret-of-the-client"


class IdentityProvider:
    """Signs the person ``subject`` in; ``lies`` replace claims, ``key`` signs."""

    def __init__(self) -> None:
        self.subject, self.lies, self.more = "330102", {}, {}
        self.keys = [RSAKey.generate_key(2048, auto_kid=True) for _ in range(2)]
        self.key, self.algorithm = self.keys[0], "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(asked))
                    self.end_headers()
                    return
                told = provider.told(parts.path, self.headers.get("Authorization", ""))
                self._answer(200 if told is not None else 404, told or {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                tokens = provider.tokens(form, self.headers.get("Authorization", ""))
                self._answer(200 if tokens else 400, tokens or {"error": "invalid_grant"})

            def _answer(self, status: int, told: dict[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self.issuer = f"http://{self.address}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def told(self, path: str, bearer: str) -> dict[str, Any] | None:
        """What stands at the addresses that are only read."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
            },
            "/jwks": KeySet([self.keys[0]]).as_dict(private=False),
            "/userinfo": {"sub": self.subject, **self.more} if bearer == "Bearer opened" else None,
        }.get(path)

    def authorize(self, asked: dict[str, str]) -> str:
        """The person agrees at once: where the browser goes with the code."""
        code = uuid4().hex
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def tokens(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """The tokens for a code that fits, given once; None for anything else."""
        asked = self.codes.pop(form.get("code", ""), None)
        told = base64.b64decode(login.removeprefix("Basic ")).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = (
            asked is not None
            and unquote(told) == f"{CLIENT}:{SECRET}"
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == shown
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        return {"access_token": "opened", "id_token": self._token(asked)} if fits else None

    def _token(self, asked: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.lies,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
            return f"{head}.{body}."
        header = {"alg": self.algorithm, "kid": self.keys[0].kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def identity_provider(settings: Any) -> Iterator[IdentityProvider]:
    """A provider that the platform's settings name, while the block runs."""
    provider = IdentityProvider()
    settings.OIDC_ISSUER = provider.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.EGRESS_TEST_ADDRESSES = [provider.address]
    try:
        yield provider
    finally:
        provider.stop()

"""A provider's own HTTP interface on loopback, which answers as a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass
class Asked:
    """One call as the provider saw it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class Provider:
    """Answers every call with ``answer`` (or what ``answer`` gives), and keeps what it was asked.

    ``pause`` seconds pass before each answer; ``gate``, if set, is waited for.
    """

    answer: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    gate: threading.Event | None = None
    calls: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                provider._take(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.address}/api/divisions"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        parts = urlsplit(handler.path)
        asked = Asked(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            json.loads(raw) if raw else None,
            {name.lower(): value for name, value in handler.headers.items()},
        )
        self.calls.append(asked)
        if self.gate is not None:
            self.gate.wait(20)
        time.sleep(self.pause)
        found = self.answer(asked) if isinstance(self.answer, Callable) else self.answer
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        with suppress(OSError):
            handler.send_response(self.status)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

    def close(self) -> None:
        if self.gate is not None:
            self.gate.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """The provider's interface, opened for the platform."""
    made = Provider()
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, made.address]
    yield made
    made.close()

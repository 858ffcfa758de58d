"""A real receiver of webhooks: checks each signature, knows repeats by their id."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from demo.checks import same

PATH = "/hooks/shuqiao"
BIGGEST = 64 * 1024


class Receiver:
    """Listens on 127.0.0.1; ``arrived`` is set whenever a new event has come."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self.events: list[dict[str, Any]] = []
        self.repeats = self.refused = 0
        self.arrived = threading.Event()
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._secret = ""
        self._secret_known = threading.Event()
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def trust(self, secret: str) -> None:
        """Take calls that are signed with this secret; before that, calls wait."""
        self._secret = secret
        self._secret_known.set()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """The status to answer with: 204 for an event that is taken or was taken before."""
        self._secret_known.wait(5)
        try:
            event = Webhook(self._secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.refused += 1
            return 401
        with self._lock:
            if headers["webhook-id"] in self._seen:
                self.repeats += 1
            else:
                self._seen.add(headers["webhook-id"])
                self.events.append(event)
        self.arrived.set()
        return 204

    def turn_away_forgery(self) -> None:
        """Call ourselves with another secret: the receiver must not believe it."""
        forged = json.dumps({"type": "batch.published", "data": {"number": 999}})
        before = self.refused
        answer = httpx2.post(
            self.url,
            content=forged,
            headers={
                "webhook-id": "forged",
                "webhook-timestamp": "1",
                "webhook-signature": "v1,Zm9yZ2Vk",
            },
            trust_env=False,
        )
        same("the receiver's answer to a forged call", 401, answer.status_code)
        same("forged calls that the receiver turned away", before + 1, self.refused)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        if self.path != PATH or length > BIGGEST:
            self.send_response(404)
        else:
            names = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(self.receiver.take(self.rfile.read(length), names))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The demonstration's own lines tell enough."""

"""A webhook is signed, sent once, and whatever the receiver does ends in an Outcome in time."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from exchange.dataplane.egress import EgressPolicy, http_client
from exchange.dataplane.webhooks import (
    Outcome,
    new_secret,
    read_retry_after,
    retry_delay,
    send,
    sign,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
EVENT = {"type": "batch.ready", "dataset": "户籍", "through": 42}


class Receiver:
    """A raw TCP server on loopback: keeps what it was sent, then does what the test says."""

    def __init__(self, deed: Callable[[socket.socket], None]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._deed = deed
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.sent = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                self.requests.append(_read_request(peer))
                self._deed(peer)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def call(self, *, timeout: float = 3.0, secrets: list[str] | None = None) -> Outcome:
        policy = EgressPolicy(open_addresses=(f"127.0.0.1:{self.port}",))
        with http_client(policy, timeout) as client:
            return send(self.url, EVENT, "msg_1", secrets or [new_secret()], client)


def _read_request(peer: socket.socket) -> tuple[dict[str, str], bytes]:
    with peer.makefile("rb") as stream:
        stream.readline()
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return headers, stream.read(int(headers["content-length"]))


@pytest.fixture
def receiver() -> Iterator[Callable[[Callable[[socket.socket], None] | bytes], Receiver]]:
    made: list[Receiver] = []

    def build(deed: Callable[[socket.socket], None] | bytes) -> Receiver:
        made.append(Receiver(deed if callable(deed) else lambda peer: peer.sendall(deed)))
        return made[-1]

    yield build
    for each in made:
        each.close()


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


Build = Callable[[Callable[[socket.socket], None] | bytes], Receiver]


def test_the_receivers_library_accepts_it_with_the_old_secret_and_the_new(receiver: Build) -> None:
    there = receiver(answer("200 OK", body=b"thanks"))
    old, new = new_secret(), new_secret()
    outcome = there.call(secrets=[new, old])
    assert (outcome.ok, outcome.status, outcome.error) == (True, 200, "")
    assert outcome.excerpt == "thanks"
    headers, body = there.requests[0]
    assert json.loads(body) == EVENT
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_1"
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers) == EVENT
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body.replace(b"42", b"43"), headers)


def test_the_signature_is_the_one_of_the_standards_test_vector() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = sign(b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", [secret], at)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("age", "accepted"), [(-290, True), (290, True), (-310, False), (310, False)]
)
def test_a_receiver_tells_a_replay_by_five_minutes(age: int, accepted: bool) -> None:
    secret = new_secret()
    headers = sign(b"{}", "msg_1", [secret], datetime.now(UTC) + timedelta(seconds=age))
    if accepted:
        assert Webhook(secret).verify(b"{}", headers) == {}
    else:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(b"{}", headers)


def test_a_repeat_has_the_same_id_and_body_and_a_time_of_its_own() -> None:
    secret = new_secret()
    first = sign(b"{}", "msg_1", [secret], NOW)
    second = sign(b"{}", "msg_1", [secret], NOW + timedelta(seconds=5))
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5
    assert first["webhook-signature"] != second["webhook-signature"]


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {len("whsec_") + 44}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer("201 Created"), Outcome(True, 201)),
        (answer("204 No Content"), Outcome(True, 204)),
        (answer("301 Moved", "Location: /"), Outcome(False, 301, "redirected")),
        (answer("304 Not Modified"), Outcome(False, 304, "redirected")),
        (answer("400 Bad"), Outcome(False, 400, "status-400")),
        (answer("500 Bad"), Outcome(False, 500, "status-500")),
        (answer("500 Bad", "Retry-After: 9"), Outcome(False, 500, "status-500")),
        (answer("410 Gone"), Outcome(False, 410, "gone", gone=True, terminal=True)),
        (
            answer("429 Slow", "Retry-After: 120"),
            Outcome(False, 429, "status-429", retry_after=120),
        ),
        (
            answer("503 Away", "Retry-After: 9999999"),
            Outcome(False, 503, "status-503", retry_after=86_400),
        ),
        (answer("503 Away", "Retry-After: soon"), Outcome(False, 503, "status-503")),
        (answer("503 Away"), Outcome(False, 503, "status-503")),
    ],
)
def test_what_an_answer_means(receiver: Build, reply: bytes, expected: Outcome) -> None:
    there = receiver(reply)
    outcome = there.call()
    assert outcome == Outcome(**{**vars(expected), "duration_ms": outcome.duration_ms})
    assert len(there.requests) == 1


def _hang(peer: socket.socket) -> None:
    peer.recv(1)


def _trickle_headers(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        peer.sendall(b"x")
        time.sleep(0.05)


def _reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (_hang, "timeout"),
        (_trickle_headers, "timeout"),
        (_reset, "connection"),
        (b"", "protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "protocol"),
        (b"HTTP/1.1 2", "protocol"),
    ],
)
def test_a_receiver_that_fails_is_an_outcome_in_time(
    receiver: Build, deed: Callable[[socket.socket], None] | bytes, error: str
) -> None:
    began = time.monotonic()
    outcome = receiver(deed).call(timeout=0.6)
    assert (outcome.ok, outcome.status, outcome.error) == (False, None, error)
    assert not outcome.terminal
    assert time.monotonic() - began < 2
    assert outcome.duration_ms < 2000


def test_an_answer_that_trickles_after_success_is_cut_and_counts(receiver: Build) -> None:
    def deed(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            peer.sendall(b"x")
            time.sleep(0.05)

    outcome = receiver(deed).call(timeout=0.6)
    assert (outcome.ok, outcome.status) == (True, 200)
    assert outcome.duration_ms < 2000


def test_an_endless_answer_is_read_to_64_kilobytes_and_no_further(receiver: Build) -> None:
    sent: list[int] = []

    def deed(peer: socket.socket) -> None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            sent.append(peer.send(b"y" * 65_536))

    outcome = receiver(deed).call()
    assert (outcome.ok, outcome.excerpt) == (True, "y" * 1000)
    # What the kernels of both sides buffer is small beside ten gigabytes.
    assert sum(sent) < 32_000_000


def test_a_compressed_answer_is_not_unpacked(receiver: Build) -> None:
    there = receiver(answer("200 OK", "Content-Encoding: gzip", body=b"no gzip at all"))
    assert there.call().excerpt == "no gzip at all"
    assert there.requests[0][0]["accept-encoding"] == "identity"


def test_an_excerpt_has_no_control_characters(receiver: Build) -> None:
    there = receiver(answer("500 Bad", body=b"a\x1b[31m\r\n\xffb"))
    assert there.call().excerpt == "a [31m  \N{REPLACEMENT CHARACTER}b"


def test_a_redirect_reaches_nobody(receiver: Build) -> None:
    canary = receiver(answer("200 OK"))
    there = receiver(answer("307 Temporary", f"Location: {canary.url}"))
    assert there.call().error == "redirected"
    assert canary.requests == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:{port}/", "egress-denied"),
        ("http://user@127.0.0.1:{port}/", "egress-denied"),
        ("http://[::1", "egress-denied"),
        ("gopher://127.0.0.1:{port}/", "egress-denied"),
    ],
)
def test_a_forbidden_destination_is_a_terminal_outcome(
    receiver: Build, url: str, code: str
) -> None:
    there = receiver(answer("200 OK"))
    with http_client(EgressPolicy(allow=("http://0.0.0.0/0",))) as client:
        outcome = send(url.format(port=there.port), EVENT, "msg_1", [new_secret()], client)
    assert (outcome.ok, outcome.error, outcome.terminal) == (False, code, True)
    assert outcome.detail
    assert there.requests == []


def test_a_closed_port_and_a_lost_name_can_be_tried_again(receiver: Build) -> None:
    there = receiver(answer("200 OK"))
    there.close()
    outcome = there.call()
    assert (outcome.error, outcome.terminal) == ("connection", False)
    with http_client(EgressPolicy(allow=("no-such-name.invalid",))) as client:
        outcome = send("https://no-such-name.invalid/", EVENT, "m", [new_secret()], client)
    assert (outcome.error, outcome.terminal) == ("name-unresolved", False)


def test_a_receiver_without_tls_is_named() -> None:
    plain = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        peer, _ = plain.accept()
        with peer:
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.recv(4096)

    thread = threading.Thread(target=speak)
    thread.start()
    address = f"127.0.0.1:{plain.getsockname()[1]}"
    with http_client(EgressPolicy(open_addresses=(address,))) as client:
        outcome = send(f"https://{address}/", EVENT, "m", [new_secret()], client)
    thread.join()
    plain.close()
    assert (outcome.ok, outcome.error, outcome.terminal) == (False, "tls", False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("86401", 86_400),
        ("9" * 5000, 86_400),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("²", None),
        ("Sun, 22 Nov 2026 08:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 16:02:00 +0800", 120),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0),
        ("Sun, 22 Nov 2037 07:00:00 GMT", 86_400),
        ("Sun, 99 Nov 2026 07:00:00 GMT", None),
        ("tomorrow", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(
    header: str, seconds: int | None
) -> None:
    assert read_retry_after(header, NOW) == seconds


def test_the_schedule_is_the_standards_and_ends() -> None:
    waits = [retry_delay(attempt, 0.0) for attempt in range(11)]
    assert waits == [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, None]
    assert sum(wait or 0 for wait in waits) == 75 * 3600 + 35 * 60 + 5
    assert retry_delay(2, 1.0) == pytest.approx(330)
    assert retry_delay(2, -1.0) == pytest.approx(270)

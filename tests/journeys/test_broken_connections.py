"""Requests that break off or lie about themselves, on a real socket to the real web server."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.launch import services
from config.launch.processes import Server
from exchange.models import Batch, Dataset
from kernel.models import StoredAnswer
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import World, ndjson, row

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BODY = ndjson([row("110101"), row("110102")])


@pytest.fixture
def web(platform_env: Callable[..., dict[str, str]], start_web: Callable[..., Any]) -> Server:
    return start_web(platform_env(MAX_BODY_BYTES="1000000"))


def test_broken_requests_are_refused_and_leave_nothing(
    world: World, web: Server, store_dir: Any
) -> None:
    port = urlsplit(web.env["PUBLIC_URL"]).port or 0
    secret = CredentialFactory(system=world.publisher).secret
    address = f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot"

    def send(headers: list[str], body: bytes, *, cut: bool = False) -> tuple[int, dict[str, Any]]:
        head = "\r\n".join(
            [
                f"POST {address} HTTP/1.1",
                f"Host: 127.0.0.1:{port}",
                "Connection: close",
                f"Authorization: Bearer {secret}",
                *headers,
                "",
                "",
            ]
        )
        with closing(socket.create_connection(("127.0.0.1", port), 20)) as peer:
            peer.sendall(head.encode() + body)
            if cut:
                peer.shutdown(socket.SHUT_WR)
            answer = b""
            while part := peer.recv(65536):
                answer += part
        top, _, text = answer.partition(b"\r\n\r\n")
        status = int(top.split()[1]) if top else 0
        return status, json.loads(text) if text.startswith(b"{") else {}

    def stored() -> tuple[int, int, int, list[Any]]:
        files = [p for p in (store_dir / "blobs").rglob("*") if p.is_file()]
        return (
            Batch.objects.count(),
            StoredAnswer.objects.count(),
            Dataset.objects.get().last_number,
            files,
        )

    kind, length = "Content-Type: application/x-ndjson", len(BODY)
    nothing = (0, 0, 0, [])

    # Fewer bytes than announced; the second one would be a fine body of its own.
    for announced, body in ((length + 10, BODY), (2 * length, BODY), (900_000, BODY[:-7])):
        headers = [kind, f"Content-Length: {announced}", "Idempotency-Key: k"]
        status, problem = send(headers, body, cut=True)
        # The web server may close the connection with its peer, or still say why.
        assert (status, problem.get("reason")) in ((0, None), (400, "truncated"))
        assert stored() == nothing

    for headers, body, expected in (
        ([kind], b"", {400, 411}),
        ([kind, "Content-Length: 0"], b"", {400}),
        ([f"Content-Length: {length}"], BODY, {415}),
        ([kind, "Content-Length: -5"], BODY, {400}),
        ([kind, "Content-Length: abc"], BODY, {400}),
        ([kind, f"Content-Length: {length}", "Content-Length: 3"], BODY, {400}),
        ([kind, "Content-Length: 1000001"], b"x" * 1_000_001, {400, 413}),
        ([kind, f"Content-Length: {length}", "X-Big: " + "a" * 2_000_000], BODY, {400, 431, 0}),
        ([kind, "Content-Length: 3", "Expect: 200-maybe"], b"{}\n", {400, 417, 422}),
        ([kind, "Content-Encoding: gzip", "Content-Length: 4"], b"\x1f\x8b\x08\x00", {400, 415}),
    ):
        status, problem = send(headers, body)
        assert status in expected, (headers[-1][:60], status, problem)
    assert stored() == nothing

    # The server is well, and the same key still takes the whole body.
    assert services.answers(port)
    status, receipt = send([kind, f"Content-Length: {length}", "Idempotency-Key: k"], BODY)
    assert (status, receipt["batch"]["number"]) == (201, 1)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (length, BODY)
    status, problem = send([kind, "Transfer-Encoding: chunked"], chunks)
    assert status in (200, 400, 411), problem
    assert Batch.objects.count() == 1
    log = web.log.read_text()
    assert "Traceback" not in log
    assert "Internal Server Error" not in log

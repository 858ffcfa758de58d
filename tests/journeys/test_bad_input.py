"""Bad input over real sockets: refused, and the web server's processes live on and stay small."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.launch import services
from config.launch.processes import Server
from exchange.models import Batch
from tests.architecture import bad_input
from tests.architecture.bad_input import CSV, JSON, MIB, NDJSON
from tests.architecture.watching import MOST_MEMORY, resident
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import World

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
RECORDS = ("code", "name"), ("110109", "示例县")


@pytest.fixture
def web(platform_env: Callable[..., dict[str, str]], start_web: Callable[..., Any]) -> Server:
    return start_web(platform_env())


def family(process: int) -> list[int]:
    """The process and those that it started."""
    told = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(each for child in told for each in family(int(child)))]


class Caller:
    """Sends bodies as the publisher's system, and reads what is answered, also before their end."""

    def __init__(self, web: Server, world: World) -> None:
        self.port = urlsplit(web.env["PUBLIC_URL"]).port or 0
        self.secret = CredentialFactory(system=world.publisher).secret

    def send(
        self, address: str, kind: str, body: bytes, *, times: int = 1, coding: str = ""
    ) -> Any:
        """Status and problem for a body of so many times these bytes."""
        head = "\r\n".join(
            (
                f"POST {address} HTTP/1.1",
                f"Host: 127.0.0.1:{self.port}",
                "Connection: close",
                f"Authorization: Bearer {self.secret}",
                f"Content-Type: {kind}",
                f"Content-Length: {len(body) * times}",
                *([f"Content-Encoding: {coding}"] if coding else []),
                "\r\n",
            )
        )
        with closing(socket.create_connection(("127.0.0.1", self.port), 30)) as peer:
            with suppress(BrokenPipeError, ConnectionResetError):
                peer.sendall(head.encode())
                for _ in range(times):
                    peer.sendall(body)
            answer = b""
            with suppress(ConnectionResetError):
                while part := peer.recv(65536):
                    answer += part
        top, _, text = answer.partition(b"\r\n\r\n")
        return int(top.split()[1]) if top else 0, json.loads(text) if text[:1] == b"{" else {}


def test_the_web_server_outlives_the_corpus_and_stays_small(world: World, web: Server) -> None:
    caller, publish = (
        Caller(web, world),
        f"/api/v1/datasets/{world.dataset.pk}/batches?kind=changes",
    )
    assert caller.send("/api/v1/signals", JSON, b"{}")[0] == 422
    alive = family(web.pid)
    held = {process: resident("VmRSS", process) for process in alive}
    for bad in bad_input.documents():
        status, problem = caller.send("/api/v1/signals", JSON, bad.body)
        assert status in (400, 413, 422), bad.name
        assert bad.says in problem.get("detail", ""), bad.name
    sample = RECORDS
    for bad in (*bad_input.packed(), *bad_input.tables(sample), *bad_input.columnar()):
        status, problem = caller.send(publish, bad.kind, bad.body, coding=bad.coding)
        assert status in (400, 413, 415, 422), bad.name
        assert problem["detail"] or problem["errors"], bad.name
    for charset in ("rot13", "hex", "utf-16"):
        assert caller.send(publish, f"{CSV}; charset={charset}", b"code,name\n1,a\n")[0] == 400
    # A gibibyte of an array is not even awaited; a line without an end is read as far as one goes.
    assert caller.send(publish, JSON, b"[" + b" " * (MIB - 1), times=1024)[0] in (413, 0)
    assert caller.send(publish, NDJSON, b"x" * MIB, times=256)[0] == 400
    assert caller.send("/api/v1/signals", JSON, b"[" * MIB, times=1024)[0] in (413, 0)
    assert family(web.pid) == alive
    grown = {process: resident("VmHWM", process) - held[process] for process in alive}
    assert max(grown.values()) < MOST_MEMORY, grown
    assert services.answers(caller.port)
    assert Batch.objects.count() == 0
    assert "Traceback" not in web.log.read_text()

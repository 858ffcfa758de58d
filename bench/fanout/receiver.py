"""python -m bench.fanout.receiver PORTS: receivers that answer 204 at once, or never.

A process of its own on raw sockets, so that taking calls costs next to nothing beside making them.
It is told on its standard input, a JSON object a line, and answers each with one:
``{"do": "forget", "silent": 20}`` forgets what arrived and makes the first 20 ports silent: they
take the connection and the call and never answer. ``{"do": "tell"}`` gives when each path was
called, by the monotonic clock that all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Book:
    """What arrived, and which ports are silent."""

    def __init__(self) -> None:
        self.arrived: dict[str, list[float]] = {}
        self.silent = 0


class Receiver(asyncio.Protocol):
    """One connection to one port."""

    def __init__(self, book: Book, number: int) -> None:
        self.book, self.number, self.waiting = book, number, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            head, found, body = self.waiting.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(body) < length:
                return
            self.waiting = body[length:]
            path = head.split(b" ", 2)[1].decode()
            self.book.arrived.setdefault(path, []).append(time.monotonic())
            if self.number >= self.book.silent:
                self.transport.write(ANSWER)


async def main(ports: int) -> None:
    """Listen, name the ports on the first line, then do what is asked until the input ends."""
    loop, book = asyncio.get_running_loop(), Book()
    servers = [
        await loop.create_server(lambda n=n: Receiver(book, n), "127.0.0.1", 0, backlog=512)  # type: ignore[misc]
        for n in range(ports)
    ]
    _say([server.sockets[0].getsockname()[1] for server in servers])
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        if asked["do"] == "forget":
            book.arrived, book.silent = {}, asked["silent"]
            _say({})
        else:
            _say(book.arrived)


def _say(words: Any) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

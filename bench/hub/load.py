"""python -m bench.hub.load PORT CLIENTS SECONDS FILE: as many requests as a server answers.

A process of its own on raw sockets, so that making requests costs next to nothing beside answering
them: each client keeps its connection, sends a request of the file (JSON list of texts), waits for
the whole answer, and sends the next. The last line tells rate, percentiles and refusals as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import count
from pathlib import Path


class Client(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, requests: list[bytes], start: int, done: asyncio.Future[None]) -> None:
        self.requests, self.at, self.done = requests, start, done
        self.seconds: list[float] = []
        self.refused = 0
        self.waiting = b""
        self.until = float("inf")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        self.waiting = b""
        self.sent = time.perf_counter()
        self.transport.write(self.requests[self.at % len(self.requests)])  # type: ignore[attr-defined]
        self.at += 1

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        if not _is_whole(self.waiting):
            return
        now = time.perf_counter()
        self.seconds.append(now - self.sent)
        self.refused += not self.waiting.startswith(b"HTTP/1.1 200")
        if now < self.until:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _is_whole(answer: bytes) -> bool:
    """Whether the whole answer is there: as long as it says, or up to its last chunk."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    named = head.lower().partition(b"content-length:")[2]
    if named:
        return len(body) >= int(named.partition(b"\r\n")[0])
    return body.endswith(b"\r\n0\r\n\r\n")


async def press(port: int, clients: int, seconds: float, requests: list[bytes]) -> dict[str, float]:
    """Keep so many clients busy for so long."""
    loop = asyncio.get_running_loop()
    step, turns = max(1, len(requests) // clients), count()
    made: list[Client] = []
    started = time.perf_counter()
    for _ in range(clients):
        client = Client(requests, next(turns) * step, loop.create_future())
        client.until = started + seconds
        made.append(client)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(*(c.done for c in made)), seconds + 60)
    took = time.perf_counter() - started
    times = sorted(each for client in made for each in client.seconds)
    return {
        "rate": len(times) / took,
        "p50": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
        "answers": len(times),
        "refused": sum(client.refused for client in made),
    }


if __name__ == "__main__":
    asked = [text.encode() for text in json.loads(Path(sys.argv[4]).read_text())]
    told = asyncio.run(press(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), asked))
    print(json.dumps(told))

"""Listeners and resolvers with which egress is tried."""

from __future__ import annotations

import ipaddress
import socket
import threading

from exchange.dataplane.addresses import Address


class Canary:
    """A listener on loopback which counts every connection that reaches it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            peer.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def answering(*answers: str | list[str]):
    """A resolver that gives these answers one after the other, the last for ever."""
    waiting = [[answer] if isinstance(answer, str) else answer for answer in answers]
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[Address]:
        asked.append(host)
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [ipaddress.ip_address(each) for each in answer]

    resolver.asked = asked
    return resolver

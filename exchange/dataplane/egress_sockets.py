"""Guarded TCP for clients that take a socket, and the same guard for aiohttp.

The address is checked at the moment of connecting, as in ``egress``; the client gets a socket
that is connected already and never looks a name up itself.
"""

import asyncio
import ipaddress
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from exchange.dataplane.egress_policy import EgressPolicy, resolve
from exchange.dataplane.errors import Terminal, Transient

CONNECT_SECONDS = 5


def guarded_socket(
    host: str, port: int, policy: EgressPolicy, *, timeout: float = CONNECT_SECONDS
) -> socket.socket:
    """A connected socket to a checked address of the host, with keep-alive.

    Terminal ``egress-denied``, Transient ``name-unresolved`` or ``connection-failed``.
    """
    for address in resolve(host, port, policy):
        try:
            made = socket.create_connection((address, port), timeout)
        except OSError:
            continue
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return made
    raise Transient("connection-failed", f"{host}:{port} could not be reached.")


class GuardedResolver(AbstractResolver):
    """An aiohttp resolver that gives checked addresses only.

    aiohttp does not ask it about addresses written as such, therefore ``socket_factory`` goes
    with it and opens no socket to an address that was not checked.
    """

    def __init__(self, policy: EgressPolicy, *, plain: bool) -> None:
        self._policy = policy
        self._plain = plain
        self._checked: set[tuple[str, int]] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The checked addresses of the host, whatever family was asked for."""
        addresses = await asyncio.to_thread(resolve, host, port, self._policy, plain=self._plain)
        self._checked.update((address, port) for address in addresses)
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""

    def socket_factory(self, addr_info: Any) -> socket.socket:
        """A socket for an address that was checked, by the resolver or now."""
        family, kind, protocol, _, place = addr_info
        if (place[0], place[1]) not in self._checked:
            resolve(place[0], place[1], self._policy, plain=self._plain)
        return socket.socket(family, kind, protocol)


def _result(host: str, address: str, port: int) -> ResolveResult:
    six = ipaddress.ip_address(address).version == 6
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": socket.AF_INET6 if six else socket.AF_INET,
        "proto": socket.IPPROTO_TCP,
        "flags": socket.AI_NUMERICHOST,
    }


def checked_address(host: str, port: int, policy: EgressPolicy) -> str:
    """One checked address for a driver that opens its socket itself; it must be given this
    address in place of the name."""
    addresses = resolve(host, port, policy)
    if not addresses:
        raise Terminal("egress-denied", f"{host}:{port} is not a permitted destination.")
    return addresses[0]

"""The guard of ``egress`` for aiohttp: names become checked addresses, sockets lead to no other."""

import asyncio
import ipaddress
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from exchange.dataplane.egress_policy import EgressPolicy, resolve


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

"""Which destinations outside the platform are permitted; asked at the moment of connecting.

Nothing may be reached unless the administrator's list names it. An entry is ``10.0.0.0/8``,
``10.0.0.0/8:5432``, ``[fd00::/8]:443``, ``host`` or ``host:port``; ``http://`` before an entry lets
plain HTTP through as well, which is otherwise refused. An entry without a port opens every port. A
host name opens whatever addresses that name has, except those never allowed: this machine, its
link, metadata services, multicast, IPv6 forms that hide one of these, and the platform's own.
Only ``open_addresses``, a setting for tests, opens such an address, by its exact ``host:port``.
The platform's own places are best listed as addresses: a name among them is looked up each time.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import httpx2

from exchange.dataplane.addresses import (
    Address,
    Place,
    canonical,
    embedded,
    is_disguised,
    is_host_name,
    literal,
    never_allowed,
    normal_host,
    parse_place,
)
from exchange.dataplane.errors import Terminal, Transient

LOOKUP_SECONDS = 5.0

Resolver = Callable[[str, int], list[Address]]


def system_resolver(host: str, port: int) -> list[Address]:
    """All addresses of a host by the system's own resolver; Transient if it has none in time."""
    answer: list[Address] = []
    # The C library's lookup has no time limit of its own, and a hostile name server may stall it.
    thread = threading.Thread(target=_lookup, args=(host, port, answer), daemon=True)
    thread.start()
    thread.join(LOOKUP_SECONDS)
    if not answer:
        raise Transient("name-unresolved", f"The name {host} has no address at present.")
    return list(answer)


def _lookup(host: str, port: int, answer: list[Address]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    answer.extend(ipaddress.ip_address(entry[4][0]) for entry in found)


@dataclass(frozen=True)
class EgressPolicy:
    """Which destinations are permitted; ValueError names an entry that cannot be read.

    ``denied`` holds the platform's own places in the same spelling as ``allow``.
    """

    allow: tuple[str, ...] = ()
    open_addresses: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    resolver: Resolver = system_resolver

    def __post_init__(self) -> None:
        _ = self.allowed_places, self.own_places, self.opened

    @cached_property
    def allowed_places(self) -> tuple[Place, ...]:
        return tuple(parse_place(entry) for entry in self.allow)

    @cached_property
    def own_places(self) -> tuple[Place, ...]:
        return tuple(parse_place(entry) for entry in self.denied)

    @cached_property
    def opened(self) -> frozenset[tuple[str, int]]:
        return frozenset(_host_and_port(entry) for entry in self.open_addresses)

    def allows(self, host: str, address: Address, port: int, plain: bool) -> bool:
        """Whether the list opens this address, and every address hidden in it, for this host."""
        places = [place for place in self.allowed_places if place.covers_port(port)]
        if plain:
            places = [place for place in places if place.plain]
        if any(place.host == host for place in places):
            return True
        targets = (address, *embedded(address))
        return all(any(place.covers_address(each) for place in places) for each in targets)

    def is_own(self, host: str, address: Address, port: int) -> bool:
        """Whether the destination is the platform itself, by name or by address."""
        for place in self.own_places:
            if not place.covers_port(port):
                continue
            if place.host == host or place.covers_address(address):
                return True
            if place.host and address in self._addresses_of(place.host, port):
                return True
        return False

    def _addresses_of(self, host: str, port: int) -> list[Address]:
        try:
            return [canonical(address) for address in self.resolver(host, port)]
        except Transient:
            return []


def _host_and_port(entry: str) -> tuple[str, int]:
    host, _, port = entry.strip().rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{entry!r} must be host:port")
    return normal_host(host), int(port)


def resolve(host: str, port: int, policy: EgressPolicy, *, plain: bool = False) -> list[str]:
    """The addresses of ``host`` one may connect to, at least one, as text for the socket.

    One address that is never allowed refuses them all: a name that mixes such an address with
    others is an attack. Raises Terminal ``egress-denied`` without telling what the name resolved
    to, or Transient ``name-unresolved``. ``plain`` means unencrypted HTTP.
    """
    name = normal_host(host)
    _check_form(name, port)
    known = literal(name)
    addresses = [canonical(a) for a in ([known] if known else policy.resolver(name, port))]
    if (name, port) in policy.opened:
        return [str(address) for address in addresses]
    if any(never_allowed(a) or policy.is_own(name, a, port) for a in addresses):
        raise _denied(name, port, "leads to this platform or its host, which is never permitted")
    allowed = [str(a) for a in addresses if policy.allows(name, a, port, plain)]
    if allowed:
        return allowed
    if plain and any(policy.allows(name, a, port, False) for a in addresses):
        raise _denied(
            name,
            port,
            "may not be reached by plain HTTP: use https, or list it with http:// before it",
        )
    raise _denied(
        name, port, "is not a permitted destination: an administrator can add it to EGRESS_ALLOW"
    )


def _check_form(name: str, port: int) -> None:
    if not 0 < port < 65536:
        raise _denied(name, port, "names no usable port: use 1 to 65535")
    if literal(name) is None and (is_disguised(name) or not is_host_name(name)):
        raise _denied(name, port, "is no host name or usual address: write it in its plain form")


def _denied(name: str, port: int, why: str) -> Terminal:
    shown = "".join(char if char.isalnum() or char in ".-_:" else "?" for char in name[:253])
    return Terminal("egress-denied", f"{shown}:{port} {why}.")


def check_url(url: str | httpx2.URL) -> httpx2.URL:
    """The parsed URL if its form is acceptable; Terminal ``egress-denied`` says what is not.

    Only http and https, no ``user@``, a host. Whether the host is permitted is asked on connecting.
    """
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise Terminal("egress-denied", "The URL cannot be read.") from None
    if parsed.scheme not in ("http", "https"):
        raise Terminal("egress-denied", "The URL must begin with https:// or http://.")
    if parsed.userinfo:
        raise Terminal("egress-denied", "The URL must not carry a user name or password.")
    if not parsed.host:
        raise Terminal("egress-denied", "The URL names no host.")
    return parsed

"""Guarded TCP for clients that take a socket.

The address is checked at the moment of connecting, as in ``egress``; the client gets a socket
that is connected already and never looks a name up itself.
"""

import socket

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


def checked_address(host: str, port: int, policy: EgressPolicy) -> str:
    """One checked address for a driver that opens its socket itself; it must be given this
    address in place of the name."""
    addresses = resolve(host, port, policy)
    if not addresses:
        raise Terminal("egress-denied", f"{host}:{port} is not a permitted destination.")
    return addresses[0]

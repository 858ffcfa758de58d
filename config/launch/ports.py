"""Ports of 127.0.0.1: free ones, and one kept for a server that starts later."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from config.launch.errors import LaunchError


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    if port == 0:
        return False
    with socket.socket() as listener:
        # As servers do; otherwise a connection in TIME_WAIT would make the port look taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def reserved(ports: Iterable[int]) -> Iterator[int]:
    """The first free one of the ports, for no other launcher of this machine while inside.

    Looking alone would not do: the web server listens seconds later, and it binds so that two of
    them may share a port.
    """
    for port in ports:
        with socket.socket(socket.AF_UNIX) as claim:
            if _claimed(claim, port) and is_free(port):
                yield port
                return
    raise LaunchError("The web port is taken; choose another with PORT=... or leave it out.")


def _claimed(claim: socket.socket, port: int) -> bool:
    """Take a name that exists once per machine and vanishes with its holder (Linux only)."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        claim.bind(f"\0shuqiao-web-{port}")
    except OSError:
        return False
    return True

"""Sockets and resolvers for clients that connect by themselves: the same guard before each."""

from __future__ import annotations

import asyncio
import socket

import pytest

from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.egress_resolver import GuardedResolver
from exchange.dataplane.egress_sockets import checked_address, guarded_socket
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.filesystems import S3Login, s3_files
from tests.exchange.dataplane.canary import Canary, answering


def opened(canary: Canary) -> EgressPolicy:
    return EgressPolicy(open_addresses=(f"db.test:{canary.port}",), resolver=answering("127.0.0.1"))


def test_a_socket_goes_to_a_checked_address_only(canary: Canary) -> None:
    guarded_socket("db.test", canary.port, opened(canary)).close()
    for host in ("127.0.0.1", "localhost", "2130706433", "169.254.169.254", "[::1]"):
        with pytest.raises(Terminal, match="egress-denied"):
            guarded_socket(host, canary.port, EgressPolicy(allow=("0.0.0.0/0", "::/0")))
    assert canary.connections <= 1


def test_a_name_that_changes_its_answer_gains_nothing(canary: Canary) -> None:
    policy = EgressPolicy(allow=("db.test",), resolver=answering("10.0.0.5", "127.0.0.1"))
    assert checked_address("db.test", 5432, policy) == "10.0.0.5"
    with pytest.raises(Terminal, match="egress-denied"):
        guarded_socket("db.test", canary.port, policy)
    assert canary.connections == 0


def test_a_closed_port_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    policy = EgressPolicy(open_addresses=(f"127.0.0.1:{port}",))
    with pytest.raises(Transient, match="connection-failed"):
        guarded_socket("127.0.0.1", port, policy)


def test_the_resolver_gives_checked_addresses_and_its_sockets_go_nowhere_else() -> None:
    policy = EgressPolicy(allow=("s3.test",), resolver=answering("10.0.0.7"))
    guard = GuardedResolver(policy, plain=False)
    (found,) = asyncio.run(guard.resolve("s3.test", 443))
    assert (found["host"], found["port"]) == ("10.0.0.7", 443)
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))
    guard.socket_factory(info).close()
    for address in ("127.0.0.1", "169.254.169.254", "10.0.0.8"):
        with pytest.raises(Terminal, match="egress-denied"):
            guard.socket_factory((*info[:4], (address, 443)))


def test_a_storage_that_is_not_permitted_or_has_no_key_is_refused_at_once(canary: Canary) -> None:
    login = S3Login(f"http://127.0.0.1:{canary.port}", "key", "secret")
    with pytest.raises(Terminal, match="egress-denied"):
        s3_files(login, EgressPolicy(allow=("http://127.0.0.1",)))
    open_policy = EgressPolicy(open_addresses=(f"127.0.0.1:{canary.port}",))
    with pytest.raises(Terminal, match="login-refused"):
        s3_files(S3Login(login.endpoint, "", ""), open_policy)
    assert canary.connections == 0

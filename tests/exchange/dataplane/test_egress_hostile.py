"""Hostile addresses at every door to the outside: databases, file servers, storage, interfaces.

A canary on loopback counts who gets through; ``test_egress_policy`` has the forms of URLs.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from exchange.dataplane.connectors.registry import Surroundings, make_source
from exchange.dataplane.egress import http_client, postgres_connect, resolve
from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.egress_sockets import guarded_socket
from exchange.dataplane.errors import DataplaneError, Terminal
from tests.exchange.dataplane.canary import Canary, answering

EVERYTHING = ("0.0.0.0/0", "::/0", "http://0.0.0.0/0", "http://[::/0]", "http://inside.test")

# Each means this machine, its link, a metadata service or no host at all to some parser.
HOSTS = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254", "127.000.000.001",
    "2130706433", "2130706433.", "0x7f000001", "0X7F000001", "0x7f.0.0.1", "0x7f.1",
    "017700000001", "0177.0.0.1", "00000177.0.0.1", "127.0x1", "4294967295", "0", "0.0.0.0",  # noqa: S104
    "0.0.0.1", "0.255.255.255", "0x0", "localhost", "LOCALHOST", "localhost.", "inside.test",
    "INSIDE.test.", "::1", "0:0:0:0:0:0:0:1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1",
    "0:0:0:0:0:ffff:127.0.0.1", "::ffff:0.0.0.0", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::127.0.0.1",
    "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:0:7f00:1::", "2001:0:0:0:0:0:80ff:fffe",
    "fd00::5efe:127.0.0.1", "fd00::200:5efe:7f00:1", "fe80::1", "fe80::1%lo", "fe80::1%251",
    "febf::1", "fec0::1", "ff02::1", "100::1", "fd00:ec2::254", "fd20:ce::254",
    "169.254.169.254", "169.254.0.1", "2852039166", "0xa9fea9fe", "::ffff:169.254.169.254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
    "127%2e0%2e0%2e1", "loc\u00adalhost", "inside.test\x00.good.test", "inside.test\n",
    "user@127.0.0.1", "good.test@inside.test", "127.0.0.1#good.test", "127.0.0.1/..", "",
    "/var/run/postgresql", "@abstract", "-inside.test", "inside..test", " 127.0.0.1",
]  # fmt: skip


def around(policy: EgressPolicy, work: Path) -> Surroundings:
    return Surroundings(policy, (), work, seconds=2)


def source(kind: str, options: dict[str, Any], policy: EgressPolicy, work: Path) -> Any:
    secret = {
        "s3": {"access_key": "a", "secret_key": "b"},
        "http": {},
    }.get(kind, {"password": "p"})
    return make_source(kind, options, secret, around(policy, work)).test()


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


# Each tries to reach a host and port under a policy, as the platform would.
DOORS: dict[str, Callable[[str, int, EgressPolicy, Path], Any]] = {
    "the guard itself": lambda host, port, policy, work: resolve(host, port, policy),
    "a socket": lambda host, port, policy, work: guarded_socket(
        host, port, policy, timeout=1
    ).close(),
    "a webhook": lambda host, port, policy, work: http_client(policy, 1).get(
        f"http://{bracketed(host)}:{port}/"
    ),
    "a sink": lambda host, port, policy, work: postgres_connect(
        f"host='{host}' port={port} user=u password=p dbname=d", policy
    ),
    "postgres": lambda host, port, policy, work: source(
        "postgres", {"host": host, "port": port, "database": "d", "user": "u"}, policy, work
    ),
    "mysql": lambda host, port, policy, work: source(
        "mysql", {"host": host, "port": port, "database": "d", "user": "u"}, policy, work
    ),
    "sql": lambda host, port, policy, work: source(
        "sql", {"url": f"postgresql+psycopg2://u@{bracketed(host)}:{port}/d"}, policy, work
    ),
    "sftp": lambda host, port, policy, work: source(
        "sftp",
        {"host": host, "port": port, "user": "u", "host_key": "SHA256:x", "root": "/"},
        policy,
        work,
    ),
    "s3": lambda host, port, policy, work: source(
        "s3", {"endpoint": f"http://{bracketed(host)}:{port}", "bucket": "b"}, policy, work
    ),
    "http": lambda host, port, policy, work: source(
        "http", {"url": f"http://{bracketed(host)}:{port}/list"}, policy, work
    ),
}
every_door = pytest.mark.parametrize("door", DOORS)


def outcome(door: str, host: str, port: int, policy: EgressPolicy, work: Path) -> str:
    """``refused``, or what happened instead."""
    try:
        DOORS[door](host, port, policy, work)
    except (Terminal, httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return "refused"
    except DataplaneError as fault:
        return fault.code
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    return "reached"


def test_the_table_is_large() -> None:
    assert len(set(HOSTS)) >= 60


@every_door
def test_no_form_of_a_forbidden_host_gets_through(
    door: str, canary: Canary, tmp_path: Path
) -> None:
    policy = EgressPolicy(allow=EVERYTHING, resolver=answering("127.0.0.1"))
    found = {host: outcome(door, host, canary.port, policy, tmp_path) for host in HOSTS}
    assert {host: told for host, told in found.items() if told != "refused"} == {}
    assert canary.connections == 0


@every_door
def test_the_doors_can_be_opened_at_all(door: str, canary: Canary, tmp_path: Path) -> None:
    """Else the zero of the others would say nothing."""
    opened = EgressPolicy(open_addresses=(f"127.0.0.1:{canary.port}",))
    told = outcome(door, "127.0.0.1", canary.port, opened, tmp_path)
    end = time.monotonic() + 5
    while not canary.connections and door != "the guard itself" and time.monotonic() < end:
        time.sleep(0.01)
    assert canary.connections >= 1 or door == "the guard itself"
    assert told != "refused" or door in ("sftp", "http")


@every_door
def test_the_platforms_own_ports_are_closed_whatever_the_list_says(
    door: str, canary: Canary, tmp_path: Path
) -> None:
    own = f"10.20.30.40:{canary.port}"
    policy = EgressPolicy(allow=(*EVERYTHING, f"inside.test:{canary.port}"), denied=(own,))
    inside = EgressPolicy(policy.allow, denied=policy.denied, resolver=answering("10.20.30.40"))
    for host in ("10.20.30.40", "inside.test", "::ffff:10.20.30.40", "::ffff:a14:1e28"):
        assert outcome(door, host, canary.port, inside, tmp_path) == "refused"
    assert canary.connections == 0


@every_door
def test_a_name_that_turns_to_loopback_after_it_was_allowed(
    door: str, canary: Canary, tmp_path: Path
) -> None:
    """The first answer lies in a network for documentation, where nobody answers."""
    resolver = answering("192.0.2.1", "127.0.0.1")
    allow = ("192.0.2.0/24", "http://192.0.2.0/24")
    policy = EgressPolicy(allow=allow, resolver=resolver)
    assert resolve("rebind.test", canary.port, policy) == ["192.0.2.1"]
    assert outcome(door, "rebind.test", canary.port, policy, tmp_path) == "refused"
    assert canary.connections == 0


@every_door
def test_a_name_with_one_bad_address_among_good_ones(
    door: str, canary: Canary, tmp_path: Path
) -> None:
    policy = EgressPolicy(allow=EVERYTHING, resolver=answering(["192.0.2.1", "127.0.0.1"]))
    assert outcome(door, "mixed.test", canary.port, policy, tmp_path) == "refused"
    assert canary.connections == 0


@every_door
def test_without_a_list_nothing_is_reachable(door: str, canary: Canary, tmp_path: Path) -> None:
    policy = EgressPolicy(resolver=answering("192.0.2.1"))
    for host in ("192.0.2.1", "any.test", "127.0.0.1", "8.8.8.8", "2001:db8::1"):
        assert outcome(door, host, canary.port, policy, tmp_path) == "refused"
    assert canary.connections == 0


@every_door
def test_proxies_of_the_environment_are_not_asked(
    door: str, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = f"http://127.0.0.1:{canary.port}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PGHOSTADDR", "PGHOST"):
        monkeypatch.setenv(name, "127.0.0.1" if name.startswith("PG") else proxy)
        monkeypatch.setenv(name.lower(), proxy)
    policy = EgressPolicy(resolver=answering("192.0.2.1"))
    assert outcome(door, "any.test", canary.port, policy, tmp_path) == "refused"
    assert canary.connections == 0


class Away(BaseHTTPRequestHandler):
    """Sends every request elsewhere, with the status that its path begins with."""

    to = ""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:4]) if self.path[1:4].isdecimal() else 307)
        self.send_header("Location", self.to)
        self.send_header("x-amz-bucket-region", "elsewhere-1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815
    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def away(canary: Canary) -> Iterator[str]:
    """The address of a permitted server that sends to the canary."""
    handler = type("Handler", (Away,), {"to": f"http://127.0.0.1:{canary.port}/"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_leads_nowhere(status: int, method: str, away: str, canary: Canary) -> None:
    client = http_client(EgressPolicy(open_addresses=(away,)), 2)
    assert client.request(method, f"http://{away}/{status}").status_code == status
    assert canary.connections == 0


@pytest.mark.parametrize(
    ("kind", "status"),
    [("http", 301), ("http", 302), ("http", 307), ("http", 308), ("s3", 301), ("s3", 307)],
)
def test_a_redirect_leads_no_source_away(
    kind: str, status: int, away: str, canary: Canary, tmp_path: Path
) -> None:
    options = {
        "http": {"url": f"http://{away}/{status}"},
        "s3": {"endpoint": f"http://{away}", "bucket": str(status)},
    }[kind]
    with pytest.raises(DataplaneError):
        source(kind, options, EgressPolicy(open_addresses=(away,)), tmp_path)
    assert canary.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/passwd",
        "sqlite:///:memory:",
        "sqlite://",
        "postgresql+psycopg2:///d?host=127.0.0.1",
        "postgresql+psycopg2://u@/d?host=/var/run/postgresql",
        "postgresql+psycopg2://u@good.test/d?service=x",
        "postgresql+psycopg2://u@good.test/d?passfile=/etc/passwd",
        "mysql+pymysql://u@good.test/d?unix_socket=/run/mysqld.sock",
        "mysql+pymysql://u@good.test/d?read_default_file=/etc/my.cnf",
        "oracle://u@good.test/?wallet_location=/etc",
        "access+pyodbc://u@good.test/d",
        "duckdb:///etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_a_database_address_that_reaches_for_this_machine(
    url: str, canary: Canary, tmp_path: Path
) -> None:
    policy = EgressPolicy(allow=EVERYTHING, resolver=answering("127.0.0.1"))
    with pytest.raises(Terminal):
        source("sql", {"url": url}, policy, tmp_path)
    assert canary.connections == 0


def test_addresses_of_other_departments_are_not_mistaken_for_hostile_ones() -> None:
    policy = EgressPolicy(allow=("10.0.0.0/8", "100.64.0.0/10", "fd00::/8"))
    for host in ("10.1.2.3", "100.64.0.1", "fd12::1"):
        assert resolve(host, 443, policy) == [str(ipaddress.ip_address(host))]

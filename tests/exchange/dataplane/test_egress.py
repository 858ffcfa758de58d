"""Nothing leaves unless the list names it, and some addresses no list can open."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config import env
from exchange.dataplane.addresses import Address, never_allowed, parse_place
from exchange.dataplane.egress import (
    EgressPolicy,
    check_url,
    http_client,
    postgres_connect,
    resolve,
)
from exchange.dataplane.errors import DataplaneError, Terminal, Transient

EVERYTHING = ("0.0.0.0/0", "::/0", "http://0.0.0.0/0", "http://[::/0]", "http://canary.test")


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


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


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


def refused(host: str, port: int, policy: EgressPolicy, *, plain: bool = False) -> str:
    with pytest.raises(Terminal) as refusal:
        resolve(host, port, policy, plain=plain)
    assert refusal.value.code == "egress-denied"
    return refusal.value.detail


# {port} is the canary's; every form but the last group means loopback to some parser.
HOSTILE = [
    "http://127.0.0.1:{port}/", "http://127.0.0.1.:{port}/", "http://127.1:{port}/",
    "http://127.0.1:{port}/", "http://127.255.255.254:{port}/", "http://127.000.000.001:{port}/",
    "http://2130706433:{port}/", "http://2130706433.:{port}/", "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/", "http://0x7f.0x0.0x0.0x1:{port}/", "http://0x7f.1:{port}/",
    "http://0X7F000001:{port}/", "http://017700000001:{port}/", "http://0177.0.0.1:{port}/",
    "http://0177.0.0.01:{port}/", "http://00000177.0.0.1:{port}/", "http://127.0x1:{port}/",
    "http://4294967295:{port}/", "http://6425673729:{port}/", "http://0:{port}/",
    "http://0.0.0.0:{port}/", "http://0.0.0.1:{port}/", "http://0x0:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST:{port}/", "http://localhost.:{port}/",
    "http://[::1]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/", "http://[::ffff:0.0.0.0]:{port}/",
    "http://[::127.0.0.1]:{port}/", "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::a9fe:a9fe]:{port}/", "http://[64:ff9b:1::127.0.0.1]:{port}/",
    "http://[64:ff9b:1:7f00:0:1::]:{port}/", "http://[2002:7f00:1::]:{port}/",
    "http://[2002:7f00:0001::1]:{port}/", "http://[2002:a9fe:a9fe::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/", "http://[2001:0:0:0:0:0:80ff:fffe]:{port}/",
    "http://[fd00::5efe:127.0.0.1]:{port}/", "http://[fd00::200:5efe:7f00:1]:{port}/",
    "http://[fe80::1]:{port}/", "http://[fe80::1%25lo]:{port}/", "http://[febf::1]:{port}/",
    "http://[fec0::1]:{port}/", "http://[ff02::1]:{port}/", "http://[100::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/", "http://[fd20:ce::254]:{port}/",
    "http://169.254.169.254/", "http://169.254.0.23/", "http://2852039166/",
    "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://[::ffff:169.254.169.254]/",
    "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",
    "http://224.0.0.1:{port}/", "http://239.255.255.250:{port}/", "http://240.0.0.1:{port}/",
    "http://255.255.255.255:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/",
    "http://user@127.0.0.1:{port}/", "http://user:word@127.0.0.1:{port}/",
    "http://good.test@127.0.0.1:{port}/", "http://127.0.0.1:{port}@good.test/",
    "http://good.test%40127.0.0.1:{port}/", "http://good.test\\@127.0.0.1:{port}/",
    "http://good.test#@127.0.0.1:{port}/", "http://127%2e0%2e0%2e1:{port}/",
    "http://127.0.0.1%00.good.test:{port}/", "http://127。0。0。1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/", "http://１２７.0.0.1:{port}/", "http://lo‍calhost:{port}/",
    "http:///127.0.0.1:{port}/", "http://:{port}/", "//127.0.0.1:{port}/", "127.0.0.1:{port}",
    "gopher://127.0.0.1:{port}/_PING", "ftp://127.0.0.1:{port}/", "file:///etc/hostname",
    "ws://127.0.0.1:{port}/", "unix:///tmp/socket", "http+unix://%2Ftmp%2Fsocket/",
    "http://canary.test:0/", "http://canary.test:65536/", "http://canary.test:-1/",
    "http://canary.test:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("form", HOSTILE)
def test_no_spelling_of_a_forbidden_place_reaches_the_canary(form: str, canary: Canary) -> None:
    policy = EgressPolicy(allow=EVERYTHING, resolver=answering("127.0.0.1"))
    client = http_client(policy, timeout=2.0)
    with pytest.raises((Terminal, httpx2.InvalidURL, httpx2.UnsupportedProtocol)) as refusal:
        client.get(form.format(port=canary.port))
    if isinstance(refusal.value, Terminal):
        assert refusal.value.code == "egress-denied"
    assert canary.connections == 0


def test_the_hostile_table_is_large_and_the_canary_can_be_reached(canary: Canary) -> None:
    assert len(set(HOSTILE)) >= 60
    policy = EgressPolicy(open_addresses=(f"127.0.0.1:{canary.port}",))
    with pytest.raises(httpx2.HTTPError):
        http_client(policy, timeout=2.0).get(f"http://127.0.0.1:{canary.port}/")
    assert canary.connections == 1


@pytest.mark.parametrize(
    "address",
    ["127.8.8.8", "::1", "fe80::1%eth0", "169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1"],
)
def test_an_address_never_allowed_is_so_in_each_disguise(address: str) -> None:
    assert never_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.1", "100.64.0.1", "2002:a00:1::", "240e::1", "fd00::1"]
)
def test_private_and_public_addresses_are_the_lists_business(address: str) -> None:
    assert not never_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("allow", "host", "port", "answer"),
    [
        ("10.0.0.0/8", "10.1.2.3", 5432, "10.1.2.3"),
        ("10.0.0.0/8:5432", "10.1.2.3", 5432, "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3", 443, "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 443, "10.1.2.3"),
        ("[fd00::/8]:443", "fd12::1", 443, "fd12::1"),
        ("fd00::/8", "fd12::1", 80, "fd12::1"),
        ("data.test", "DATA.test.", 443, "10.9.9.9"),
        ("data.test:443", "data.test", 443, "10.9.9.9"),
        ("10.9.9.9/32", "data.test", 443, "10.9.9.9"),
        ("8.8.8.8", "8.8.8.8", 53, "8.8.8.8"),
    ],
)
def test_an_entry_opens_what_it_names(allow: str, host: str, port: int, answer: str) -> None:
    policy = EgressPolicy(allow=(allow,), resolver=answering("10.9.9.9"))
    assert resolve(host, port, policy) == [answer]


@pytest.mark.parametrize(
    ("allow", "host", "port"),
    [
        ((), "10.1.2.3", 443),
        ((), "8.8.8.8", 443),
        (("10.0.0.0/8:5432",), "10.1.2.3", 5433),
        (("10.0.0.0/8",), "11.0.0.1", 443),
        (("data.test",), "other.test", 443),
        (("data.test",), "sub.data.test", 443),
        (("data.test:443",), "data.test", 444),
        (("::/0",), "10.1.2.3", 443),
        (("::/0",), "64:ff9b::10.1.2.3", 443),
        (("0.0.0.0/0",), "fd00::1", 443),
    ],
)
def test_what_no_entry_names_is_refused(allow: tuple[str, ...], host: str, port: int) -> None:
    policy = EgressPolicy(allow=allow, resolver=answering("10.9.9.9"))
    detail = refused(host, port, policy)
    assert detail.startswith(f"{host}:{port} is not a permitted destination: an administrator")
    assert detail.endswith("can add it to EGRESS_ALLOW.")


def test_a_refusal_names_the_host_and_not_its_addresses() -> None:
    policy = EgressPolicy(resolver=answering(["10.77.1.2", "fd00::77"]))
    detail = refused("inside.test", 443, policy)
    assert "inside.test:443" in detail
    assert "10.77" not in detail
    assert "fd00" not in detail


def test_plain_http_needs_an_entry_of_its_own() -> None:
    sealed = EgressPolicy(allow=("10.0.0.0/8",))
    assert resolve("10.1.2.3", 443, sealed) == ["10.1.2.3"]
    assert "http://" in refused("10.1.2.3", 80, sealed, plain=True)
    opened = EgressPolicy(allow=("10.0.0.0/8", "http://10.1.2.3:80"))
    assert resolve("10.1.2.3", 80, opened, plain=True) == ["10.1.2.3"]
    refused("10.1.2.4", 80, opened, plain=True)
    refused("10.1.2.3", 81, opened, plain=True)


def test_one_forbidden_address_among_many_refuses_the_name() -> None:
    policy = EgressPolicy(allow=("10.0.0.0/8",), resolver=answering(["10.1.1.1", "127.0.0.1"]))
    refused("mixed.test", 443, policy)


def test_an_address_the_list_does_not_open_is_passed_over() -> None:
    policy = EgressPolicy(allow=("10.0.0.0/8",), resolver=answering(["240e::1", "10.1.1.1"]))
    assert resolve("dual.test", 443, policy) == ["10.1.1.1"]


@pytest.mark.parametrize("own", ["10.0.0.5", "10.0.0.0/24", "10.0.0.5:5432", "hub.test", "db.hub"])
def test_the_platforms_own_places_are_refused_by_name_and_by_address(own: str) -> None:
    policy = EgressPolicy(
        allow=("0.0.0.0/0", "hub.test"), denied=(own,), resolver=answering("10.0.0.5")
    )
    refused("hub.test", 5432, policy)
    refused("10.0.0.5", 5432, policy)


def test_a_test_address_is_opened_exactly() -> None:
    policy = EgressPolicy(
        open_addresses=("127.0.0.1:8001",), denied=("127.0.0.1",), resolver=answering("127.0.0.1")
    )
    assert resolve("127.0.0.1", 8001, policy, plain=True) == ["127.0.0.1"]
    refused("127.0.0.1", 8002, policy)
    refused("127.0.0.2", 8001, policy)
    refused("localhost", 8001, policy)


def test_a_name_without_address_is_transient() -> None:
    with pytest.raises(Transient) as failure:
        resolve("no-such-name.invalid", 443, EgressPolicy(allow=("0.0.0.0/0",)))
    assert failure.value.code == "name-unresolved"


@pytest.mark.parametrize(
    "entry",
    ["", "10.0.0.1/8", "*.gov.cn", "0x7f.1", "a b", "host:0", "host:99999", "https://host",
     "http://u@host", "host/path", "[fd00::1]x", "300.1.1.1"],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        EgressPolicy(allow=(entry,))


def test_an_entry_says_what_it_opens() -> None:
    place = parse_place("http://10.0.0.0/8:8080")
    assert (str(place.network), place.port, place.plain) == ("10.0.0.0/8", 8080, True)


@pytest.mark.parametrize(
    "url", ["https://a:b@host.test/", "gopher://host.test/", "https://", "no url", "https://[::1"]
)
def test_a_url_of_bad_form_is_refused_before_any_lookup(url: str) -> None:
    with pytest.raises(Terminal) as refusal:
        check_url(url)
    assert refusal.value.code == "egress-denied"
    assert "a:b" not in refusal.value.detail


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers GET with the Host header; /away redirects to where the server was told."""

    def do_GET(self) -> None:
        away = self.path == "/away"
        self.send_response(302 if away else 200)
        if away:
            self.send_header("Location", self.server.away)
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_checked_address_is_used_and_the_name_is_asked_once_a_request() -> None:
    with receiver() as server:
        port = server.server_port
        resolver = answering("127.0.0.1", "192.0.2.1")
        policy = EgressPolicy(open_addresses=(f"rebind.test:{port}",), resolver=resolver)
        answer = http_client(policy).get(f"http://rebind.test:{port}/")
    assert answer.text == f"rebind.test:{port}"
    assert resolver.asked == ["rebind.test"]


def test_a_name_that_changes_its_answer_is_checked_again(canary: Canary) -> None:
    resolver = answering("192.0.2.1", "127.0.0.1")
    policy = EgressPolicy(allow=("http://192.0.2.0/24",), resolver=resolver)
    client = http_client(policy, timeout=0.2)
    with pytest.raises(httpx2.HTTPError):
        client.get(f"http://rebind.test:{canary.port}/")
    with pytest.raises(Terminal):
        client.get(f"http://rebind.test:{canary.port}/")
    assert resolver.asked == ["rebind.test", "rebind.test"]
    assert canary.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
def test_a_redirect_is_not_followed_and_if_forced_is_refused(host: str, canary: Canary) -> None:
    with receiver() as server:
        server.away = f"http://{host}:{canary.port}/"
        client = http_client(EgressPolicy(open_addresses=(f"127.0.0.1:{server.server_port}",)))
        url = f"http://127.0.0.1:{server.server_port}/away"
        assert client.get(url).status_code == 302
        with pytest.raises(Terminal):
            client.get(url, follow_redirects=True)
    assert canary.connections == 0


def test_cookies_are_not_kept() -> None:
    with receiver() as server:
        client = http_client(EgressPolicy(open_addresses=(f"127.0.0.1:{server.server_port}",)))
        answer = client.get(f"http://127.0.0.1:{server.server_port}/")
    assert answer.headers["set-cookie"] == "a=b"
    assert len(client.cookies.jar) == 0


def test_a_proxy_of_the_environment_is_ignored(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    with receiver() as server:
        client = http_client(EgressPolicy(open_addresses=(f"127.0.0.1:{server.server_port}",)))
        assert client.get(f"http://127.0.0.1:{server.server_port}/").status_code == 200
    assert canary.connections == 0


def test_tls_asks_for_the_name_and_checks_it(tmp_path: Path) -> None:
    context, ca_file = certificate(tmp_path, "secure.test")
    asked: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    with receiver(context) as server:
        port = server.server_port
        policy = EgressPolicy(
            open_addresses=(f"secure.test:{port}", f"other.test:{port}"),
            resolver=answering("127.0.0.1"),
        )
        client = http_client(policy, ca_file=ca_file)
        assert client.get(f"https://secure.test:{port}/").text == f"secure.test:{port}"
        with pytest.raises(httpx2.ConnectError):
            client.get(f"https://other.test:{port}/")
        with pytest.raises(httpx2.ConnectError):
            http_client(policy).get(f"https://secure.test:{port}/")
    assert asked == ["secure.test", "other.test", "secure.test"]


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and the file of the authority that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = folder / "ca.pem", folder / "key.pem"
    ca_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)
    return context, ca_file


DSN = "host=127.0.0.1 user=u password=hidden dbname=d"


@pytest.mark.parametrize(
    ("dsn", "code"),
    [
        ("nonsense hidden", "dsn-refused"),
        ("", "dsn-refused"),
        ("user=u password=hidden dbname=d", "dsn-refused"),
        ("host=127.0.0.1 user=u dbname=d", "dsn-refused"),
        ("host=127.0.0.1,10.0.0.1 user=u password=hidden dbname=d", "dsn-refused"),
        ("postgresql://u:hidden@127.0.0.1:1,10.0.0.1:2/d", "dsn-refused"),
        (f"{DSN} hostaddr=10.0.0.1", "dsn-refused"),
        (f"{DSN} service=mine", "dsn-refused"),
        (f"{DSN} servicefile=/etc/hostname", "dsn-refused"),
        (f"{DSN} passfile=/etc/hostname", "dsn-refused"),
        (f"{DSN} sslrootcert=/etc/hostname", "dsn-refused"),
        (f"{DSN} sslkey=/etc/hostname", "dsn-refused"),
        (f"{DSN} options='-c statement_timeout=0'", "dsn-refused"),
        (f"{DSN} replication=database", "dsn-refused"),
        (f"{DSN} port=1,2", "dsn-refused"),
        ("host=/var/run/postgresql user=u password=hidden dbname=d", "egress-denied"),
        ("host=@abstract user=u password=hidden dbname=d", "egress-denied"),
        ("postgresql://u:hidden@%2Fvar%2Frun/d", "egress-denied"),
        (DSN, "egress-denied"),
        (DSN.replace("127.0.0.1", "localhost"), "egress-denied"),
        (DSN.replace("127.0.0.1", "2130706433"), "egress-denied"),
        (DSN.replace("127.0.0.1", "::ffff:127.0.0.1"), "egress-denied"),
        (f"{DSN} port=0", "egress-denied"),
        (f"{DSN} port=70000", "egress-denied"),
    ],
)
def test_a_dsn_that_reaches_for_more_is_refused(dsn: str, code: str) -> None:
    with pytest.raises(Terminal) as refusal:
        postgres_connect(dsn, EgressPolicy(allow=EVERYTHING))
    assert refusal.value.code == code
    assert "hidden" not in str(refusal.value)


def owner_parts() -> tuple[str, EgressPolicy, int]:
    """The test server's DSN under the name db.test, and a policy that opens it."""
    url = urlsplit(env.text("DATABASE_OWNER_URL"))
    dsn = (
        f"host=db.test port={url.port} user={url.username} password={url.password}"
        f" dbname={url.path[1:]}"
    )
    policy = EgressPolicy(
        open_addresses=(f"db.test:{url.port}",), resolver=answering("127.0.0.1", "192.0.2.1")
    )
    return dsn, policy, url.port or 0


def test_a_database_is_reached_at_the_checked_address_within_limits() -> None:
    dsn, policy, _ = owner_parts()
    connection = postgres_connect(dsn, policy, statement_seconds=7, lock_seconds=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('application_name'), host(inet_server_addr())"
        )
        assert cursor.fetchone() == ("7s", "3s", "shuqiao", "127.0.0.1")
    connection.close()
    assert policy.resolver.asked == ["db.test"]


def test_a_refused_login_is_terminal_and_silence_is_transient(canary: Canary) -> None:
    dsn, policy, port = owner_parts()
    outcomes: list[DataplaneError] = []
    for text, rule in (
        (dsn.replace("password=", "password=not"), policy),
        (dsn.replace(str(port), str(canary.port)), EgressPolicy(
            open_addresses=(f"db.test:{canary.port}",), resolver=answering("127.0.0.1")
        )),
    ):  # fmt: skip
        with pytest.raises(DataplaneError) as failure:
            postgres_connect(text, rule)
        outcomes.append(failure.value)
        assert failure.value.__suppress_context__
        assert "password" not in str(failure.value)
    assert [type(each) for each in outcomes] == [Terminal, Transient]
    assert [each.code for each in outcomes] == ["login-refused", "connection-failed"]
    assert canary.connections == 1

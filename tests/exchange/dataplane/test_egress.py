"""Nothing leaves unless the list names it, and some addresses no list can open."""

from __future__ import annotations

import http.server
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
from exchange.dataplane.egress import (
    EgressPolicy,
    http_client,
    postgres_connect,
)
from exchange.dataplane.errors import DataplaneError, Terminal, Transient
from tests.exchange.dataplane.canary import Canary, answering

EVERYTHING = ("0.0.0.0/0", "::/0", "http://0.0.0.0/0", "http://[::/0]", "http://canary.test")


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

"""The one door to the outside: guarded clients for HTTP and PostgreSQL.

Every address is checked when it is connected to, so that a name which changes its answer between
check and use gains nothing. ``egress_policy`` says what is permitted and how the list is written.
"""

import ssl
import threading
import time
from collections.abc import Iterable
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import psycopg2
from psycopg2 import extensions

from exchange.dataplane.egress_policy import EgressPolicy, check_url, resolve
from exchange.dataplane.egress_pools import Pools
from exchange.dataplane.errors import Terminal, Transient

__all__ = ["EgressPolicy", "check_url", "http_client", "postgres_connect", "resolve"]

CONNECT_SECONDS = 5
# A kept connection that lies idle for longer is closed before its peer does it.
KEEP_SECONDS = 2.0
KEEP_EACH = 4
WRITE_BYTES = 16 * 1024

# Everything else a DSN can say reads a file, an environment or a socket of this machine, or
# replaces what is set below.
_DSN_ACCEPTED = {"host", "port", "user", "password", "dbname", "sslmode", "channel_binding"}
_DSN_REPLACED = {"application_name", "connect_timeout", "client_encoding"}
_LOGIN_REFUSED = ("authentication failed", "pg_hba.conf", "does not exist", "is not permitted")


def http_client(
    policy: EgressPolicy, timeout: float = 10.0, *, ca_file: Path | None = None, keep: int = 0
) -> httpx2.Client:
    """A client that can reach only what ``policy`` permits, with no proxy and no redirects.

    ``timeout`` is the whole time of one request in seconds, from connecting to the last byte, so
    a peer that trickles cannot hold the caller. ``ca_file`` replaces the usual certificate
    authorities. Connections to ``keep`` places are kept for their next requests, for a client that
    lives no longer than the policy should; without it every request connects and is checked
    anew. A refusal raises Terminal.
    """
    context = ssl.create_default_context(cafile=str(ca_file)) if ca_file else _default_context()
    return httpx2.Client(
        transport=_GuardedTransport(policy, timeout, context, plain=False, keep=keep),
        mounts={"http://": _GuardedTransport(policy, timeout, context, plain=True, keep=keep)},
        trust_env=False,
        follow_redirects=False,
        timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        headers={"User-Agent": "shuqiao"},
        # Cookies would pile up in a client that lives long.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


@cache
def _default_context() -> ssl.SSLContext:
    """Read once: the authorities of a whole system take longer to load than most calls last."""
    return httpx2.create_ssl_context(trust_env=False)


def postgres_connect(
    dsn: str,
    policy: EgressPolicy,
    *,
    statement_seconds: int = 900,
    lock_seconds: int = 10,
    ca_file: Path | None = None,
) -> extensions.connection:
    """A connection to the one host a DSN names, at a checked address; the name stays for TLS.

    The DSN must give host, user, password and dbname and may give port, sslmode and
    channel_binding; anything else is Terminal ``dsn-refused``. A refused destination is Terminal
    ``egress-denied``, a refused login Terminal ``login-refused``, an unreachable server Transient
    ``connection-failed``. No error repeats a part of the DSN other than host and port.
    """
    wanted = _read_dsn(dsn)
    host, port = wanted["host"], wanted["port"]
    addresses = resolve(host, int(port), policy)
    limits = f"-c statement_timeout={statement_seconds}s -c lock_timeout={lock_seconds}s"
    try:
        return psycopg2.connect(
            **{
                **wanted,
                "host": ",".join([host] * len(addresses)),
                "hostaddr": ",".join(addresses),
            },
            connect_timeout=CONNECT_SECONDS,
            options=f"{limits} -c idle_in_transaction_session_timeout={statement_seconds}s",
            application_name="shuqiao",
            client_encoding="UTF8",
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=60_000,
            # The hub's own key files and tickets are for nobody else.
            sslcertmode="disable",
            gssencmode="disable",
            passfile="/dev/null",
            **({"sslrootcert": str(ca_file)} if ca_file else {}),
        )
    except psycopg2.OperationalError as error:
        raise _connect_error(str(error), host, port) from None


def _read_dsn(dsn: str) -> dict[str, str]:
    """The accepted parts of a DSN, port filled in; never falls back on the process environment."""
    try:
        parts = dict(extensions.parse_dsn(dsn))
    except (psycopg2.Error, UnicodeError, TypeError):
        raise Terminal("dsn-refused", "The DSN cannot be read.") from None
    kept = {name: str(value) for name, value in parts.items() if name not in _DSN_REPLACED}
    foreign = sorted(set(kept) - _DSN_ACCEPTED)
    if foreign:
        raise Terminal("dsn-refused", f"The DSN must not set {', '.join(foreign)}.")
    missing = [name for name in ("host", "user", "password", "dbname") if not kept.get(name)]
    if missing:
        raise Terminal("dsn-refused", f"The DSN must give {', '.join(missing)}.")
    kept.setdefault("port", "5432")
    if "," in kept["host"] or not kept["port"].isdecimal():
        raise Terminal("dsn-refused", "The DSN must name one host and one port.")
    if kept["host"].startswith(("/", "@")):
        raise Terminal("egress-denied", "Unix sockets are never a permitted destination.")
    return kept


def _connect_error(message: str, host: str, port: str) -> Terminal | Transient:
    if any(mark in message for mark in _LOGIN_REFUSED):
        return Terminal("login-refused", f"{host}:{port} refused the login or the database name.")
    return Transient("connection-failed", f"{host}:{port} could not be reached.")


class _Clock(threading.local):
    """When the request of this thread must be over, by the monotonic clock."""

    at = 0.0


class _GuardedTransport(httpx2.HTTPTransport):
    """The only place that touches httpx2's private ``_pool``: its connections pass the guard."""

    def __init__(
        self,
        policy: EgressPolicy,
        timeout: float,
        context: ssl.SSLContext,
        *,
        plain: bool,
        keep: int,
    ) -> None:
        super().__init__(verify=context, trust_env=False)
        self._timeout, self._clock = timeout, _Clock()
        backend = _GuardedBackend(policy, self._clock, plain)

        def pool() -> httpcore2.ConnectionPool:
            return httpcore2.ConnectionPool(
                ssl_context=context,
                # Every thread of the caller may hold one.
                max_connections=None,
                max_keepalive_connections=KEEP_EACH if keep else 0,
                keepalive_expiry=KEEP_SECONDS,
                network_backend=backend,
            )

        # With none kept one pool serves all places, which costs nothing while nothing is idle.
        self._pool = Pools(pool, keep) if keep else pool()  # type: ignore[assignment]

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        check_url(request.url)
        self._clock.at = time.monotonic() + self._timeout
        return super().handle_request(request)


class _GuardedBackend(httpcore2.SyncBackend):
    """Connects to checked addresses only; the name stays in the Host header and in TLS."""

    def __init__(self, policy: EgressPolicy, clock: _Clock, plain: bool) -> None:
        self._policy = policy
        self._clock = clock
        self._plain = plain

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = resolve(host, port, self._policy, plain=self._plain)
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            limit = _remaining(self._clock.at, timeout, httpcore2.ConnectTimeout)
            try:
                stream = super().connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._clock)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise Terminal("egress-denied", "Unix sockets are never a permitted destination.")


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream whose reads and writes for one request together end at one moment."""

    def __init__(self, stream: httpcore2.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = _remaining(self._clock.at, timeout, httpcore2.ReadTimeout)
        return self._stream.read(max_bytes, limit)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_BYTES):
            limit = _remaining(self._clock.at, timeout, httpcore2.WriteTimeout)
            self._stream.write(buffer[start : start + WRITE_BYTES], limit)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        limit = _remaining(self._clock.at, timeout, httpcore2.ConnectTimeout)
        secured = self._stream.start_tls(ssl_context, server_hostname, limit)
        return _DeadlineStream(secured, self._clock)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None, expired: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise expired("the time for the whole request has passed")
    return left if timeout is None else min(left, timeout)

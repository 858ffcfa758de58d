"""One call of a provider's HTTP interface: bounded in time and size, never redirected.

What the provider says when it fails is read by nobody: an error names a status and no word more,
because its text may hold what the caller was not granted.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
import orjson

from exchange.dataplane.egress import check_url
from exchange.dataplane.errors import Terminal, Transient

FAILED, REFUSED, TIMEOUT = "provider-failed", "provider-refused", "provider-timeout"
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Asked:
    """A request: parameters of the address, members of a JSON body (POST), headers (ASCII)."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, object] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Answer:
    """A 2xx answer, and how long it took."""

    status: int
    body: bytes = field(repr=False)
    duration_ms: int


def ask(asked: Asked, client: httpx2.Client, *, most_bytes: int = MOST_BYTES) -> Answer:
    """The provider's 2xx answer; the client's timeout bounds the whole call.

    Transient ``provider-timeout`` or ``provider-failed`` (no connection, broken answer, 5xx);
    Terminal ``provider-refused`` (4xx), ``provider-failed`` (a redirect, too many bytes,
    compressed though not asked for), or ``egress-denied``.
    """
    began = time.monotonic()
    try:
        status, body = _send(asked, client, most_bytes)
    except httpx2.TimeoutException:
        raise Transient(TIMEOUT, "it did not answer in time") from None
    except httpx2.NetworkError as error:
        raise Transient(FAILED, _why(error)) from None
    except httpx2.HTTPError:
        raise Transient(FAILED, "its answer is no valid HTTP") from None
    return Answer(status, body, round((time.monotonic() - began) * 1000))


def _send(asked: Asked, client: httpx2.Client, most_bytes: int) -> tuple[int, bytes]:
    url = check_url(asked.url)
    if asked.query:
        url = url.copy_merge_params(dict(asked.query))
    headers = {"accept": "application/json", "accept-encoding": "identity", **asked.headers}
    content = None
    if asked.method == "POST":
        content = orjson.dumps(dict(asked.body))
        headers["content-type"] = "application/json"
    with client.stream(asked.method, url, content=content, headers=headers) as response:
        _check(response)
        return response.status_code, _read(response, most_bytes)


def _check(response: httpx2.Response) -> None:
    status = response.status_code
    if status >= 500:
        raise Transient(FAILED, f"it answered with status {status}")
    if status >= 400:
        raise Terminal(REFUSED, f"it answered with status {status}")
    if not 200 <= status < 300:
        raise Terminal(FAILED, f"it answered with status {status}; redirects are not followed")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Terminal(FAILED, "it answered compressed, which was not asked for")


def _read(response: httpx2.Response, most_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > most_bytes:
            raise Terminal(FAILED, f"it answered with more than {most_bytes} bytes")
    return bytes(body)


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "TLS failed; see its certificate"
        cause = cause.__cause__ or cause.__context__
    return "the connection failed"

"""Webhooks in the form of the Standard Webhooks specification: thin, signed, sent once per call.

Delivery is at least once: a receiver tells repeats by ``webhook-id``, which stays the same over
all attempts, while ``webhook-timestamp`` and the signatures are made anew for each.
"""

import base64
import secrets as random
import ssl
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import orjson
from standardwebhooks.webhooks import Webhook

from exchange.dataplane.egress import check_url
from exchange.dataplane.errors import Terminal, Transient

MINUTE, HOUR, DAY = 60, 3600, 86_400
# The schedule of the Standard Webhooks specification: ten attempts over about three days.
SCHEDULE = (
    0,
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
JITTER = 0.1
ANSWER_BYTES = 64 * 1024
EXCERPT_CHARACTERS = 1000


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended.

    ``error`` is empty or a code: ``status-<n>``, ``redirected``, ``gone``, ``timeout``,
    ``connection``, ``tls``, ``protocol``, or the code of a refusal such as ``egress-denied``.
    ``gone``: the receiver wants no more (410). ``terminal``: another attempt cannot succeed
    before somebody changes something. ``retry_after`` is the receiver's wish in seconds, at most
    a day. ``excerpt`` is the beginning of its answer.
    """

    ok: bool
    status: int | None = None
    error: str = ""
    detail: str = ""
    retry_after: int | None = None
    gone: bool = False
    terminal: bool = False
    duration_ms: int = 0
    excerpt: str = ""


def new_secret() -> str:
    """A new signing secret of 256 bits, as receivers' libraries expect it."""
    return "whsec_" + base64.b64encode(random.token_bytes(32)).decode()


def retry_delay(attempt: int, jitter: float) -> float | None:
    """Seconds to wait when ``attempt`` attempts have been made, None when that was the last.

    ``jitter`` from -1 to 1 moves the wait by up to a tenth, so that receivers which failed
    together are not all called again together.
    """
    if attempt >= len(SCHEDULE):
        return None
    return SCHEDULE[attempt] * (1 + JITTER * jitter)


def sign(body: bytes, message_id: str, secrets: list[str], at: datetime) -> dict[str, str]:
    """The three Standard Webhooks headers; one signature per secret, so secrets can be rotated."""
    text = body.decode()
    signatures = [Webhook(secret).sign(message_id, at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send(
    url: str, event: dict[str, object], message_id: str, secrets: list[str], client: httpx2.Client
) -> Outcome:
    """Send one event once; whatever the other side does ends in an Outcome, never an exception.

    The client's timeout bounds the whole attempt. A 2xx status is success even if the answer's
    body then breaks off: the receiver has said that it took the event.
    """
    began = time.monotonic()
    try:
        outcome = _attempt(url, event, message_id, secrets, client)
    except Terminal as error:
        outcome = Outcome(False, error=error.code, detail=error.detail, terminal=True)
    except Transient as error:
        outcome = Outcome(False, error=error.code, detail=error.detail)
    except httpx2.TimeoutException:
        outcome = Outcome(False, error="timeout", detail="No answer in time.")
    except httpx2.NetworkError as error:
        outcome = _broken(error)
    except httpx2.HTTPError:
        outcome = Outcome(False, error="protocol", detail="The answer is no valid HTTP.")
    return replace(outcome, duration_ms=round((time.monotonic() - began) * 1000))


def _broken(error: BaseException) -> Outcome:
    """A failed connection; a certificate or handshake among its causes is named as such."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Outcome(False, error="tls", detail="TLS failed; see the certificate.")
        cause = cause.__cause__ or cause.__context__
    return Outcome(False, error="connection", detail="The connection failed.")


def _attempt(
    url: str, event: dict[str, object], message_id: str, secrets: list[str], client: httpx2.Client
) -> Outcome:
    body = orjson.dumps(event)
    headers = {
        "content-type": "application/json",
        "accept-encoding": "identity",
        **sign(body, message_id, secrets, datetime.now(UTC)),
    }
    with client.stream("POST", check_url(url), content=body, headers=headers) as response:
        excerpt = _read_answer(response)
    return _judge(response, excerpt)


def _read_answer(response: httpx2.Response) -> str:
    """The answer's beginning as text; stops at ANSWER_BYTES and where the answer breaks off."""
    answer = bytearray()
    try:
        # Raw: a compressed answer could unpack to any size.
        for chunk in response.iter_raw():
            answer += chunk
            if len(answer) >= ANSWER_BYTES:
                break
    except httpx2.HTTPError:
        pass
    text = bytes(answer[: 4 * EXCERPT_CHARACTERS]).decode(errors="replace")
    return "".join(c if c.isprintable() else " " for c in text[:EXCERPT_CHARACTERS])


def _judge(response: httpx2.Response, excerpt: str) -> Outcome:
    status = response.status_code
    if 200 <= status < 300:
        return Outcome(True, status, excerpt=excerpt)
    wait = None
    if status in (429, 503):
        wait = read_retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
    if status == 410:
        return Outcome(False, status, "gone", gone=True, terminal=True, excerpt=excerpt)
    error = "redirected" if 300 <= status < 400 else f"status-{status}"
    return Outcome(False, status, error, retry_after=wait, excerpt=excerpt)


def read_retry_after(header: str, now: datetime) -> int | None:
    """Seconds from a Retry-After header, a number or a date, 0 to a day; None if unreadable."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return DAY if len(text) > 9 else min(int(text), DAY)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(round((at - now).total_seconds()), 0), DAY)

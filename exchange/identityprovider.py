"""The way to the identity provider, through the guard that everything outbound passes."""

import json
from typing import Any

import httpx2

from exchange.dataplane.egress import http_client
from exchange.dataplane.errors import DataplaneError
from exchange.destinations import egress_policy
from kernel.errors import PeerFailed, PeerTimeout

_SECONDS = 10.0
_MOST_BYTES = 256 * 1024


def ask_provider(
    method: str,
    address: str,
    *,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    login: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object that the address answers; PeerFailed or PeerTimeout where it does not."""
    how: dict[str, Any] = {"data": form, "headers": headers, "auth": login}
    try:
        with (
            http_client(egress_policy(), _SECONDS) as client,
            client.stream(method, address, **how) as answer,
        ):
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise PeerFailed("the identity provider answers more than it should")
    except httpx2.TimeoutException as late:
        raise PeerTimeout("the identity provider does not answer") from late
    except (httpx2.HTTPError, DataplaneError) as fault:
        raise PeerFailed("the identity provider cannot be reached") from fault
    if answer.status_code != 200:
        raise PeerFailed("the identity provider refused", status=answer.status_code)
    try:
        told = json.loads(body)
    except ValueError as unreadable:
        raise PeerFailed("the identity provider does not answer JSON") from unreadable
    if not isinstance(told, dict):
        raise PeerFailed("the identity provider does not answer an object")
    return told

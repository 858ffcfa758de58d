"""Asking a provider: which headers the hub shows itself with, and what its failures mean."""

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from exchange import gateways
from exchange.calls import Call
from exchange.dataplane import egress
from exchange.dataplane.errors import DataplaneError, Terminal
from exchange.dataplane.provider_calls import FAILED, REFUSED, TIMEOUT, Answer, Asked, ask
from exchange.destinations import egress_policy
from exchange.interface_errors import (
    InterfaceUnreachable,
    ProviderFailed,
    ProviderRefused,
    ProviderTimeout,
)
from exchange.models import ServiceInterface
from kernel.errors import DomainError
from kernel.requests import current_request_id
from kernel.sealing import seal, unseal

# A working secret is fetched anew so long before it ends, and kept so long if no end is told.
EARLY_MS, KEPT_MS = 60_000, 3_600_000


def ask_provider(
    interface: ServiceInterface, query: dict[str, str], body: dict[str, Any], call: Call
) -> Answer:
    """One call; ProviderTimeout, ProviderFailed, ProviderRefused or InterfaceUnreachable.

    The provider is told purpose, end user and reason as the caller stated them.
    """
    with egress.http_client(egress_policy(), interface.timeout_ms / 1000) as client:
        try:
            headers = {**_told(call), **_shown(interface, client)}
            return ask(Asked(interface.method, interface.url, query, body, headers), client)
        except DataplaneError as fault:
            raise translate(fault) from fault


def translate(fault: DataplaneError) -> DomainError:
    """The refusal that says the same, and at whom the fault is."""
    if fault.code == TIMEOUT:
        return ProviderTimeout(fault.detail)
    if fault.code == REFUSED:
        return ProviderRefused(fault.detail)
    if fault.code == "egress-denied":
        return InterfaceUnreachable("ask the operator; its address is not on the list")
    return ProviderFailed(fault.detail, reason=fault.code)


def _told(call: Call) -> dict[str, str]:
    said = {"X-Purpose": call.purpose, "X-End-User": call.end_user, "X-Reason": call.reason}
    made = {name: quote(value, safe=" ") for name, value in said.items() if value}
    return {**made, "X-Request-Id": current_request_id()} if current_request_id() else made


def sealed_secret(secret: str) -> str:
    """A provider's secret as the row keeps it; empty for none."""
    return seal(json.dumps({"secret": secret})) if secret else ""


def _shown(interface: ServiceInterface, client: Any) -> dict[str, str]:
    """The headers with which the hub shows itself."""
    auth, kind = interface.auth, interface.auth.get("kind", "none")
    if kind == "none":
        return {}
    held = json.loads(unseal(interface.sealed))
    secret = held["secret"]
    if kind == "header":
        return {auth["name"]: secret}
    if kind == "basic":
        pair = base64.b64encode(f"{auth['user']}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    if kind == "gateway-provincial":
        return gateways.provincial_headers(secret, auth["requester"])
    if auth.get("refresh_url"):
        secret = _working_secret(interface, held, client)
    return gateways.national_headers(secret, auth["requester"], auth["service"])


def _working_secret(interface: ServiceInterface, held: dict[str, Any], client: Any) -> str:
    """The secret that the gateway gave for the authorisation key, fetched when it has run out."""
    if held.get("ends_at", 0) - EARLY_MS > gateways.now_ms():
        return str(held["working"])
    auth, key = interface.auth, held["secret"]
    headers = gateways.national_headers(key, auth["requester"], auth["service"])
    answer = ask(Asked("POST", auth["refresh_url"], {}, dict(headers), headers), client)
    try:
        told = orjson.loads(answer.body)
        if str(told["code"]) != "0":
            raise Terminal(REFUSED, "its gateway gave no secret")
        working = gateways.unwrap(told["data"]["secret"], key)
        ends_at = _millis(told["data"].get("secretEndTime"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Terminal(FAILED, "its gateway's answer holds no secret") from None
    found = {"secret": key, "working": working, "ends_at": ends_at}
    # Without a new version: nothing that anybody wrote has changed.
    rows = ServiceInterface.objects.filter(pk=interface.pk, sealed=interface.sealed)
    rows.update(sealed=seal(json.dumps(found)))
    return working


def _millis(told: Any) -> int:
    """The end of a secret in milliseconds, as a number or as a time of China."""
    if told in (None, ""):
        return gateways.now_ms() + KEPT_MS
    if str(told).isdigit():
        return int(told)
    at = datetime.strptime(str(told), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    return int(at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).timestamp() * 1000)

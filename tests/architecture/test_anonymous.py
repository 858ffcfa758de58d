"""Nobody gets in by any method of any address, but by the few that are for everybody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve
from rest_framework.test import APIClient

from accounts.models import AuditEvent
from tests.architecture.endpoints import PREFIX, endpoints
from tests.architecture.pages import pages
from tests.architecture.test_authorisation_matrix import OPEN
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
FOREIGN = "https://elsewhere.example"
# Pages that everybody may read: the entrance, and what is open to the public.
ENTRANCE = {"sign-in-page", "sign-out-page"}
PUBLIC = {
    *("open-list", "open-entry", "open-entry-file", "open-data-file", "open-catalog"),
    *("open-data-json", "open-sitemap", "open-feedback"),
}
# Addresses beside the API and the portal, each with its own way of knowing the caller.
BESIDE = {
    *(
        "healthz",
        "readyz",
        "openapi",
        "api-docs",
        "problems",
        "language",
        "oauth-metadata",
        "evidence-keys",
    ),
    # By a token of the collector's; by the signature of a gateway, where that mode is on.
    *("metrics", "gateway-refresh", "gateway-proxy", "gateway-proxy-named"),
}


def somewhere(route: str) -> str:
    """The route with ids that nothing has; with numbers where only they lead somewhere."""
    address = _filled(route, str(uuid4()))
    try:
        resolve(address)
    except Resolver404:
        return _filled(route, "1")
    return address


def _filled(route: str, last: str) -> str:
    first, _, rest = route.partition(">")
    told = re.sub("<int:[^>]*$", "1", first)
    told = re.sub("<[^>]*$", str(uuid4()) if rest.count("<") else last, told)
    return "/" + told + re.sub("<(int:)?[^>]*>", lambda m: "1" if m[1] else last, rest)


def served() -> dict[str, dict[str, str]]:
    """By route of the API: the methods that it serves, each with its endpoint's name."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for endpoint in endpoints():
        found[endpoint.route][endpoint.method] = endpoint.name
        if endpoint.method == "get":
            found[endpoint.route]["head"] = endpoint.name
    return found


def asked(client: Any, method: str, address: str) -> Any:
    """The answer to a script of another site; it never says that the site may read it."""
    told = {"HTTP_ORIGIN": FOREIGN, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    answer = getattr(client, method)(address, **told)
    assert [name for name in answer.headers if name.startswith("Access-Control-")] == []
    return answer


def test_every_method_of_every_address_of_the_api_wants_a_key() -> None:
    nobody, wrong = APIClient(), []
    for route, methods in served().items():
        for method in METHODS:
            answer = asked(nobody, method, somewhere(route))
            if methods.get(method) in OPEN:
                continue
            is_open = any(name in OPEN for name in methods.values())
            due = (405, 200) if is_open and method not in methods else (401,)
            if answer.status_code not in due:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert wrong == []
    assert not AuditEvent.objects.exists()


def test_a_method_that_an_address_does_not_have_is_refused_to_everybody() -> None:
    steward, wrong = APIClient(), []
    # Who it is was asked above.
    steward.force_authenticate(actor_for(member_with(("steward",), None)))
    entries = AuditEvent.objects.count()
    for route, methods in served().items():
        for method in METHODS:
            if method in methods:
                continue
            answer = asked(steward, method, somewhere(route))
            if answer.status_code != 405:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert wrong == []
    assert AuditEvent.objects.count() == entries


def test_every_page_leads_nobody_but_to_the_entrance() -> None:
    nobody, wrong = Client(), []
    for name, route in pages():
        if name in PUBLIC | ENTRANCE:
            continue
        for method in ("get", "post"):
            answer = asked(nobody, method, somewhere(route))
            is_sent = answer.get("Location", "").startswith("/sign-in")
            if not is_sent and answer.status_code not in (403, 405):
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert wrong == []
    assert not AuditEvent.objects.exists()


def test_there_are_no_other_addresses() -> None:
    assert {name for name, _ in _addresses(get_resolver().url_patterns, "")} == BESIDE


def _addresses(patterns: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _addresses(pattern.url_patterns, route)
        elif not route.startswith(PREFIX) and ".portal." not in pattern.callback.__module__:
            yield str(pattern.name), route

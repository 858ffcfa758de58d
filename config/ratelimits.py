"""Which address belongs to which class of endpoints, and how often each may be called: by one key
or person, and from one network address."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.actor import Actor
from accounts.admission import client_address
from kernel.errors import RateLimited
from kernel.problems import answer, refusal
from kernel.ratelimits import Limit, Standing, take
from kernel.texts import Text

CLASSES = ("lookups", "reads", "publications", "sign-ins", "other")
# Addresses by name; every other GET is a read, and the rest is other.
_BY_NAME = {
    **dict.fromkeys(
        ("dataset-lookup", "dataset-verify", "interface-call", "gateway-proxy"), "lookups"
    ),
    "gateway-proxy-named": "lookups",
    "gateway-refresh": "sign-ins",
}
_BY_NAME_WHEN_SENT = {
    **dict.fromkeys(
        ("batch-list", "upload-list", "upload-detail", "upload-finish", "signal"), "publications"
    ),
    **dict.fromkeys(("sign-in", "sign-in-page", "oauth-token", "oauth-introspect"), "sign-ins"),
}
_UNLIMITED = {"healthz", "readyz", "metrics"}


def class_of(name: str, method: str) -> str:
    """The class of an endpoint; empty for those that are never limited."""
    if name in _UNLIMITED:
        return ""
    if method in ("GET", "HEAD", "OPTIONS") and name not in _BY_NAME:
        return "reads"
    return _BY_NAME.get(name) or _BY_NAME_WHEN_SENT.get(name) or "other"


def limits_of(told: Iterable[str], suffix: str = "") -> dict[str, Limit]:
    """Limits by class from words like ``lookups=6000/60``; ImproperlyConfigured for others."""
    found = {}
    for word in told:
        name, _, rate = word.partition("=")
        most, _, seconds = rate.partition("/")
        if name not in CLASSES or not most.isdigit() or not seconds.isdigit():
            names = ", ".join(CLASSES)
            raise ImproperlyConfigured(f"{word!r} is no limit such as reads=6000/60, of: {names}.")
        found[name] = Limit(name + suffix, max(1, int(most)), max(1, int(seconds)))
    return found


class RateLimitMiddleware:
    """Counts each call for its network address before anything is done for it, and tells in the
    headers RateLimit and RateLimit-Policy how the caller stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.limits = limits_of(settings.RATE_LIMITS_ADDRESS, "-address")
        if not self.limits and not settings.RATE_LIMITS:
            raise MiddlewareNotUsed()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        standings: list[Standing] = []
        request.standings = standings  # type: ignore[attr-defined]
        response = self.get_response(request)
        if standings:
            response.headers["RateLimit-Policy"] = ", ".join(s.limit.policy for s in standings)
            response.headers["RateLimit"] = ", ".join(s.told for s in standings)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The refusal where the address calls too often."""
        match = request.resolver_match
        name = class_of((match and match.url_name) or "", request.method or "")
        request.rate_class = name  # type: ignore[attr-defined]
        limit = self.limits.get(name)
        if limit is None:
            return None
        try:
            _count(request, limit, client_address(request))
        except RateLimited as refused:
            return answer(refusal(refused), request)
        return None


class CallerLimit(BaseThrottle):
    """Counts each call of the API for the key or the person that makes it."""

    limits = limits_of(settings.RATE_LIMITS)

    def allow_request(self, request: Request, view: Any) -> bool:
        """RateLimited where it calls too often."""
        call: Any = request._request
        limit = self.limits.get(getattr(call, "rate_class", ""))
        actor = request.user
        if limit is not None and isinstance(actor, Actor) and actor.is_authenticated:
            _count(call, limit, str(actor.credential_id or actor.id))
        return True


def _count(request: Any, limit: Limit, who: str) -> None:
    standing: Standing = take(limit, who)
    request.standings.append(standing)
    if not standing.passes:
        told = Text(
            "{most} calls in {seconds} seconds are taken", most=limit.most, seconds=limit.seconds
        )
        raise RateLimited(told, retry_after=standing.rest, limit=limit.name)

"""What browsers may load and do with our answers, and whose word counts about who is calling."""

import secrets
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# A page loads our own files, runs scripts that its template wrote (the nonce says so), and makes
# no script out of text: `default` is the one policy that /static/trusted.js declares.
_PAGE = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{nonce}'",
        *("style-src 'self'", "img-src 'self' data:", "font-src 'self'", "connect-src 'self'"),
        *("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"),
        *("require-trusted-types-for 'script'", "trusted-types default"),
    )
)
# Whatever is no page is data, also to a browser that is led to open it.
_DATA = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_HEADERS = {
    "Permissions-Policy": ", ".join(
        f"{name}=()"
        for name in (
            *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
            *("magnetometer", "microphone", "midi", "payment", "serial", "usb"),
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    # Public pages and static files name their own time.
    "Cache-Control": "private, no-store",
}


class BrowserPolicyMiddleware:
    """Adds the policies above to every answer; ``request.csp_nonce`` marks a page's own scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        policy = _PAGE.format(nonce=nonce) if is_page else _DATA
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ProxyMiddleware:
    """What proxies say of their callers (address, scheme, client certificate) counts only from
    TRUSTED_PROXIES, and their caller's address becomes REMOTE_ADDR, for limits and the trail.

    From anybody else it is taken away before anything reads it. A proxy's own entry in
    X-Forwarded-For is the last one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        networks = [ip_network(network) for network in settings.TRUSTED_PROXIES]

        @lru_cache(maxsize=100)
        def is_proxy(address: str) -> bool:
            return _is_address(address) and any(ip_address(address) in one for one in networks)

        self.is_proxy = is_proxy

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META
        if not self.is_proxy(told.get("REMOTE_ADDR") or ""):
            for name in [name for name in told if name.startswith(_PROXIES_WORDS)]:
                del told[name]
        caller = told.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if _is_address(caller):
            told["REMOTE_ADDR"] = caller
        return self.get_response(request)


_PROXIES_WORDS = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_CERT")


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True

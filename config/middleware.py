"""What browsers may load and do on our pages, and who is calling when a proxy stands in front."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The API reference's viewer writes style attributes; no other page may.
_DOCS_POLICY = {**_POLICY, "style-src": "'self' 'unsafe-inline'"}


class BrowserPolicyMiddleware:
    """Adds Content-Security-Policy and Permissions-Policy; a CDN would simply not load."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = _DOCS_POLICY if request.path.startswith("/api/docs") else _POLICY
        response.headers.setdefault(
            "Content-Security-Policy",
            "; ".join(f"{name} {value}" for name, value in policy.items()),
        )
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class ForwardedAddressMiddleware:
    """Makes REMOTE_ADDR the caller's address as our own proxy reports it, for locks and the trail.

    Only for use behind a proxy that sets X-Forwarded-For itself; the last entry is the proxy's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reported = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if reported:
            request.META["REMOTE_ADDR"] = reported
        return self.get_response(request)

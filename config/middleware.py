"""What browsers may load and do on our pages: only our own files, no frames, no devices."""

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

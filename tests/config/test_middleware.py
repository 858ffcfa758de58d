from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import BrowserPolicyMiddleware, ForwardedAddressMiddleware


def answer(path: str) -> HttpResponse:
    return BrowserPolicyMiddleware(lambda request: HttpResponse())(RequestFactory().get(path))


def test_pages_load_only_our_own_files():
    policy = answer("/")["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_api_reference_may_style_inline():
    policy = answer("/api/docs/")["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy


def seen(**headers: str) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.2", headers=headers)
    ForwardedAddressMiddleware(lambda request: HttpResponse())(request)
    return request.META["REMOTE_ADDR"]


def test_behind_the_proxy_the_caller_is_who_the_proxy_says():
    assert seen() == "10.0.0.2"
    assert seen(x_forwarded_for="192.0.2.7") == "192.0.2.7"
    assert seen(x_forwarded_for="203.0.113.9, 192.0.2.7") == "192.0.2.7"

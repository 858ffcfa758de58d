from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.middleware import BrowserPolicyMiddleware, ProxyMiddleware


def answer(content_type: str = "text/html; charset=utf-8", **headers: str) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.csp_nonce, content_type=content_type, headers=headers)

    return BrowserPolicyMiddleware(view)(RequestFactory().get("/"))


def policy_of(given: HttpResponse) -> dict[str, str]:
    parts = given["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def test_pages_load_only_our_own_files():
    policy = policy_of(answer())
    assert policy["default-src"] == "'none'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in ("style-src", "connect-src", "font-src")} == {"'self'"}
    assert "unsafe" not in str(policy)


def test_a_page_runs_the_scripts_that_bear_its_nonce_and_makes_none_of_text():
    first, second = answer(), answer()
    policy = policy_of(first)
    assert policy["script-src"] == f"'nonce-{first.content.decode()}'"
    assert first.content != second.content
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "default"


def test_what_is_no_page_can_do_nothing_in_a_browser():
    policy = policy_of(answer("application/json"))
    assert policy["default-src"] == "'none'"
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_an_answer_is_kept_by_nobody_unless_it_says_how_long():
    assert answer()["Cache-Control"] == "private, no-store"
    kept = answer(**{"Cache-Control": "public, max-age=300"})
    assert kept["Cache-Control"] == "public, max-age=300"


def seen(peer: str = "10.0.0.2", **headers: str) -> dict[str, str]:
    """What the platform knows of the caller behind the middleware."""
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    ProxyMiddleware(lambda request: HttpResponse())(request)
    return request.META


def test_behind_the_proxy_the_caller_is_who_the_proxy_says(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    assert seen()["REMOTE_ADDR"] == "10.0.0.2"
    assert seen(x_forwarded_for="192.0.2.7")["REMOTE_ADDR"] == "192.0.2.7"
    assert seen(x_forwarded_for="203.0.113.9, 192.0.2.7")["REMOTE_ADDR"] == "192.0.2.7"
    assert seen(x_forwarded_for="no address")["REMOTE_ADDR"] == "10.0.0.2"
    assert seen(x_forwarded_proto="https")["HTTP_X_FORWARDED_PROTO"] == "https"


def test_nobody_else_is_believed_about_address_scheme_or_certificate(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    told = seen(
        "10.0.1.2",
        x_forwarded_for="192.0.2.7",
        x_forwarded_proto="https",
        x_forwarded_host="evil.example",
        forwarded="for=192.0.2.7",
        x_real_ip="192.0.2.7",
        x_client_cert_sha256="ab",
    )
    assert told["REMOTE_ADDR"] == "10.0.1.2"
    said = {name for name in told if name.startswith("HTTP_")}
    assert said <= {"HTTP_COOKIE", "HTTP_HOST"}


def test_without_a_list_nobody_is_believed():
    assert seen("127.0.0.1", x_forwarded_for="192.0.2.7")["REMOTE_ADDR"] == "127.0.0.1"

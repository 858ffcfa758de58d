"""One mapping from refusals to RFC 9457 problem details, for the API and for the portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext_noop
from rest_framework import exceptions as drf

from kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    FormExpired,
    Gone,
    Invalid,
    Malformed,
    NotFound,
    PeerFailed,
    PeerTimeout,
    RateLimited,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unconditional,
)
from kernel.texts import Text, spoken

CONTENT_TYPE = "application/problem+json"
# Places that one problem names; whoever mends a thousand may ask again.
MOST_ERRORS = 1000
STATUS: dict[type[DomainError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    Unconditional: 428,
    RateLimited: 429,
    PeerFailed: 502,
    Unavailable: 503,
    PeerTimeout: 504,
}
# How the database's driver says that no text of a row can hold one, wherever it came in.
_NUL = "NUL (0x00)"
_RENAMED = {
    "parse-error": "malformed",
    "not-authenticated": "unauthenticated",
    "authentication-failed": "unauthenticated",
    "permission-denied": "forbidden",
    "throttled": "rate-limited",
}


@dataclass(frozen=True)
class Problem:
    """What went wrong, ready for a machine or a page."""

    status: int
    code: str
    title: str
    detail: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request: HttpRequest) -> dict[str, Any]:
        """The members of the problem document."""
        about = {
            "type": settings.PROBLEM_BASE + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": request.path,
            "request_id": getattr(request, "id", ""),
        }
        return {**self.facts, **{name: value for name, value in about.items() if value}}


def refusal(exc: DomainError) -> Problem:
    """The problem that a refusal of ours is."""
    status = next(STATUS[family] for family in type(exc).__mro__ if family in STATUS)
    facts = {**exc.facts, "errors": told_errors(exc)} if "errors" in exc.facts else exc.facts
    return Problem(status, exc.code, exc.title, spoken(exc.detail), facts, _headers(exc))


def told_errors(exc: DomainError) -> list[dict[str, Any]]:
    """What is wrong place by place, each with its ``pointer``, ``code`` and a told ``detail``."""
    found: Any = exc.facts.get("errors", [])
    return [{**one, "detail": spoken(one["detail"])} if "detail" in one else one for one in found]


def describe(exc: BaseException) -> Problem | None:
    """The problem behind an exception; None if it is a bug rather than a refusal."""
    if isinstance(exc, DomainError):
        return refusal(exc)
    if isinstance(exc, drf.ValidationError):
        errors = list(islice(_flatten(exc.get_full_details()), MOST_ERRORS))
        return Problem(422, Invalid.code, Invalid.title, facts={"errors": errors})
    if isinstance(exc, drf.APIException):
        code = exc.default_code.replace("_", "-")
        phrase = HTTPStatus(exc.status_code).phrase
        headers = _native_headers(exc)
        return Problem(
            exc.status_code, _RENAMED.get(code, code), phrase, str(exc.detail), headers=headers
        )
    return _describe_django(exc)


def _describe_django(exc: BaseException) -> Problem | None:
    if isinstance(exc, Http404):
        return describe(NotFound())
    if isinstance(exc, PermissionDenied):
        return describe(Forbidden())
    if isinstance(exc, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return describe(TooLarge(Text("a form has at most {most} bytes", most=most), limit=most))
    if isinstance(exc, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return describe(TooLarge(Text("a form has at most {most} fields", most=most), limit=most))
    if isinstance(exc, UnreadablePostError):
        return describe(Malformed("the body ended before its announced length"))
    if isinstance(exc, SuspiciousOperation):
        return describe(Malformed())
    if isinstance(exc, ValueError) and _NUL in str(exc):
        return describe(Malformed("holds a NUL character; remove it"))
    return None


def problem_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The problem as ``application/problem+json``."""
    response = JsonResponse(
        problem.body(request), status=problem.status, json_dumps_params={"ensure_ascii": False}
    )
    # Set apart, so that Django adds no charset parameter.
    response["Content-Type"] = CONTENT_TYPE
    for name, value in problem.headers.items():
        response[name] = value
    return response


def problem_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER."""
    problem = describe(exc)
    if problem is None:
        return None
    return problem_response(problem, context["request"]._request)


class ProblemMiddleware:
    """The portal's half: the same problem, as a page or as an htmx fragment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer a refusal; let a bug through to handler500."""
        problem = describe(exc)
        return answer(problem, request) if problem else None


def answer(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The problem in the shape that this caller reads: JSON below /api/, else a page."""
    if request.path.startswith("/api/"):
        return problem_response(problem, request)
    template = "_problem.html" if request.headers.get("HX-Request") else "problem.html"
    # When the platform itself fails, the page must not ask the database who is reading it.
    context = {"problem": problem, "bare": problem.status >= 500}
    response = render(request, template, context, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a request that Django itself refused."""
    return answer(describe(exception) or Problem(400, "malformed", Malformed.title), request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return answer(describe(exception or PermissionDenied()) or _INTERNAL, request)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: a form without its token."""
    return answer(refusal(FormExpired()), request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: an address nobody serves."""
    return answer(describe(exception or Http404()) or _INTERNAL, request)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a bug. Says so without saying how."""
    return answer(_INTERNAL, request)


_INTERNAL = Problem(500, "internal", gettext_noop("Something broke on our side"))


def _headers(exc: DomainError) -> dict[str, str]:
    after = exc.facts.get("retry_after")
    headers = {"Retry-After": str(after)} if after is not None else {}
    if isinstance(exc, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def _native_headers(exc: drf.APIException) -> dict[str, str]:
    headers = {}
    auth, wait = getattr(exc, "auth_header", None), getattr(exc, "wait", None)
    if auth:
        headers["WWW-Authenticate"] = auth
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _flatten(details: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    if isinstance(details, dict) and "message" in details:
        yield {
            "pointer": "#" + pointer,
            "code": str(details["code"]).replace("_", "-"),
            "detail": str(details["message"]),
        }
    elif isinstance(details, dict):
        for key, value in details.items():
            yield from _flatten(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(details, list):
        nested = any(isinstance(d, dict) and "message" not in d for d in details)
        for index, value in enumerate(details):
            yield from _flatten(value, f"{pointer}/{index}" if nested else pointer)

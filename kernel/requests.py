"""The request id: taken from the caller or made, put on every answer and every log line."""

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from kernel.models import uuid7

_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{8,100}")


class RequestMiddleware:
    """Gives each request an id (X-Request-Id) that answers, logs and the audit trail share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = offered if _ACCEPTED.fullmatch(offered) else str(uuid7())  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request.id):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


def current_request_id() -> str:
    """The id of the request being served; empty outside a request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))

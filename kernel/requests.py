"""What a request is: its words are UTF-8; its id stands on every answer and every log line."""

import re
from collections.abc import Callable
from typing import Any

import structlog
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from kernel.models import uuid7

_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{8,100}")


class Utf8Request(WSGIRequest):
    """Reads addresses and forms as UTF-8. A charset says how the file in the body is written:
    Django would read the address in it too, and break where it is no charset of texts."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        told = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = told


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

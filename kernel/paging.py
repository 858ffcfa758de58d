"""Lists in pages: ``{items, next_cursor, has_more}``, by keyset and never by offset."""

import re
from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from kernel.cursors import read_cursor, write_cursor
from kernel.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_DIGITS = re.compile(r"[0-9]{1,9}")


def read_limit(request: Request, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> int:
    """The ``limit`` parameter, 1 to ``most``."""
    raw = request.query_params.get("limit", str(default))
    if not (_DIGITS.fullmatch(raw) and 1 <= int(raw) <= most):
        raise Invalid.field("limit", f"must be a whole number from 1 to {most}")
    return int(raw)


class WholeList(BasePagination):
    """No pages: all rows there are, under ``items``."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> None:
        """None: the view hands out all of it."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The list in OpenAPI."""
        return {"type": "object", "required": ["items"], "properties": {"items": schema}}


class KeysetPages(BasePagination):
    """Pages by primary key, newest first; a view may name another unique ``page_order``."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the asked page."""
        self.request, limit = request, read_limit(request)
        kind = queryset.model._meta.label_lower
        order = getattr(view, "page_order", "-pk")
        key, beyond = order.removeprefix("-"), "lt" if order.startswith("-") else "gt"
        queryset = queryset.order_by(order)
        cursor = request.query_params.get("cursor")
        if cursor:
            place = read_cursor(kind, cursor)["after"]
            queryset = queryset.filter(**{f"{key}__{beyond}": place})
        rows = list(queryset[: limit + 1])
        self.has_more = len(rows) > limit
        page = rows[:limit]
        self.next_cursor = (
            write_cursor(kind, {"after": str(getattr(page[-1], key))}) if self.has_more else None
        )
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The page as an answer."""
        headers = {}
        if self.next_cursor:
            url = replace_query_param(self.request.build_absolute_uri(), "cursor", self.next_cursor)
            headers["Link"] = f'<{url}>; rel="next"'
        body = {"items": data, "next_cursor": self.next_cursor, "has_more": self.has_more}
        return Response(body, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page in OpenAPI."""
        return {
            "type": "object",
            "required": ["items", "next_cursor", "has_more"],
            "properties": {
                "items": schema,
                "next_cursor": {"type": ["string", "null"]},
                "has_more": {"type": "boolean"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """``limit`` and ``cursor`` in OpenAPI."""
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
        ]

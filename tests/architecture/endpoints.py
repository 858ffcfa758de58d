"""Every endpoint below /api/v1/, read from the URL conf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver

PREFIX = "api/v1/"
_NAMED = re.compile(r"\(\?P<(\w+)>[^)]+\)")


class Endpoint(NamedTuple):
    """A method of an address; ``name`` is the route's name and the method."""

    name: str
    method: str
    route: str
    action: str


def endpoints() -> list[Endpoint]:
    """All of them, by name."""
    return sorted(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], prefix: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        route = prefix + _place(str(pattern.pattern)).strip("^$")
        if not isinstance(pattern, URLPattern):
            yield from _walk(pattern.url_patterns, route)
        elif route.startswith(PREFIX):
            methods = getattr(pattern.callback, "actions", None)
            assert methods is not None, f"{route} is no view of the house"
            for method, action in methods.items():
                if method != "head":
                    name = f"{pattern.name} {method.upper()}"
                    yield Endpoint(name, method, route, action)


def _place(pattern: str) -> str:
    """The pattern with <name> for whatever an address holds there."""
    return _NAMED.sub(r"<\1>", pattern).replace("<str:", "<")

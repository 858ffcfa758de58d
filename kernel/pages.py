"""What the portal's views are built of: a page, or its fragment for htmx."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The template as a whole page, or for htmx the fragment ``_<name>.html`` beside it."""
    if request.headers.get("HX-Request"):
        folder, _, name = template.rpartition("/")
        template = f"{folder}/_{name}"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def link(name: str, **query: Any) -> str:
    """The address of a page with what it is asked; what is empty is left out."""
    address = reverse(name)
    said = {word: str(value) for word, value in query.items() if value not in (None, "")}
    return f"{address}?{urlencode(said)}" if said else address


@dataclass(frozen=True)
class Part:
    """Lines that are counted together and shown so many at a time; ``page`` says which."""

    request: HttpRequest
    page: Page[Any]

    @classmethod
    def of(cls, request: HttpRequest, lines: Sequence[Any], size: int = 50) -> "Part":
        """The part that the address asks for, or the nearest that there is."""
        return cls(request, Paginator(lines, size).get_page(request.GET.get("page")))

    @property
    def next_page(self) -> str:
        """The address of the next part, empty on the last."""
        return self._address(self.page.number + 1) if self.page.has_next() else ""

    @property
    def previous_page(self) -> str:
        """The address of the part before, empty on the first."""
        return self._address(self.page.number - 1) if self.page.has_previous() else ""

    def _address(self, number: int) -> str:
        query = self.request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"


def address_of(name: str, pk: Any) -> str:
    """The address of a row's page; its pattern is looked up once, not once a row."""
    before, after = _around(name)
    return f"{before}{pk}{after}"


@cache
def _around(name: str) -> tuple[str, str]:
    """What stands before and after the key in addresses of this name."""
    for some in (UUID(int=2**64 + 1), 4_294_967_297):
        try:
            before, _key, after = reverse(name, args=[some]).partition(str(some))
        except NoReverseMatch:
            continue
        return before, after
    raise NoReverseMatch(f"no address of one row is named {name}")

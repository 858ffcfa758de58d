"""Which shape an answer takes; nearly everybody asks for JSON or for anything."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_PLAIN = ("*/*", "application/json")


class HouseNegotiation(DefaultContentNegotiation):
    """DRF's own, which is not asked where the answer is plain."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type; NotAcceptable if there is none."""
        first = next(iter(renderers))
        asked = request.META.get("HTTP_ACCEPT", "*/*")
        if asked in _PLAIN and first.media_type == "application/json" and not format_suffix:
            return first, first.media_type
        found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return found

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the body; None if there is none."""
        for parser in parsers:
            if parser.media_type == request.content_type:
                return parser
        found: BaseParser | None = super().select_parser(request, parsers)
        return found

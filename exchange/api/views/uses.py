import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.uses import export_uses
from exchange.api.rendering import MEDIA_TYPES, Unnegotiated, media_answers, read_format
from exchange.api.serializers.uses import UseEntryOut
from exchange.models import UseEntry
from kernel.api import ApiView

_COLUMNS = UseEntryOut.Meta.fields


class UseView(ApiView):
    """The ledger of use, for both of its sides and those who supervise."""

    model = UseEntry
    out = UseEntryOut
    filters = {
        "dataset": "dataset_id",
        "grant": "grant_id",
        "department": "department_id",
        "provider": "provider_id",
        "system": "system_id",
        "channel": "channel",
        "purpose": "purpose",
        "from": "at__date__gte",
        "to": "at__date__lte",
    }
    answers = {"export": media_answers("csv", "ndjson")}

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """An export takes the filters of the list."""
        return tuple(self.filters) if self.action == "export" else ()

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Who was given what, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shapes(page))

    @action(detail=False, methods=["get"], content_negotiation_class=Unnegotiated)
    def export(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """The same as a file, CSV or NDJSON, the oldest first; noted in the trail."""
        format = read_format(request, "csv", ("csv", "ndjson"))
        rows = self.filter_queryset(self.get_queryset())
        entries = export_uses(rows, actor=self.actor, format=format)
        shaped = (UseEntryOut(entry).data for entry in entries)
        lines = _csv(shaped) if format == "csv" else _ndjson(shaped)
        response = StreamingHttpResponse(lines, content_type=MEDIA_TYPES[format])
        response["Content-Disposition"] = f'attachment; filename="uses.{format}"'
        return response


class _Echo:
    """Gives what is written to it back to who writes."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for row in rows:
        yield writer.writerow([_cell(row[name]) for name in _COLUMNS])


def _cell(value: Any) -> Any:
    """A list as words; text that a spreadsheet would calculate as plain text."""
    if isinstance(value, list):
        value = " ".join(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _ndjson(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"

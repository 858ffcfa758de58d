"""Rows of evidence as a file to save, CSV or NDJSON, written while it is read."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from exchange.api.rendering import MEDIA_TYPES


def export_response(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], format: str, name: str
) -> StreamingHttpResponse:
    """Rows in their Out shapes as the file ``name.format``."""
    lines = _csv(rows, columns) if format == "csv" else _ndjson(rows)
    response = StreamingHttpResponse(lines, content_type=MEDIA_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return response


class _Echo:
    """Gives what is written to it back to who writes."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(row[name]) for name in columns])


def _cell(value: Any) -> Any:
    """A list as words; text that a spreadsheet would calculate as plain text."""
    if isinstance(value, list):
        value = " ".join(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _ndjson(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"

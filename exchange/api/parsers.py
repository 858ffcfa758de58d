"""Bodies of publications: not parsed but handed on as a stream, by media type."""

from typing import IO, Any

from rest_framework.parsers import BaseParser


class _Streamed(BaseParser):
    """Gives the view the stream itself."""

    format = ""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The unread body."""
        return stream


class NDJSONBody(_Streamed):
    """One JSON object a line."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class JSONBody(_Streamed):
    """An array of objects."""

    media_type = "application/json"
    format = "json"


class CSVBody(_Streamed):
    """CSV with a header line; ``charset`` utf-8 or gb18030."""

    media_type = "text/csv"
    format = "csv"


class ParquetBody(_Streamed):
    """A Parquet file."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"


class ArrowBody(_Streamed):
    """An Arrow IPC stream."""

    media_type = "application/vnd.apache.arrow.stream"
    format = "arrow"


BODY_PARSERS = [NDJSONBody, JSONBody, CSVBody, ParquetBody, ArrowBody]
FORMATS = {parser.media_type: parser.format for parser in BODY_PARSERS}

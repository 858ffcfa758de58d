"""The API's JSON bodies."""

from typing import IO, Any

from rest_framework.parsers import BaseParser

from kernel import strictjson
from kernel.errors import TooLarge

MAX_JSON_BYTES = 2 * 1024 * 1024
# Whoever checks a value may say what is wrong with it, which takes a thousand times its bytes.
MAX_JSON_VALUES = 200_000


class StrictJSONParser(BaseParser):
    """JSON bodies within bounds, read without surprises (see kernel.strictjson)."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The value of the body."""
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise TooLarge(f"a JSON body may have {MAX_JSON_BYTES} bytes", limit=MAX_JSON_BYTES)
        return strictjson.loads(raw, MAX_JSON_VALUES)

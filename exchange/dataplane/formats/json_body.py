"""A JSON array of flat objects, rewritten as NDJSON text without touching any value."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from exchange.dataplane.errors import BodyMalformed, TooLarge
from exchange.dataplane.formats.text import blocks
from exchange.dataplane.limits import Limits

STRING = rb'"(?:[^"\\]++|\\.)*+"'
FLAT = rb"(?:[^\"{}\[\]]++|" + STRING + rb")*+"
LEVELS = 3


def _record() -> re.Pattern[bytes]:
    """One object; objects and lists inside it up to LEVELS deep, for the row to be named."""
    inner = FLAT
    for _ in range(LEVELS):
        inner = rb"(?:[^\"{}\[\]]++|" + STRING + rb"|[\[{]" + inner + rb"[\]}])*+"
    return re.compile(rb"(\{" + inner + rb"\})", re.DOTALL)


RECORD = _record()


def array_to_lines(body: Path, out: Path, encoding: str, limits: Limits) -> None:
    """Write each element of the array on a line of its own; BodyMalformed if it is no array.

    The array is held whole, so ``max_json_bytes`` bounds it; NDJSON has no such bound.
    """
    if body.stat().st_size > limits.max_json_bytes:
        raise TooLarge(
            "json-too-large",
            f"a JSON array has at most {limits.max_json_bytes} bytes; send NDJSON",
        )
    whole = replace(limits, max_row_bytes=limits.max_json_bytes)
    text = b"".join(blocks(body, encoding, whole)).replace(b"\r", b" ")
    with out.open("wb") as file:
        # A line end in JSON text can only stand between tokens.
        file.writelines(_lines(text.replace(b"\n", b" "), text))


def _lines(flat: bytes, text: bytes) -> Iterator[bytes]:
    """The records one by one; the text around them must be one array's brackets and commas."""
    end, between = 0, b"["
    for record in RECORD.finditer(flat):
        if flat[end : record.start()].strip() != between:
            raise _reason(text)
        yield record[1]
        yield b"\n"
        end, between = record.end(), b","
    if not re.fullmatch(rb"\s*\]\s*" if end else rb"\s*\[\s*\]\s*", flat[end:]):
        raise _reason(text)


def _reason(text: bytes) -> BodyMalformed:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth" in error.msg:
            return BodyMalformed("json-too-deep", "a record is an object of plain values")
        return BodyMalformed("json", error.msg, line=error.lineno, column=error.colno)
    if isinstance(value, list) and all(isinstance(element, dict) for element in value):
        return BodyMalformed("json-too-deep", "a record is an object of plain values")
    return BodyMalformed("json-not-object", "the body is an array of objects")

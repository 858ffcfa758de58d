"""A JSON array of flat objects, rewritten as NDJSON text without touching any value."""

import re
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
    # A line end in JSON text can only stand between tokens.
    parts = RECORD.split(text.replace(b"\n", b" "))
    _check_between(parts[0::2], text)
    out.write_bytes(b"\n".join(parts[1::2]))


def _check_between(gaps: list[bytes], text: bytes) -> None:
    """The text around the records must be one array's brackets and commas."""
    if len(gaps) == 1:
        if re.fullmatch(rb"\s*\[\s*\]\s*", gaps[0]):
            return
    elif (
        gaps[0].strip() == b"["
        and gaps[-1].strip() == b"]"
        and set(map(bytes.strip, gaps[1:-1])) <= {b","}
    ):
        return
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

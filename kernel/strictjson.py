"""Reading JSON without the surprises: what PostgreSQL or the next reader would choke on is refused.

Refused with the place named: bytes that are not UTF-8, duplicate keys, NaN and Infinity,
NUL and lone surrogates in text, integers of more than 18 digits, nesting deeper than 32.
"""

import json
from typing import Any, NoReturn

from kernel.errors import Malformed

MAX_DEPTH = 32
MAX_DIGITS = 18


def loads(raw: bytes) -> Any:
    """The value of a JSON document; Malformed names what is wrong and where."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise Malformed(f"byte {bad.start} is not UTF-8; send the body in UTF-8") from bad
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer
        )
    except json.JSONDecodeError as bad:
        raise Malformed(f"line {bad.lineno}, column {bad.colno}: {bad.msg}") from bad
    except RecursionError as bad:
        raise Malformed(f"nested deeper than {MAX_DEPTH} levels") from bad
    _check(value, "#", 0)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {twice!r} stands twice in one object")
    return made


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not a JSON number; leave the field out or send null")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Malformed(f"the number {digits[:12]}... has more than {MAX_DIGITS} digits")
    return int(digits)


def _check(value: Any, pointer: str, depth: int) -> None:
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        raise Malformed(f"{pointer[:60]}: nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        _check_text(value, pointer)
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Malformed(f"{pointer}: the number is too large")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(key, f"{pointer}/{key!a}", depth)
            _check(inner, f"{pointer}/{key}", depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, f"{pointer}/{index}", depth + 1)


def _check_text(text: str, pointer: str) -> None:
    if "\x00" in text:
        raise Malformed(f"{pointer}: the text has a NUL character; remove it")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise Malformed(f"{pointer}: the text has half of a surrogate pair")

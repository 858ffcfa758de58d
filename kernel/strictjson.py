"""Reading JSON without the surprises: what PostgreSQL or the next reader would choke on is refused.

Refused with the place named: bytes that are not UTF-8, duplicate keys, NaN and Infinity,
NUL and lone surrogates in text, integers of more than 18 digits, nesting deeper than 32.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from kernel.errors import Malformed, TooLarge

MAX_DEPTH = 32
MAX_DIGITS = 18
# Characters of a name that a refusal repeats.
MOST_SHOWN = 60
_HALF = re.compile("[\ud800-\udfff]")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
Place = tuple[str | int, ...]


def loads(raw: bytes, most_values: int | None = None) -> Any:
    """The value of a JSON document; Malformed names what is wrong and where.

    TooLarge where there are more than ``most_values`` in it: each may cost its reader a thousand
    times the bytes that it has here.
    """
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
    _Check(most_values).value(value, ())
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Malformed(f"the key {name[:MOST_SHOWN]!r} stands twice in one object")
            seen.add(name)
    return made


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not a JSON number; leave the field out or send null")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Malformed(f"the number {digits[:12]}... has more than {MAX_DIGITS} digits")
    return int(digits)


class _Check:
    """Looks at every value once; a place is put into words only where something is wrong."""

    def __init__(self, most_values: int | None) -> None:
        self._most, self._seen = most_values, 0

    def value(self, value: Any, place: Place) -> None:
        self._seen += 1
        if self._most is not None and self._seen > self._most:
            raise TooLarge(f"a body may have {self._most} values", limit=self._most)
        if isinstance(value, str):
            _check_text(value, place)
        elif isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise Malformed(f"{_pointer(place)}: the number is too large")
        elif isinstance(value, dict):
            for key in value:
                _check_text(key, (*place, key))
            self._inside(value.items(), place)
        elif isinstance(value, list):
            self._inside(enumerate(value), place)

    def _inside(self, found: Iterable[tuple[str | int, Any]], place: Place) -> None:
        if len(place) >= MAX_DEPTH:
            raise Malformed(f"{_pointer(place)}: nested deeper than {MAX_DEPTH} levels")
        for part, inner in found:
            self.value(inner, (*place, part))


def _check_text(text: str, place: Place) -> None:
    if "\x00" in text:
        raise Malformed(f"{_pointer(place)}: the text has a NUL character; remove it")
    if _HALF.search(text):
        raise Malformed(f"{_pointer(place)}: the text has half of a surrogate pair")


def _pointer(place: Place) -> str:
    """Where a value stands, in text that can be written; what is wrong may be in the name."""
    parts = (_UNWRITABLE.sub(_escaped, str(part)[:MOST_SHOWN]) for part in place)
    return "/".join(["#", *parts])


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

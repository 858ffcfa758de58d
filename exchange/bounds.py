"""Purposes, networks, counts and further systems, as requests ask for them and grants state them.

Each function gives the values in their one form, or refuses naming the field.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from exchange.errors import TermsInvalid
from kernel.errors import Invalid
from kernel.texts import Text

MOST_CALLS = 2**31 - 1
MOST_ROWS = 2**63 - 1
MOST_NAMES = 100
_PURPOSE = re.compile(r"\w[\w.-]{0,39}")


def wrong(name: str, detail: str, code: str = "terms-invalid") -> Invalid:
    """The refusal of one field of the terms."""
    return TermsInvalid.field(name, detail, code)


def read_purposes(raw: Iterable[str]) -> list[str]:
    """The purpose codes, each once; at least one."""
    codes = _each_once("purposes", raw)
    if not codes:
        raise wrong("purposes", Text("name at least one purpose"), "purpose-missing")
    for code in codes:
        if not _PURPOSE.fullmatch(code):
            raise wrong(
                "purposes", Text("{code!r}: up to 40 letters, digits, _ . and -", code=code[:40])
            )
    return codes


def read_networks(raw: Iterable[str]) -> list[str]:
    """The networks in CIDR form, each once; none means any."""
    found = []
    for text in raw:
        try:
            found.append(str(ip_network(text)))
        except ValueError:
            raise wrong(
                "networks", Text("{text!r} is no network such as 10.2.0.0/16", text=text[:43])
            ) from None
    return _each_once("networks", found)


def read_systems(raw: Iterable[UUID | str]) -> list[UUID]:
    """The ids of systems, each once."""
    return [UUID(text) for text in _each_once("systems", map(str, raw))]


def read_calls(number: int | None) -> int | None:
    """Calls a day; None for any number."""
    return _count("calls_per_day", number, MOST_CALLS)


def read_rows(number: int | None) -> int | None:
    """Rows a day; None for any number."""
    return _count("rows_per_day", number, MOST_ROWS)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "purposes": read_purposes,
    "networks": read_networks,
    "systems": read_systems,
    "calls_per_day": read_calls,
    "rows_per_day": read_rows,
}


def read_bounds(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of READERS that the values name, each in its one form."""
    return {name: read(values[name]) for name, read in READERS.items() if name in values}


def _each_once(name: str, raw: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(raw))
    if len(found) > MOST_NAMES:
        raise wrong(name, Text("at most {most}", most=MOST_NAMES))
    return found


def _count(name: str, number: int | None, most: int) -> int | None:
    if number is not None and not 1 <= number <= most:
        raise wrong(name, Text("must be 1 to {most}", most=most))
    return number

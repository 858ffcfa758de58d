"""One column of a dataset: its type and its rules, checked when a schema is made."""

import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.errors import Terminal
from exchange.dataplane.sound_cast import sound_cast

TYPES = ("string", "integer", "decimal", "float", "boolean", "date", "datetime")
CHECKS = ("credit-code", "citizen-id")
ORDERED = ("integer", "decimal", "float", "date", "datetime")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# System columns of PostgreSQL, which no table may name its own columns.
RESERVED = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
MAX_PRECISION = 38

Bound = int | float | str | None


@dataclass(frozen=True)
class Item:
    """One column of a dataset.

    ``length`` is the most characters of a string, or the digits of a decimal (38 if not given),
    of which ``scale`` stand behind the point. ``pattern`` must match the whole string and is RE2.
    ``minimum`` and ``maximum`` are inclusive; for decimal, date and datetime they may be text.
    ``codes`` are the values allowed, as text. ``check`` names the check digit of a string:
    "credit-code" (GB 32100) or "citizen-id" (GB 11643).
    """

    name: str
    type: str
    title: str = ""
    length: int | None = None
    scale: int | None = None
    required: bool = False
    pattern: str | None = None
    minimum: Bound = None
    maximum: Bound = None
    codes: tuple[str, ...] | None = None
    check: str | None = None

    @property
    def precision(self) -> int:
        """All digits of a decimal."""
        return self.length or MAX_PRECISION

    @property
    def arrow_type(self) -> pa.DataType:
        if self.type == "decimal":
            return pa.decimal128(self.precision, self.scale or 0)
        return _ARROW[self.type]

    @property
    def sql_type(self) -> str:
        """The DuckDB type with the same values."""
        if self.type == "decimal":
            return f"DECIMAL({self.precision},{self.scale or 0})"
        return _SQL[self.type]


_ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}
_SQL = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
}


def invalid(detail: str) -> Terminal:
    return Terminal("schema-invalid", detail)


def check_item(item: Item) -> None:
    if not isinstance(item.name, str) or not NAME.fullmatch(item.name) or item.name in RESERVED:
        raise invalid(f"item name {item.name!r}: a lower-case letter, then a-z, 0-9, _; 63 at most")
    where = f"item {item.name!r}"
    if item.type not in TYPES:
        raise invalid(f"{where}: type is one of {', '.join(TYPES)}")
    if not isinstance(item.required, bool) or not isinstance(item.title, str):
        raise invalid(f"{where}: required is true or false, title is text")
    _check_size(item, where)
    _check_text_rules(item, where)
    _check_codes(item, where)
    _check_bounds(item, where)


def _check_size(item: Item, where: str) -> None:
    for value, least in ((item.length, 1), (item.scale, 0)):
        if value is not None and (type(value) is not int or value < least):
            raise invalid(f"{where}: length and scale are whole numbers")
    if item.length is not None and item.type not in ("string", "decimal"):
        raise invalid(f"{where}: only string and decimal have a length")
    if (item.scale is not None) != (item.type == "decimal"):
        raise invalid(f"{where}: a decimal, and nothing else, declares its scale")
    if item.type == "decimal" and not (item.scale or 0) <= item.precision <= MAX_PRECISION:
        raise invalid(f"{where}: a decimal has at most 38 digits, scale of them behind the point")


def _check_text_rules(item: Item, where: str) -> None:
    if item.type != "string" and (item.pattern is not None or item.check is not None):
        raise invalid(f"{where}: only a string has a pattern or a check digit")
    if item.check is not None and item.check not in CHECKS:
        raise invalid(f"{where}: check is one of {', '.join(CHECKS)}")
    if item.pattern is not None:
        try:
            pc.match_substring_regex(pa.array([""]), whole(item.pattern))
        except (pa.ArrowInvalid, TypeError, UnicodeEncodeError):
            raise invalid(f"{where}: the pattern is no RE2 pattern (no look-around)") from None


def whole(pattern: str) -> str:
    """The pattern anchored so that it must match the whole value."""
    return rf"\A(?:{pattern})\z"


def _check_codes(item: Item, where: str) -> None:
    if item.codes is None:
        return
    if item.type not in ("string", "integer"):
        raise invalid(f"{where}: only a string or an integer has a code list")
    if not item.codes or not all(isinstance(code, str) for code in item.codes):
        raise invalid(f"{where}: codes are texts, at least one")
    _as_type(item, list(item.codes), where)


def _check_bounds(item: Item, where: str) -> None:
    bounds = [value for value in (item.minimum, item.maximum) if value is not None]
    if bounds and item.type not in ORDERED:
        raise invalid(f"{where}: a {item.type} has no minimum or maximum")
    values = [bound_value(item, bound) for bound in bounds]
    if values and values[0] > values[-1]:
        raise invalid(f"{where}: minimum is above maximum")


def bound_value(item: Item, bound: Bound) -> Any:
    """The bound as a value of the item's type."""
    return _as_type(item, [str(bound)], f"item {item.name!r}")[0].as_py()


def _as_type(item: Item, texts: list[str], where: str) -> pa.Array:
    try:
        return sound_cast(pa.array(texts), item.arrow_type)
    except pa.ArrowInvalid:
        raise invalid(f"{where}: {', '.join(texts)[:80]} is no {item.type}") from None

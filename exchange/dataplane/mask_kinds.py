"""The kinds of masks: which items each is for, what it shows, and its expression in SQL."""

import dataclasses
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from exchange.dataplane.binding import Bound
from exchange.dataplane.engine import quoted
from exchange.dataplane.items import Item
from exchange.dataplane.partial_forms import FORMS, STARS, ends_sql

HASH_LENGTH = 32
_BLOCK = 64


@dataclass(frozen=True)
class Mask(ABC):
    """A rule that shows something else instead of a value. ``check`` raises ValueError."""

    kind: ClassVar[str]
    types: ClassVar[tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **dataclasses.asdict(self)}

    def check(self, item: Item) -> None:
        """ValueError if the parameters are wrong or the item is of another type."""
        if item.type not in self.types:
            raise ValueError(
                f"{self.kind} is for {', '.join(self.types)}, and the item is {item.type}"
            )

    @abstractmethod
    def shown(self, item: Item) -> Item:
        """The item as the receiver gets it."""

    @abstractmethod
    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        """DuckDB SQL over the typed column of the item."""


def _choose(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if type(value) is not type(allowed[0]) or value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(map(str, allowed))}")


def _text_item(item: Item, length: int | None = None, *, required: bool | None = None) -> Item:
    needed = item.required if required is None else required
    return Item(item.name, "string", title=item.title, length=length, required=needed)


@dataclass(frozen=True)
class Full(Mask):
    """Nothing at all: null in every row, or three stars in every row, null or not."""

    kind = "full"
    types = ("string", "integer", "decimal", "float", "boolean", "date", "datetime")
    show: str = "null"

    def check(self, item: Item) -> None:
        super().check(item)
        _choose("show", self.show, ("null", "stars"))

    def shown(self, item: Item) -> Item:
        if self.show == "stars":
            return _text_item(item, 3, required=False)
        length = item.length if item.type == "decimal" else None
        return Item(item.name, item.type, title=item.title, length=length, scale=item.scale)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        return STARS if self.show == "stars" else f"CAST(NULL AS {item.sql_type})"


@dataclass(frozen=True)
class Partial(Mask):
    """Part of a text, by what it is; a value that is not of the form shows three stars.

    ``identity`` hides the day of birth of an 18 or 15 digit number (110101********1234), as forms
    and screens of the administration do: it keeps people from reading it, not from finding out;
    against that there is ``hash``. ``telephone``: 138****1234. ``name``: the surname, compound
    ones too. ``address``: down to the county. ``ends``: the first ``head`` and last ``tail``
    characters of a longer text.
    """

    kind = "partial"
    types = ("string",)
    form: str = ""
    head: int = 0
    tail: int = 0

    def to_json(self) -> dict[str, Any]:
        ends = {"head": self.head, "tail": self.tail} if self.form == "ends" else {}
        return {"kind": self.kind, "form": self.form, **ends}

    def check(self, item: Item) -> None:
        super().check(item)
        _choose("form", self.form, (*FORMS, "ends"))
        if any(type(size) is not int or not 0 <= size <= 100 for size in (self.head, self.tail)):
            raise ValueError("head and tail are whole numbers from 0 to 100")
        if (self.form == "ends") != bool(self.head + self.tail):
            raise ValueError("only the form ends says how many characters to show: head, tail")

    def shown(self, item: Item) -> Item:
        return _text_item(item)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        value = quoted(item.name)
        if self.form == "ends":
            shown = ends_sql(value, self.head, self.tail)
        else:
            shown = FORMS[self.form](value)
        return f"CASE WHEN {value} IS NOT NULL THEN {shown} END"


@dataclass(frozen=True)
class Hash(Mask):
    """HMAC-SHA-256 of the value as text, cut to 128 bits, keyed with the salt of the grant.

    Equal values stay equal within the grant, so keys stay unique and rows can be joined; another
    grant has other pseudonyms. Numbers of people are few enough to try them all, so whoever has
    the salt can undo it: the salt is a secret and never leaves.
    """

    kind = "hash"
    types = ("string", "integer", "decimal", "boolean", "date", "datetime")

    def shown(self, item: Item) -> Item:
        return _text_item(item, HASH_LENGTH)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        key = salt.ljust(_BLOCK, b"\0")
        inner = bound.add(bytes(byte ^ 0x36 for byte in key))
        outer = bound.add(bytes(byte ^ 0x5C for byte in key))
        value = quoted(item.name)
        value = f"CAST({value} AS TIMESTAMP)" if item.type == "datetime" else value
        text = f"encode(CAST({value} AS VARCHAR))"
        first = f"unhex(sha256({inner}::BLOB || {text}))"
        return f"left(sha256({outer}::BLOB || {first}), {HASH_LENGTH})"


@dataclass(frozen=True)
class Period(Mask):
    """A day or time by its year, month or day in China; years and months are texts."""

    kind = "date"
    types = ("date", "datetime")
    to: str = ""

    def check(self, item: Item) -> None:
        super().check(item)
        _choose("to", self.to, ("year", "month", "day"))
        if self.to == "day" and item.type == "date":
            raise ValueError("a date is a day already: generalise it to year or month")

    def shown(self, item: Item) -> Item:
        if self.to == "day":
            return Item(item.name, "date", title=item.title, required=item.required)
        return _text_item(item)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        value = quoted(item.name)
        if item.type == "datetime":
            value = f"(CAST({value} AS TIMESTAMP) + INTERVAL 8 HOURS)"
        if self.to == "day":
            return f"CAST({value} AS DATE)"
        return f"strftime({value}, '{'%Y' if self.to == 'year' else '%Y-%m'}')"


@dataclass(frozen=True)
class Division(Mask):
    """An administrative division code cut to its city (4 digits) or province (2); a value of
    another form than at least six digits becomes null."""

    kind = "division"
    types = ("string",)
    digits: int = 0

    def check(self, item: Item) -> None:
        super().check(item)
        _choose("digits", self.digits, (2, 4))

    def shown(self, item: Item) -> Item:
        return _text_item(item, self.digits, required=False)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        value = quoted(item.name)
        return (
            f"CASE WHEN regexp_full_match({value}, '[0-9]{{6,12}}') "
            f"THEN left({value}, {self.digits}) END"
        )


@dataclass(frozen=True)
class Bucket(Mask):
    """The lower end of the bucket that a number lies in; buckets are ``width`` wide and one of
    them starts at 0. Null where that end has no place in the item's type."""

    kind = "bucket"
    types = ("integer", "decimal", "float")
    width: int | float | str = 0

    def check(self, item: Item) -> None:
        super().check(item)
        if isinstance(self.width, bool) or not isinstance(self.width, int | float | str):
            raise ValueError("width is a number")
        self.width_as(item)

    def width_as(self, item: Item) -> str:
        """The width as text of the item's type; ValueError if it has no place there."""
        text = str(self.width)
        written = re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,12})?", text)
        width = Decimal(text).normalize() if written else Decimal(0)
        if not width:
            raise ValueError('width is a number above 0, such as 10 or "0.5"')
        places = {"integer": 0, "decimal": item.scale or 0, "float": 12}[item.type]
        digits = item.precision - places if item.type == "decimal" else 15
        if width * 10**places % 1 or width >= 10**digits:
            raise ValueError(f"width {text} has no place in {item.sql_type}")
        return f"{width:f}"

    def shown(self, item: Item) -> Item:
        length = item.length if item.type == "decimal" else None
        return Item(item.name, item.type, title=item.title, length=length, scale=item.scale)

    def column(self, item: Item, bound: Bound, salt: bytes) -> str:
        value, place = quoted(item.name), bound.add(self.width_as(item))
        if item.type == "float":
            low = f"floor({value} / CAST({place} AS DOUBLE)) * CAST({place} AS DOUBLE)"
            return f"CASE WHEN isfinite({low}) THEN {low} END"
        kind = "HUGEINT" if item.type == "integer" else item.sql_type
        value, width = f"CAST({value} AS {kind})", f"CAST({place} AS {kind})"
        low = f"{value} - {value} % {width}"
        below = f"{low} - CASE WHEN {value} % {width} < 0 THEN {width} ELSE 0 END"
        return f"TRY_CAST(TRY({below}) AS {item.sql_type})"

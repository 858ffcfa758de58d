"""How a cell of the register is read: its value, or what is wrong with it and how to mend it.

A cell is what a workbook or a CSV file gives: text, number, truth value, day or time. Values are
those of the model's columns; an empty cell is the column's empty value.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from accounts.register.aliases import FALSE, TRUE, alias_of
from accounts.register.columns import Column

LIST_SEPARATORS = re.compile(r"[；;\n\r]+")
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)
MOST_LISTED = 100

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00?:00(?::00)?(?:\.0+)?)?")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_WITH_UNIT = re.compile(r"[¥￥约]?\s*[+-]?[\d,.]+\s*\D+|[¥￥约]\s*[\d,.]+")
_MONTH = re.compile(r"[0-9]{1,2}")
_MONTH_SEPARATORS = re.compile(r"[、,，；;\s]+")
# What XML 1.0 and people cannot write; a tab or a line break within text is kept.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CellFault(NamedTuple):
    """Why a cell cannot be taken: a code, and the cause with the way out."""

    code: str
    message: str


class _Wrong(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.fault = CellFault(code, message)


def read_cell(column: Column, raw: Any) -> tuple[Any, CellFault | None]:
    """The value of a cell and None, or None and its fault."""
    try:
        return _READERS[column.kind](column, raw), None
    except _Wrong as wrong:
        return None, wrong.fault


def is_blank(raw: Any) -> bool:
    """True for a cell in which nothing is written."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def text_of(raw: Any) -> str:
    """A cell as text, trimmed; whole numbers without a decimal point."""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ")
    return "" if raw is None else str(raw).replace("\r\n", "\n").strip()


def _text(column: Column, raw: Any) -> str:
    value = text_of(raw)
    if _CONTROLS.search(value):
        raise _Wrong("control-character", "has a character that cannot be shown; type it anew")
    if column.required and not value:
        raise _Wrong("required", f"write the {column.title}")
    if len(value) > column.length:
        detail = f"has {len(value)} characters; shorten it to at most {column.length}"
        raise _Wrong("too-long", detail)
    return value


def _choice(column: Column, raw: Any) -> str:
    value = text_of(raw)
    if not value:
        return ""
    found = alias_of(column, value)
    if found is None:
        known = "、".join(column.choices.values())
        raise _Wrong("unknown-choice", f"{value[:20]!r} is not in the list; choose one of: {known}")
    return found


def _flag(column: Column, raw: Any) -> bool:
    value = unicodedata.normalize("NFKC", text_of(raw)).lower()
    if value in TRUE:
        return True
    if value in FALSE or not value:
        return False
    raise _Wrong("not-yes-or-no", f"{value[:20]!r} says neither 是 nor 否; write one of them")


def _date(column: Column, raw: Any) -> date | None:
    if is_blank(raw):
        return None
    if isinstance(raw, datetime):
        day: date | None = raw.date()
    elif isinstance(raw, date):
        day = raw
    else:
        text = unicodedata.normalize("NFKC", text_of(raw))
        found = _DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
        day = _day(*map(int, found.groups())) if found else None
    if day is None:
        raise _Wrong("not-a-date", "write the day as 2024-03-15 or as a date of Excel")
    if not EARLIEST <= day <= LATEST:
        raise _Wrong("date-out-of-range", f"must lie between {EARLIEST} and {LATEST}")
    return day


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _decimal(column: Column, raw: Any) -> Decimal | None:
    if is_blank(raw):
        return None
    number = _number(column, raw)
    if number < 0:
        raise _Wrong("negative", "must not be less than 0")
    # A workbook keeps binary fractions: 0.1 + 0.2 has seventeen digits and means 0.3.
    kept = round(number, column.scale)
    near = Decimal("1e-6") if isinstance(raw, float) else Decimal(0)
    if abs(kept - number) > near:
        detail = f"has more than {column.scale} decimals; round it"
        raise _Wrong("too-many-decimals", detail)
    if kept >= Decimal(10) ** (column.length - column.scale):
        raise _Wrong("too-large", f"is too large for {column.title}; check the unit")
    return kept


def _whole(column: Column, raw: Any) -> int | None:
    if is_blank(raw):
        return None
    number = _number(column, raw)
    if number != number.to_integral_value() or not 0 <= number < 2**31:
        raise _Wrong("not-a-whole-number", "write a whole number from 0 to 2147483647")
    return int(number)


def _number(column: Column, raw: Any) -> Decimal:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        text = repr(raw)
    else:
        text = unicodedata.normalize("NFKC", text_of(raw)).replace("，", ",").strip()
        if not _NUMBER.fullmatch(text):
            raise _Wrong(*_number_fault(column, text))
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal("1e20"):
        raise _Wrong("not-a-number", "write a number in digits")
    return number


def _number_fault(column: Column, text: str) -> tuple[str, str]:
    if _WITH_UNIT.fullmatch(text):
        detail = f"{text[:20]!r} has a unit; write the number alone, as {column.title} says"
        return "number-with-unit", detail
    return "not-a-number", f"{text[:20]!r} is not a number; write it in digits"


def _list(column: Column, raw: Any) -> list[str]:
    parts = [part.strip() for part in LIST_SEPARATORS.split(text_of(raw))]
    items = list(dict.fromkeys(part for part in parts if part))
    if len(items) > MOST_LISTED:
        raise _Wrong("too-many-items", f"lists {len(items)}; at most {MOST_LISTED} can be kept")
    for item in items:
        if len(item) > column.length or _CONTROLS.search(item):
            detail = (
                f"{item[:20]!r} is longer than {column.length} characters; separate items by ；"
            )
            raise _Wrong("item-too-long", detail)
    return items


def _months(column: Column, raw: Any) -> list[int]:
    text = unicodedata.normalize("NFKC", text_of(raw)).replace("月", "")
    parts = [part for part in _MONTH_SEPARATORS.split(text) if part]
    if not all(_MONTH.fullmatch(part) and 1 <= int(part) <= 12 for part in parts):
        raise _Wrong("not-months", "list months as numbers from 1 to 12, such as 3、4、10")
    return sorted({int(part) for part in parts})


_READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "choice": _choice,
    "flag": _flag,
    "date": _date,
    "decimal": _decimal,
    "whole": _whole,
    "list": _list,
    "months": _months,
}

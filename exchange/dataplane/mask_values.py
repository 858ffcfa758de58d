"""Masks on single values, for the few rows of a look-up: no engine, the same results.

``exchange.dataplane.mask_kinds`` says what each mask promises and has its expression over a
column; a test holds the two equal.
"""

import datetime
import hashlib
import hmac
import math
import re
from collections.abc import Callable
from decimal import ROUND_FLOOR, Context, Decimal
from functools import partial
from typing import Any

from exchange.dataplane.items import Item
from exchange.dataplane.mask_kinds import (
    HASH_LENGTH,
    Bucket,
    Division,
    Full,
    Hash,
    Mask,
    Partial,
    Period,
)
from exchange.dataplane.partial_forms import ADDRESS, COMPOUND_SURNAMES, NO_COUNTY

Masked = Callable[[Any], Any]
STARS = "***"
_SURNAMES = frozenset(COMPOUND_SURNAMES)
_ADDRESS = re.compile(f"^{ADDRESS}", re.ASCII)
_NO_COUNTY = re.compile(NO_COUNTY, re.ASCII)
_DIVISION = re.compile(r"[0-9]{6,12}")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9Xx]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_CHINA = datetime.timedelta(hours=8)
_INT64 = 1 << 63
_CONTEXT = Context(prec=80)


def masked_value(mask: Mask, item: Item, salt: bytes) -> Masked:
    """What the mask makes of a value as the driver gives it: text, int, Decimal, float, bool,
    date or a datetime in UTC; None is null."""
    return _MAKERS[type(mask)](mask, item, salt)


def _full(mask: Full, item: Item, salt: bytes) -> Masked:
    shown = STARS if mask.show == "stars" else None
    return lambda value: shown


def _partial(mask: Partial, item: Item, salt: bytes) -> Masked:
    form = partial(_ends, mask.head, mask.tail) if mask.form == "ends" else _FORMS[mask.form]
    return lambda value: None if value is None else form(value)


def _ends(head: int, tail: int, value: str) -> str:
    hidden = len(value) - head - tail
    if hidden <= 0:
        return STARS
    return value[:head] + "*" * hidden + (value[-tail:] if tail else "")


def _identity(value: str) -> str:
    if _EIGHTEEN.fullmatch(value):
        return f"{value[:6]}********{value[-4:]}"
    return f"{value[:6]}******{value[-3:]}" if _FIFTEEN.fullmatch(value) else STARS


def _telephone(value: str) -> str:
    return _ends(3, 4, value) if len(value) >= 11 else STARS


def _name(value: str) -> str:
    if len(value) > 2 and value[:2] in _SURNAMES:
        return value[:2] + "**"
    return value[:1] + "**" if len(value) > 1 else "**"


def _address(value: str) -> str:
    found = _ADDRESS.search(value)
    return _NO_COUNTY.sub("", found[0] if found else "", count=1) + STARS


_FORMS: dict[str, Callable[[str], str]] = {
    "identity": _identity,
    "telephone": _telephone,
    "name": _name,
    "address": _address,
}


def _hash(mask: Hash, item: Item, salt: bytes) -> Masked:
    keyed = hmac.new(salt, digestmod=hashlib.sha256)

    def shown(value: Any) -> str | None:
        if value is None:
            return None
        made = keyed.copy()
        made.update(_plain(value).encode())
        return made.hexdigest()[:HASH_LENGTH]

    return shown


def _plain(value: Any) -> str:
    """The value as the engine writes it as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        text = value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(" ")
        return text.rstrip("0") if "." in text else text
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _period(mask: Period, item: Item, salt: bytes) -> Masked:
    show = _PERIODS[mask.to]

    def shown(value: Any) -> Any:
        if value is None:
            return None
        if item.type != "datetime":
            return show(value)
        try:
            return show(value.astimezone(datetime.UTC) + _CHINA)
        except OverflowError:
            # In China the next millennium has begun.
            return {"year": "10000", "month": "10000-01"}.get(mask.to, "10000-01-01")

    return shown


_PERIODS: dict[str, Callable[[datetime.date], Any]] = {
    "year": lambda day: f"{day.year:04}",
    "month": lambda day: f"{day.year:04}-{day.month:02}",
    "day": lambda day: datetime.date(day.year, day.month, day.day),
}


def _division(mask: Division, item: Item, salt: bytes) -> Masked:
    def shown(value: Any) -> str | None:
        if value is None or not _DIVISION.fullmatch(value):
            return None
        return str(value[: mask.digits])

    return shown


def _bucket(mask: Bucket, item: Item, salt: bytes) -> Masked:
    width = mask.width_as(item)
    lows: dict[str, Masked] = {
        "integer": partial(_low_integer, int(Decimal(width))),
        "decimal": partial(_low_decimal, Decimal(width), item),
        "float": partial(_low_float, float(width)),
    }
    low = lows[item.type]
    return lambda value: None if value is None else low(value)


def _low_integer(width: int, value: int) -> int | None:
    low = value - value % width
    return low if low >= -_INT64 else None


def _low_decimal(width: Decimal, item: Item, value: Decimal) -> Decimal | None:
    whole = _CONTEXT.divide(value, width).to_integral_value(ROUND_FLOOR, _CONTEXT)
    low = _CONTEXT.multiply(whole, width)
    digits, scale = item.precision, item.scale or 0
    if low.adjusted() >= digits - scale and low:
        return None
    fitted = _CONTEXT.quantize(low, Decimal(1).scaleb(-scale))
    return fitted if fitted else abs(fitted)


def _low_float(width: float, value: float) -> float | None:
    try:
        low = math.floor(value / width) * width
    except (OverflowError, ValueError):
        return None
    return low if math.isfinite(low) else None


_MAKERS: dict[type[Mask], Callable[[Any, Item, bytes], Masked]] = {
    Full: _full,
    Partial: _partial,
    Hash: _hash,
    Period: _period,
    Division: _division,
    Bucket: _bucket,
}

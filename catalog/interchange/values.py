"""How one value of another catalogue is read into ours, or what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.interchange.aliases import FALSE, TRUE, choice_words, folded
from catalog.interchange.columns import Column
from catalog.interchange.findings import Wrong
from catalog.vocabulary import FORMAT_TYPES

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)
MOST_LISTED = 200
MOST_NUMBER = Decimal(10) ** 12
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}.*)?")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SIZE = re.compile(r"(\d{1,9})(?:\s*[,，.]\s*(\d{1,3}))?\s*(?:位|字符|个字符|字节|bytes?)?", re.I)
_UNITS = {
    "g": Decimal(1), "gb": Decimal(1), "m": Decimal(1) / 1024, "mb": Decimal(1) / 1024,
    "t": Decimal(1024), "tb": Decimal(1024), "k": Decimal(1) / 1024 / 1024,
    "kb": Decimal(1) / 1024 / 1024,
}  # fmt: skip
_COUNTS = {"万": Decimal(1), "万条": Decimal(1), "亿": Decimal(10000), "亿条": Decimal(10000),
           "条": Decimal("0.0001")}  # fmt: skip
_WITH_UNIT = re.compile(r"([\d,.]+)\s*([a-zA-Z]{1,2}|[万亿]?条|[万亿])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028\u2029\ufeff]")
_SCALE = Decimal("0.0001")


def text_of(raw: Any) -> str:
    """A value as its file wrote it, but for NUL; whole numbers without a decimal point."""
    if isinstance(raw, str):
        return raw.replace("\0", "")
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ")
    if isinstance(raw, list | tuple):
        return "；".join(text_of(part) for part in raw)
    return "" if raw is None else str(raw)


def clean(text: str, *, keeps_lines: bool = False) -> str:
    """Text without invisible characters, with single spaces; lines are kept where asked."""
    shown = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not keeps_lines:
        return " ".join(shown.split())
    lines = (" ".join(line.split()) for line in shown.split("\n"))
    return "\n".join(line for line in lines if line)


def read_value(column: Column, raw: Any, words: Mapping[str, str]) -> Any:
    """The value; Wrong if it cannot be understood. ``words`` are the importer's own translations.

    A word of ``words`` that is no value of ours is read on as if it stood in the file.
    """
    own = words.get(text_of(raw).strip())
    return _READERS[column.kind](column, raw if own is None else own)


def _text(column: Column, raw: Any) -> str:
    value = clean(text_of(raw), keeps_lines=column.kind == "lines")
    if len(value) > column.length:
        detail = f"has {len(value)} characters; shorten it to at most {column.length}"
        raise Wrong("too-long", detail)
    return value


def _choice(column: Column, raw: Any) -> str:
    text = text_of(raw)
    if not text.strip():
        return ""
    found = choice_words(column).get(folded(text))
    if found is None:
        known = "、".join(column.choices.values())
        raise Wrong("unknown-value", f"{text.strip()[:20]!r} is none of: {known}; map it")
    return found


def _format_type(column: Column, raw: Any) -> str:
    value = clean(text_of(raw))
    known = {kind.casefold(): kind for kinds in FORMAT_TYPES.values() for kind in kinds}
    known |= {"其它": "其他", "sqlserver": "sqlServer", "sybase": "sysbase"}
    if value and value.casefold() not in known:
        raise Wrong("unknown-value", f"{value[:20]!r} is no type of format of the guide; map it")
    return known.get(value.casefold(), "")


def _flag(column: Column, raw: Any) -> bool | None:
    text = folded(text_of(raw))
    if not text:
        return None
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise Wrong("unknown-value", f"{text[:20]!r} says neither 是 nor 否")


def _date(column: Column, raw: Any) -> date | None:
    if isinstance(raw, datetime):
        day: date | None = raw.date()
    elif isinstance(raw, date):
        day = raw
    else:
        text = unicodedata.normalize("NFKC", text_of(raw)).strip()
        if not text:
            return None
        found = _DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
        day = _day(*map(int, found.groups())) if found else None
    if day is None:
        raise Wrong("not-a-date", "write the day as 2024-03-15")
    if not EARLIEST <= day <= LATEST:
        raise Wrong("date-out-of-range", f"must lie between {EARLIEST} and {LATEST}")
    return day


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _decimal(column: Column, raw: Any) -> Decimal | None:
    text = unicodedata.normalize("NFKC", text_of(raw)).strip()
    if not text:
        return None
    factor = Decimal(1)
    if not _NUMBER.fullmatch(text) and not isinstance(raw, int | float):
        text, factor = _unit(column, text)
    try:
        number = Decimal(text.replace(",", "")) * factor
    except InvalidOperation as bad:
        raise Wrong("not-a-number", "write a number in digits, not less than 0") from bad
    if not number.is_finite() or number < 0:
        raise Wrong("not-a-number", "write a number in digits, not less than 0")
    if number >= MOST_NUMBER:
        raise Wrong("too-large", f"is too large for {column.title}; check the unit")
    kept = number.quantize(_SCALE)
    # A workbook keeps binary fractions; a unit divides.
    if factor == 1 and not isinstance(raw, float) and kept != number:
        raise Wrong("too-many-decimals", "has more than 4 decimals; round it")
    return kept


def _unit(column: Column, text: str) -> tuple[str, Decimal]:
    found = _WITH_UNIT.fullmatch(text)
    units = _UNITS if column.name.endswith("_gb") else _COUNTS
    if not found or found[2].casefold() not in units:
        raise Wrong("not-a-number", f"{text[:20]!r} is not a number; write it in digits")
    return found[1], units[found[2].casefold()]


def _whole(column: Column, raw: Any) -> int | None:
    text = unicodedata.normalize("NFKC", text_of(raw)).strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise Wrong("not-a-number", f"{text[:20]!r} is not a whole number")
    return int(text)


def _size(column: Column, raw: Any) -> tuple[int, int | None] | None:
    text = unicodedata.normalize("NFKC", text_of(raw)).strip()
    if not text:
        return None
    found = _SIZE.fullmatch(text)
    if not found:
        raise Wrong("not-a-number", f"{text[:20]!r} is no length; write digits, as 18 or 16,2")
    return int(found[1]), int(found[2]) if found[2] else None


def _list(column: Column, raw: Any) -> list[str]:
    parts = raw if isinstance(raw, list | tuple) else split(text_of(raw))
    listed = list(dict.fromkeys(part for part in (clean(text_of(p)) for p in parts) if part))
    if len(listed) > MOST_LISTED:
        raise Wrong("too-many-parts", f"lists {len(listed)}; at most {MOST_LISTED} are kept")
    for part in listed:
        if len(part) > column.length:
            raise Wrong("too-long", f"{part[:20]!r} is longer than {column.length} characters")
    return listed


def split(text: str) -> list[str]:
    """The parts of a list in one text: the strongest separator in it counts, 、 is the weakest."""
    for separator in (r"[\r\n]+\s*", r"[；;|]", r"[,，]", r"\t+", r"、"):
        if re.search(separator, text.strip()):
            return re.split(separator, text.strip())
    return [text]


def _modes(column: Column, raw: Any) -> list[str]:
    known, found = choice_words(column), []
    parts = raw if isinstance(raw, list | tuple) else re.split(r"[；;,，、\s/+]+", text_of(raw))
    for part in parts:
        text = text_of(part)
        if not text.strip():
            continue
        if folded(text) not in known:
            raise Wrong("unknown-value", f"{text[:20]!r} is no way of sharing; map it")
        found.append(known[folded(text)])
    return list(dict.fromkeys(found))


_READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "lines": _text,
    "choice": _choice,
    "format_type": _format_type,
    "flag": _flag,
    "date": _date,
    "decimal": _decimal,
    "whole": _whole,
    "size": _size,
    "list": _list,
    "modes": _modes,
}

"""Of the corpus of bad input: what stands in the place of one good value of a body or a form."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.architecture.bad_input import DDE

# Texts that are right, though readers take them for something else: kept as they are, or refused.
MARK = "核𠮷对"
TEXTS = (
    *(f"{DDE} {MARK}", f"+1+1 {MARK}", f"-1+1 {MARK}", f"@SUM(1+1) {MARK}", f"'=1 {MARK}"),
    *(
        f"{MARK}\u202efdp.exe",
        f"{MARK}\u2066x\u2069.",
        f"{MARK}\u200b\u200d\ufeff.",
        f"{MARK}\x01\x1b[2J.",
    ),
    *(
        f"{MARK}\t.",
        f"{MARK}\r\n.",
        f"{MARK}\u2028.",
        f"{MARK}e\u0301é",
        f"{MARK}\ue000\U000f0000.",
    ),
    *(
        f"{MARK}<script>alert(1)</script>&amp;",
        f"{MARK}{{{{7*7}}}}${{7*7}}%s%00",
        f"{MARK}' OR 1=1;--",
    ),
    *(
        f"{MARK}../../etc/passwd",
        f"{MARK}鏁版嵁",
        f"{MARK}ﬁ①Å％",
        f"{MARK}\U0010ffff\ufffe.",
        f"{MARK}臺",
    ),
)
# What is typed into a field, whatever it is for.
TYPED = (
    *(
        "",
        "0",
        "-1",
        "9" * 5000,
        "甲" * 5000,
        "x" * 100_000,
        "a\0b",
        "\ufffd",
        "١",
        "𐩀",
        "²",
        "1e400",
    ),
    *("NaN", "infinity", "9999-12-31", "0001-01-01", "2026-02-30", "../x", "javascript:alert(1)"),
    *("on", "[]", "{}", "null", "0" * 36, "00000000-0000-0000-0000-000000000000", "\r\n\r\n"),
)
# By the kind of a good value: what PostgreSQL or the next reader takes for something else.
DAYS = ("9999-12-31", "0001-01-01", "10000-01-01", "infinity", "0000-00-00", "2026-02-30", "1", 7)
TIMES = (
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+08:00", "2026-01-01T24:00:01Z", "infinity"),
    *("2026-01-01T00:00:00+99:99", "-4712-01-01T00:00:00Z", 1e12),
)
IDS = ("", 0, False, "0" * 36, "' OR 1=1 --", "../x", "{a}", [], {"a": 1}, 10**17)
NUMBERS = (-1, 0, 2**31, 10**17, -(10**17), 1.5, 1e300, 1e-300, "1e3", "١", "𐩀", "9" * 5000, "NaN")
OTHERS = (None, True, [], {}, [[]], {"a": {"$ne": None}}, {"name__contains": "a"}, 1e300, "")
WORDS = ("甲" * 5000, "x" * 100_000, "\x7f" * 9, "𐩀", *OTHERS)
LISTS = ([None], [[]], [{}] * 3000, ["甲" * 5000], ["a"] * 3000, "a", {"0": "a"}, 7)


def traps(good: Any, texts: tuple[str, ...] = TEXTS) -> tuple[Any, ...]:
    """What may stand in the place of a good value to break its reader."""
    if isinstance(good, bool):
        return ("yes", "", 2, -1, *OTHERS)
    if isinstance(good, int | float):
        return (*NUMBERS, *OTHERS)
    if isinstance(good, list):
        return (*LISTS, *OTHERS)
    if isinstance(good, dict):
        return ([], "a", 7, None, {"\\": 1}, {"a" * 9000: 1}, {"__proto__": {"a": 1}}, *OTHERS)
    text = str(good)
    if len(text) == 36 and text.count("-") == 4:
        return IDS
    if _is_day(text[:10]):
        return (*(DAYS if len(text) == 10 else TIMES), *OTHERS)
    return (*WORDS, *texts)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False

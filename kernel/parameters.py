"""What is sent as a word: one of few, yes or no, a number, a day, a period."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import TypeVar

from django.utils import timezone
from rest_framework.request import Request

from kernel.days import read_day
from kernel.errors import Invalid
from kernel.texts import Text

Word = TypeVar("Word", bound=str)
_YEAR = timedelta(days=365)
_DIGITS = re.compile(r"[0-9]{1,9}")


def choice_of(request: Request, name: str, choices: Collection[Word]) -> Word | None:
    """One of the choices; None if the parameter is left out."""
    value = request.query_params.get(name)
    found = next((choice for choice in choices if choice == value), None)
    if value is not None and found is None:
        raise Invalid.field(name, Text("must be one of: {known}", known=choices), "invalid-choice")
    return found


def one_of(request: Request, name: str, *values: Word) -> Word:
    """One of the values; the first one if the parameter is left out."""
    return choice_of(request, name, values) or values[0]


def flag_of(request: Request, name: str) -> bool | None:
    """True or false as the parameter says; None if it is left out."""
    value = choice_of(request, name, ("true", "false"))
    return None if value is None else value == "true"


def whole_number(text: str) -> int | None:
    """The number that up to nine digits are; None for everything else.

    Python's own words for digits take more: of other scripts, raised ones, and thousands of them.
    """
    return int(text) if _DIGITS.fullmatch(text) else None


def day_of(request: Request, name: str) -> date | None:
    """A day of the years 1949 to 2199; None if the parameter is left out."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    found = read_day(raw)
    if found is None:
        raise Invalid.field(name, "must be a day, as in 2026-03-02")
    return found


def period_of(request: Request) -> tuple[date, date]:
    """The days ``since`` and ``until``; left out, they are a year ending today."""
    until = day_of(request, "until") or timezone.localdate()
    since = day_of(request, "since") or until - _YEAR
    if since > until:
        raise Invalid.field("since", Text("must be {until} or earlier", until=until))
    return since, until

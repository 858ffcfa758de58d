"""Facts about a system as small charts: a bar a month, drawn on the server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.portal import words
from accounts.signals.days import daily_series
from accounts.vocabulary import GAUGES, SignalKind

MONTHS = 13
WIDTH, HEIGHT, _STEP, _BAR = 260, 56, 20, 14


@dataclass(frozen=True)
class Bar:
    """A month: its place in the drawing, and what was told in it (None: nothing)."""

    x: int
    y: float
    height: float
    month: str
    number: float | None
    width: int = _BAR

    @property
    def kind(self) -> str:
        """The class of its colour."""
        return "none" if self.number is None else "zero" if self.number == 0 else "some"


@dataclass(frozen=True)
class Spark:
    """One kind of fact over the months, this one last."""

    kind: str
    title: Any
    unit: Any
    bars: list[Bar]

    @property
    def latest(self) -> float | None:
        """The last month in which something was told."""
        told = [bar.number for bar in self.bars if bar.number is not None]
        return told[-1] if told else None

    @property
    def first_month(self) -> str:
        """The month with which the drawing begins."""
        return self.bars[0].month

    @property
    def last_month(self) -> str:
        """The month with which it ends."""
        return self.bars[-1].month


def sparks_of(system: UUID, kinds: Iterable[str] = SignalKind.values) -> list[Spark]:
    """The kinds of which anything was told in the last months, each as a chart; one statement."""
    today = timezone.localdate()
    months = last_months(today)
    series = daily_series(system, months[0], today)
    return [
        Spark(kind, *words.SIGNALS[kind], bars(by_month(kind, series[kind], months), months))
        for kind in kinds
        if kind in series
    ]


def last_months(today: date) -> list[date]:
    """The first days of the last MONTHS months, this one last."""
    here = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(here - MONTHS + 1, here + 1)]


def by_month(
    kind: str, days: Sequence[tuple[date, float]], months: Sequence[date]
) -> list[float | None]:
    """What each month says: counts are added up, of gauges the largest counts."""
    found: dict[date, float] = {}
    for day, number in days:
        month = day.replace(day=1)
        before = found.get(month)
        if before is None:
            found[month] = number
        else:
            found[month] = max(before, number) if kind in GAUGES else before + number
    return [found.get(month) for month in months]


def bars(numbers: Sequence[float | None], months: Sequence[date]) -> list[Bar]:
    """The numbers as bars; a zero and a silent month keep a line to be seen by."""
    most = max((number for number in numbers if number), default=1.0)
    made = []
    for place, (number, month) in enumerate(zip(numbers, months, strict=True)):
        height = max(round((number or 0) / most * (HEIGHT - 4), 1), 2.0)
        y = round(HEIGHT - height, 1)
        made.append(Bar(place * _STEP, y, height, f"{month:%Y-%m}", number))
    return made

"""Stretches of time that a curve is drawn by: days, weeks or months, whichever are few enough."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Step = Literal["day", "week", "month"]
_MOST_DAYS, _MOST_WEEKS = 45, 200


@dataclass(frozen=True)
class Buckets:
    """The stretches that the days from ``since`` to ``until`` fall into, each by its first day."""

    step: Step
    days: tuple[date, ...]

    @classmethod
    def of(cls, since: date, until: date) -> "Buckets":
        """Days up to six weeks, weeks up to half a year, then months."""
        length = (until - since).days
        step: Step = "day" if length < _MOST_DAYS else "week" if length < _MOST_WEEKS else "month"
        days, day = [], _first(since, step)
        while day <= until:
            days.append(day)
            day = _next(day, step)
        return cls(step, tuple(days))

    def column(self, day: str) -> str:
        """The SQL expression of the bucket of a day."""
        return f"date_trunc('{self.step}', {day})::date"


def _first(day: date, step: Step) -> date:
    """The first day of the stretch, as date_trunc has it: weeks begin on Monday."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _next(day: date, step: Step) -> date:
    if step == "month":
        return (day + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)

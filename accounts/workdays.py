"""Counting workdays (工作日): the day a clock starts is not counted, moved weekends (调休) are.

Pure: calendars come in as values. A year without a calendar is guessed as plain Monday to Friday,
and what was counted with a guess is provisional.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class YearDays:
    """One edition of a year's calendar: the days that differ from Monday to Friday."""

    edition: int
    days: Mapping[date, bool]


@dataclass(frozen=True)
class Due:
    """The last day of a limit, and the editions (year -> edition) that it was counted with."""

    on: date
    is_provisional: bool = False
    calendars: dict[str, int] = field(default_factory=dict)


Calendars = Mapping[int, YearDays]


def is_workday(day: date, calendars: Calendars) -> bool:
    """Whether people work on this day."""
    weekday = day.weekday() < 5
    year = calendars.get(day.year)
    return year.days.get(day, weekday) if year else weekday


def add_workdays(start: date, count: int, calendars: Calendars) -> Due:
    """The ``count``-th workday after ``start``; count is one or more."""
    if count < 1:
        raise ValueError("a limit has at least one workday")
    days = (day for day in _after(start) if is_workday(day, calendars))
    last = next(day for number, day in enumerate(days, 1) if number == count)
    years = range(start.year, last.year + 1)
    return Due(
        on=last,
        is_provisional=any(year not in calendars for year in years),
        calendars={str(year): calendars[year].edition for year in years if year in calendars},
    )


def workday_before(day: date, count: int, calendars: Calendars) -> date:
    """The ``count``-th workday before a day; the day itself for 0."""
    found = day
    for _ in range(count):
        found -= _DAY
        while not is_workday(found, calendars):
            found -= _DAY
    return found


def workdays_left(today: date, due: date, calendars: Calendars) -> int:
    """Workdays after today up to the due day; negative when it has passed, 0 on the day itself."""
    early, late = sorted((today, due))
    moved = sum(
        works - (day.weekday() < 5)
        for number, year in calendars.items()
        for day, works in year.days.items()
        if early < day <= late and day.year == number
    )
    between = _weekdays_until(late) - _weekdays_until(early) + moved
    return between if due >= today else -between


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays since the first day of all, which was a Monday."""
    weeks, days = divmod(day.toordinal(), 7)
    return 5 * weeks + min(days, 5)


def _after(start: date) -> Iterator[date]:
    day = start
    while True:
        day += _DAY
        yield day

"""Until when data are as fresh as their own cycle promises.

A cycle is a promise for calendar periods, not for a number of days: yearly data brought on 30 June
2025 are owed again some time in 2026, so they are fresh until the end of 2026, and not overdue 366
days after. The last day of a period moves on to the next workday where it is a day of rest.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from accounts.workdays import Calendars, is_workday, workdays_left
from catalog.vocabulary import UpdateCycle

_DAY = timedelta(days=1)
NO_CALENDARS: Calendars = {}


def _end_of_months(length: int) -> Callable[[date], date]:
    """The last day of the period of so many months that follows the one of the day."""

    def end(day: date) -> date:
        first = (day.month - 1) // length * length
        months = day.year * 12 + first + 2 * length - 1
        year, month = divmod(months, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1])

    return end


def _next_day(day: date) -> date:
    return day + _DAY


def _end_of_next_week(day: date) -> date:
    return day + _DAY * (13 - day.weekday())


# 实时 has no day to keep: whether an interface answers is watched call by call. 其他 promises none.
_LAST_DAY: Mapping[str, Callable[[date], date]] = {
    UpdateCycle.DAILY: _next_day,
    UpdateCycle.WEEKLY: _end_of_next_week,
    UpdateCycle.MONTHLY: _end_of_months(1),
    UpdateCycle.QUARTERLY: _end_of_months(3),
    UpdateCycle.HALF_YEARLY: _end_of_months(6),
    UpdateCycle.YEARLY: _end_of_months(12),
}
PROMISING = tuple(_LAST_DAY)


def fresh_until(
    cycle: str,
    data_updated_on: date | None,
    published_on: date | None,
    calendars: Calendars = NO_CALENDARS,
) -> date | None:
    """The last day on which the data keep their cycle's promise; overdue from the next day on.

    Counted from the day the data last came, else from the entry's publication. None where the
    cycle promises no day (其他, 实时, none stated) or nothing has begun. Without ``calendars``
    the days of rest are Saturday and Sunday.
    """
    begun = data_updated_on or published_on
    last_day = _LAST_DAY.get(cycle)
    if last_day is None or begun is None:
        return None
    day = last_day(begun)
    while not is_workday(day, calendars):
        day += _DAY
    return day


class Standing(NamedTuple):
    """How data stand to their cycle's promise on a day.

    ``code``: ``fresh``; ``overdue`` where they came once; ``never_came`` where they are owed and
    never came; ``no_promise``.
    """

    code: str
    fresh_until: date | None
    workdays_overdue: int


def standing(
    cycle: str,
    data_updated_on: date | None,
    published_on: date | None,
    today: date,
    calendars: Calendars = NO_CALENDARS,
) -> Standing:
    """How the data stand today; ``workdays_overdue`` is 0 unless they are late."""
    until = fresh_until(cycle, data_updated_on, published_on, calendars)
    if until is None:
        return Standing("no_promise", None, 0)
    if today <= until:
        return Standing("fresh", until, 0)
    late = -workdays_left(today, until, calendars)
    return Standing("never_came" if data_updated_on is None else "overdue", until, late)

"""Which elements of the year arrays belong to the year up to today and to the two before."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.zombies.evidence import HALF_DAYS, YEAR_DAYS

MONTHS = 36


@dataclass(frozen=True)
class Window:
    """A slice of one calendar year's array: elements ``first`` to ``last``, 1-based.

    ``ago`` is 0 for the 365 days up to today, 1 for the 365 before them, 2 for those before.
    ``half`` is the first element of the last 180 days, beyond the slice where it has none.
    """

    year: int
    ago: int
    first: int
    last: int
    half: int

    def day(self, element: int) -> date:
        """The day of an element."""
        return date(self.year, 1, 1) + timedelta(element - 1)


def windows(today: date) -> list[Window]:
    """The slices of the 365 days up to today and of the two times 365 before, oldest first."""
    half = today - timedelta(HALF_DAYS - 1)
    found = []
    for ago in (2, 1, 0):
        last = today - timedelta(YEAR_DAYS * ago)
        found += _slices(last - timedelta(YEAR_DAYS - 1), last, half, ago)
    return found


def month_of(today: date, year: int, element: int) -> int:
    """How many months before today's a day is; negative after it."""
    day = date(year, 1, 1) + timedelta(element - 1)
    return (today.year - day.year) * 12 + today.month - day.month


def _slices(first: date, last: date, half: date, ago: int) -> list[Window]:
    found = []
    for year in range(first.year, last.year + 1):
        new_year, eve = date(year, 1, 1), date(year, 12, 31)
        low, high = max(first, new_year), min(last, eve)
        at = (max(half, new_year) - new_year).days + 1 if half <= high else 367
        found.append(Window(year, ago, (low - new_year).days + 1, (high - new_year).days + 1, at))
    return found

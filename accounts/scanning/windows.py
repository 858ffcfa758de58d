"""Which elements of the year arrays belong to the 365 days up to today and to those before."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from accounts.zombies.evidence import HALF_DAYS, YEAR_DAYS

MONTHS = 36
# The stretches in which the days are summed, oldest first.
EARLIER, BEFORE, FIRST_PART, HALF = range(4)


@dataclass(frozen=True)
class Window:
    """A slice of one calendar year's array, within one stretch: elements, 1-based."""

    year: int
    stretch: int
    first: int
    last: int

    def day(self, element: int) -> date:
        """The day of an element."""
        return date(self.year, 1, 1) + timedelta(element - 1)


def windows(today: date) -> list[Window]:
    """The slices of the last 180 days, of the 185 before, and of two times 365; oldest first."""
    year = today - timedelta(YEAR_DAYS)
    half = today - timedelta(HALF_DAYS)
    ends = [year - timedelta(YEAR_DAYS * 2), year - timedelta(YEAR_DAYS), year, half, today]
    return [
        window
        for stretch, (before, last) in enumerate(pairwise(ends))
        for window in _slices(before + timedelta(1), last, stretch)
    ]


def month_of(today: date, year: int, element: int) -> int:
    """How many months before today's a day is; negative after it."""
    day = date(year, 1, 1) + timedelta(element - 1)
    return (today.year - day.year) * 12 + today.month - day.month


def _slices(first: date, last: date, stretch: int) -> list[Window]:
    found = []
    for year in range(first.year, last.year + 1):
        new_year, eve = date(year, 1, 1), date(year, 12, 31)
        low, high = max(first, new_year), min(last, eve)
        found.append(Window(year, stretch, (low - new_year).days + 1, (high - new_year).days + 1))
    return found

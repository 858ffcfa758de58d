"""Last days in the portal: a day with the workdays that are left to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.calendars import calendars_from
from accounts.portal.cells import left_badge, provisional
from accounts.workdays import workdays_left
from kernel.cells import beside, day

SOON = 2


@dataclass(frozen=True)
class Due:
    """A last day; ``days_left`` are workdays, below nought once it has passed."""

    on: date
    days_left: int
    is_provisional: bool = False

    @property
    def shown(self) -> str:
        """The day and what is left to it."""
        tone = "bad" if self.days_left < 0 else "warn" if self.days_left <= SOON else "good"
        return beside(
            day(self, self.on),
            self.is_provisional and provisional(),
            left_badge(self.days_left, tone, is_over=self.days_left < 0),
        )


def dues(days: Iterable[tuple[date | None, bool]]) -> list[Due | None]:
    """Each day with what is left of it, None where there is none; the calendars are read once."""
    asked = list(days)
    today = timezone.localdate()
    known = [day for day, _ in asked if day is not None]
    if not known:
        return [None] * len(asked)
    first = min([today, *known]).year
    calendars = calendars_from(first, max([today, *known]).year - first + 1)
    return [
        None if day is None else Due(day, workdays_left(today, day, calendars), is_provisional)
        for day, is_provisional in asked
    ]

"""The calendars in force, as the values that accounts.workdays counts with."""

from datetime import date

from accounts.models import CalendarYear
from accounts.workdays import Calendars, YearDays
from kernel.kept import Kept

_EDITIONS = Kept(
    lambda first, beyond: (
        CalendarYear.objects.filter(year__gte=first, year__lt=beyond)
        .order_by("year", "-edition")
        .distinct("year")
    )
)


def calendars_from(year: int, years: int = 3) -> Calendars:
    """The latest editions from this year on; a limit never reaches further than the third year."""
    return {
        row.year: YearDays(
            row.edition, {date.fromisoformat(day): works for day, works in row.days.items()}
        )
        for row in _EDITIONS(first=year, beyond=year + years)
    }

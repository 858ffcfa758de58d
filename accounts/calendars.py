"""The calendars in force, as the values that accounts.workdays counts with."""

from datetime import date

from accounts.models import CalendarYear
from accounts.workdays import Calendars, YearDays


def calendars_from(year: int, years: int = 3) -> Calendars:
    """The latest editions from this year on; a limit never reaches further than the third year."""
    rows = (
        CalendarYear.objects.filter(year__gte=year, year__lt=year + years)
        .order_by("year", "-edition")
        .distinct("year")
    )
    return {
        row.year: YearDays(
            row.edition, {date.fromisoformat(day): works for day, works in row.days.items()}
        )
        for row in rows
    }

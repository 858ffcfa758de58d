"""Reading workday calendars: the State Council's as published, and files in holiday-cn's shape."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import chinese_calendar

from accounts.errors import CalendarInvalid

FIRST_OFFICIAL = 2004
SOURCE = "State Council notice on holidays, as held by chinesecalendar"


def official_years(since: int = FIRST_OFFICIAL) -> Iterator[tuple[int, dict[date, bool]]]:
    """Each year that the package holds, with the days that differ from Monday to Friday."""
    known = dict.fromkeys(chinese_calendar.holidays, False)
    known |= dict.fromkeys(chinese_calendar.workdays, True)
    last = max(chinese_calendar.holidays).year
    for year in range(since, last + 1):
        yield (
            year,
            {
                day: works
                for day, works in sorted(known.items())
                if day.year == year and works != (day.weekday() < 5)
            },
        )


def read_holiday_cn(body: dict[str, Any]) -> tuple[int, dict[date, bool]]:
    """Year and days of ``{"year", "days": [{"name", "date", "isOffDay"}]}``; a day stands once."""
    try:
        year = int(body["year"])
        days = [(date.fromisoformat(day["date"]), not day["isOffDay"]) for day in body["days"]]
    except (KeyError, TypeError, ValueError) as bad:
        raise CalendarInvalid(f"not of the shape year, days[name, date, isOffDay]: {bad}") from bad
    made = dict(days)
    if len(made) != len(days):
        raise CalendarInvalid("a day stands twice")
    return year, made

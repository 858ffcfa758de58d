"""Reading workday calendars: the State Council's as published, and files in holiday-cn's shape."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import chinese_calendar

from accounts.errors import CalendarInvalid

FIRST_OFFICIAL = 2004
SOURCE = "State Council notice on holidays, as held by chinesecalendar"


def official_years() -> Iterator[tuple[int, dict[date, bool]]]:
    """Each year that the package holds, with the days that differ from Monday to Friday."""
    last = max(chinese_calendar.holidays).year
    for year in range(FIRST_OFFICIAL, last + 1):
        yield year, _official_days(year)


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


def _official_days(year: int) -> dict[date, bool]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    known = {day: chinese_calendar.is_workday(day) for day in days}
    return {day: works for day, works in known.items() if works != (day.weekday() < 5)}

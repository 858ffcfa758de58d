"""When a clock is due by the calendars in force, and from when on its department is warned."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.calendars import calendars_from
from accounts.workdays import Due, add_workdays, workday_before

# Workdays before the last day from which on the department is warned.
WARNED_BEFORE = 2


def count_due(started_at: datetime, workdays: int) -> Due:
    """The last day of a limit that starts at a moment, by the calendars in force."""
    start = timezone.localdate(started_at)
    return add_workdays(start, workdays, calendars_from(start.year))


def due_columns(due: Due, limit: int) -> dict[str, Any]:
    """What an obligation says of its last day, and from when on the department is warned."""
    calendars = calendars_from(due.on.year - 1)
    early = min(WARNED_BEFORE, max(limit - 1, 0))
    return {
        "due_on": due.on,
        "warn_on": workday_before(due.on, early, calendars) if limit else None,
        "is_provisional": due.is_provisional,
        "calendars": due.calendars,
    }


def workdays_ago(today: date, count: int) -> date:
    """The ``count``-th workday before today."""
    return workday_before(today, count, calendars_from(today.year - 1))

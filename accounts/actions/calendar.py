"""The workday calendar: one edition a year, corrected by a new edition, never changed."""

from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction

from accounts import audit
from accounts.actions.obligations import recompute_obligations
from accounts.actor import Actor
from accounts.errors import CalendarInvalid
from accounts.models import CalendarYear
from accounts.permissions import Perm
from accounts.policy import require
from kernel.texts import Text

FIRST_YEAR, LAST_YEAR = 1949, 2199


@transaction.atomic
def load_calendar_year(
    year: int, days: Mapping[date, bool], source: str, *, actor: Actor
) -> CalendarYear:
    """Put a year's calendar in force: day -> whether people work, for the days out of the ordinary.

    The same days again make no new edition. Due dates that waited for this year become final.
    """
    require(actor, Perm.CALENDAR_LOAD)
    kept = _differing(year, days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('calendar', %s))", [year])
    latest = CalendarYear.objects.filter(year=year).order_by("-edition").first()
    if latest and latest.days == kept:
        return latest
    edition = latest.edition + 1 if latest else 1
    made = CalendarYear.objects.create(year=year, edition=edition, days=kept, source=source)
    audit.record(actor, "calendar.loaded", made, year=year, edition=edition, source=source)
    recompute_obligations(actor=actor)
    return made


def _differing(year: int, days: Mapping[date, bool]) -> dict[str, bool]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarInvalid(
            Text("the year must lie between {first} and {last}", first=FIRST_YEAR, last=LAST_YEAR)
        )
    strange = sorted(day for day in days if day.year != year)
    if strange:
        raise CalendarInvalid(
            Text("{day} is not a day of {year}", day=strange[0].isoformat(), year=year)
        )
    return {
        day.isoformat(): works
        for day, works in sorted(days.items())
        if works != (day.weekday() < 5)
    }

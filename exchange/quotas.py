"""The calls and rows that a grant gives for a day, counted exactly.

A day is China's. One statement adds and compares, so that calls side by side never pass a bound
together; it stands last in a read's transaction, because it makes the others of the grant wait.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from exchange.errors import QuotaExceeded
from exchange.models import Grant, GrantDay
from exchange.rights import live_grant
from kernel.days import today
from kernel.models import uuid7
from kernel.texts import Text

# The bounds and the state are the database's of this moment, whatever the caller holds.
TAKE = """
    INSERT INTO exchange_grantday AS today
        (id, created_at, updated_at, version, grant_id, day, calls, rows)
    SELECT %(id)s, now(), now(), 1, id, %(day)s, %(calls)s, %(rows)s
      FROM exchange_grant
     WHERE id = %(grant)s AND state = 'active' AND ends_on >= %(day)s
       AND %(calls)s <= coalesce(calls_per_day, %(calls)s)
       AND %(rows)s <= coalesce(rows_per_day, %(rows)s)
    ON CONFLICT (grant_id, day) DO UPDATE
       SET calls = today.calls + excluded.calls, rows = today.rows + excluded.rows,
           version = today.version + 1, updated_at = now()
     WHERE EXISTS (
        SELECT 1 FROM exchange_grant
         WHERE id = today.grant_id
           AND today.calls + excluded.calls
               <= coalesce(calls_per_day, today.calls + excluded.calls)
           AND today.rows + excluded.rows <= coalesce(rows_per_day, today.rows + excluded.rows))
"""


TAKE_TYPES = {"id": "uuid", "day": "date", "calls": "integer", "rows": "bigint", "grant": "uuid"}


def require_left(grant: Grant) -> None:
    """QuotaExceeded if the day's calls or rows are used up: a look before the work."""
    if grant.calls_per_day is None and grant.rows_per_day is None:
        return
    used = GrantDay.objects.filter(grant=grant, day=timezone.localdate()).first()
    require_beyond(grant, used.calls if used else 0, used.rows if used else 0)


def require_beyond(grant: Grant, calls: int, rows: int) -> None:
    """QuotaExceeded if so many calls and rows of today use up what the grant gives for a day."""
    if grant.calls_per_day is not None and calls >= grant.calls_per_day:
        raise _exceeded(grant)
    if grant.rows_per_day is not None and rows >= grant.rows_per_day:
        raise _exceeded(grant)


def take(grant: Grant, *, calls: int, rows: int) -> None:
    """Count what is about to be given; QuotaExceeded if the day has not so much left.

    Refused, too, if the grant has ended since the call began.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, take_values(grant, calls=calls, rows=rows))
        taken = cursor.rowcount
    if not taken:
        raise refused(grant, rows)


def take_values(grant: Grant, *, calls: int, rows: int) -> dict[str, Any]:
    """The values of TAKE, which gives a row if there was so much left."""
    return {
        "id": uuid7(),
        "day": today(),
        "calls": calls,
        "rows": rows,
        "grant": grant.pk,
    }


def refused(grant: Grant, rows: int) -> QuotaExceeded:
    """Why TAKE gave no row: the day's count, or an end of the grant since, which is raised."""
    return _exceeded(live_grant(grant.pk), rows)


def give_back(grant: Grant, day: date, *, calls: int, rows: int) -> None:
    """Take off the count what was not given after all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_grantday SET calls = calls - %s, rows = rows - %s,"
            " version = version + 1, updated_at = now() WHERE grant_id = %s AND day = %s",
            [calls, rows, grant.pk, day],
        )


def seconds_left() -> int:
    """Until the next midnight in China, rounded up."""
    now = timezone.localtime()
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return int((midnight - now).total_seconds()) + 1


def fits_a_day(fault: QuotaExceeded) -> bool:
    """Whether what was refused could be given on another day."""
    return bool(fault.facts["fits"])


def _exceeded(grant: Grant, rows: int = 0) -> QuotaExceeded:
    fits = grant.rows_per_day is None or rows <= grant.rows_per_day
    detail = Text(
        "it begins anew at midnight, China time; ask the provider for more if it is not enough"
    )
    if not fits:
        detail = Text(
            "these are more rows than the quota of any day; ask for fewer, or for more a day"
        )
    return QuotaExceeded(
        detail,
        fits=fits,
        grant=str(grant.pk),
        calls_per_day=grant.calls_per_day,
        rows_per_day=grant.rows_per_day,
        retry_after=seconds_left(),
    )

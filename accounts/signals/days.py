"""Reading years of facts back as days."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

# One row a told day: system_id, kind, day, number. Filter by system, kind and year, which are
# indexed, and then by day; element 366 of a common year is null and drops out.
DAYS_SQL = """
    SELECT years.system_id, years.kind, make_date(years.year, 1, 1) + (told.n - 1)::int AS day,
        told.number
    FROM accounts_signalyear years, unnest(years.days) WITH ORDINALITY AS told (number, n)
    WHERE told.number IS NOT NULL
"""


def daily_series(
    system_id: UUID, first: date, last: date, kind: str | None = None
) -> dict[str, list[tuple[date, float]]]:
    """Kind -> the days on which something was told, from the first to the last, both included."""
    with connection.cursor() as cursor:
        cursor.execute(
            DAYS_SQL
            + """
                AND years.system_id = %(system)s AND years.year BETWEEN %(from)s AND %(to)s
                AND (%(kind)s::text IS NULL OR years.kind = %(kind)s)
                AND make_date(years.year, 1, 1) + (told.n - 1)::int
                    BETWEEN %(first)s AND %(last)s
                ORDER BY years.kind, day
            """,
            {
                "system": system_id,
                "from": first.year,
                "to": last.year,
                "kind": kind,
                "first": first,
                "last": last,
            },
        )
        rows: list[tuple[Any, str, date, float]] = cursor.fetchall()
    series: dict[str, list[tuple[date, float]]] = {}
    for _, found, day, number in rows:
        series.setdefault(found, []).append((day, number))
    return series

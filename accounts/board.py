"""The board of deadlines: how the clocks of each department stand, and how long they took."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.calendars import calendars_from
from accounts.clocks import KEEPING
from accounts.clockstats import Closed, Duration, statistics
from accounts.models import Obligation
from accounts.querysets import standing_on
from accounts.vocabulary import Standing

# What is still to be done; the rest is history.
OPEN = (Standing.RUNNING, Standing.WARNING, Standing.OVERDUE)


def board(rows: QuerySet[Obligation], today: date) -> list[dict[str, Any]]:
    """One line a department, those with most overdue first: open clocks by standing and kind, how
    many ask for more time, and the next last day."""
    open_rows = rows.filter(state="open").exclude(kind__in=KEEPING)
    open_rows = open_rows.annotate(standing=standing_on(today))
    counted = open_rows.values("department_id", "department__name", "kind", "standing").annotate(
        count=Count("pk")
    )
    lines: dict[Any, dict[str, Any]] = {}
    for row in counted.order_by("kind"):
        line = lines.setdefault(row["department_id"], _line(row))
        line[row["standing"]] += row["count"]
        line["kinds"][row["kind"]][row["standing"]] = row["count"]
    for asked in _asking(rows):
        lines[asked["department_id"]]["asking"] = asked["count"]
    for near in open_rows.order_by("department_id", "due_on").distinct("department_id"):
        lines[near.department_id]["next_due_on"] = near.due_on
    return sorted(
        lines.values(),
        key=lambda line: (-line["overdue"], -line["warning"], line["department_name"]),
    )


def durations(rows: QuerySet[Obligation], since: date, until: date) -> list[Duration]:
    """How long the clocks took that were met from the one day to the other, both included."""
    zone = timezone.get_default_timezone()
    closed = (
        rows.filter(state="met")
        .exclude(kind__in=KEEPING)
        .annotate(
            met_on=TruncDate("met_at", tzinfo=zone),
            started_on=TruncDate("started_at", tzinfo=zone),
            allowed=F("limit_workdays") + F("extended_workdays"),
        )
        .filter(met_on__gte=since, met_on__lte=until)
        .values("kind", "started_on", "met_on", "due_on", "allowed")
        .annotate(count=Count("pk"))
        .order_by("started_on")
    )
    found = [Closed(**row) for row in closed]
    if not found:
        return []
    first = found[0].started_on.year
    return statistics(found, calendars_from(first, years=until.year - first + 1))


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "department": row["department_id"],
        "department_name": row["department__name"],
        **{standing.value: 0 for standing in OPEN},
        "asking": 0,
        "next_due_on": None,
        "kinds": defaultdict(dict),
    }


def _asking(rows: QuerySet[Obligation]) -> Any:
    waiting = rows.filter(state="open", asked_at__isnull=False, extended_workdays=0)
    return waiting.values("department_id").annotate(count=Count("pk")).order_by()

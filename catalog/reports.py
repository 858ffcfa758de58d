"""Numbers of the catalogue by department, for census, scorecard and leaders.

Entries are counted as of today, what was due in one calendar year of Asia/Shanghai. One statement
a section, however many entries there are.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Department, Obligation
from catalog.models import Demand, Entry, SearchDocument
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.states import IN_PROGRESS
from catalog.vocabulary import ShareType

_NUMBERED = Q(**{f"entry__{name}__isnull": False for name in CENSUS_NUMBERS})
_SHAREABLE = ~Q(entry__share_type=ShareType.NOT_SHARED)
_KINDS = ("C1", "C2", "C3", "C4", "C5", "C6")
Counts = dict[str, Any]


def counts_of(departments: Sequence[UUID], today: date) -> dict[UUID, Counts]:
    """What each department has in force: entries, with numbers, attached, fresh, overdue, sums.

    Sums are those of the six census numbers over its entries, in their units.
    """
    documents = SearchDocument.objects.filter(department__in=departments).order_by()
    columns = _columns(today)
    nothing = _nothing(columns)
    found: dict[UUID, Counts] = {key: dict(nothing) for key in departments}
    grouped: Iterable[Any] = documents.values("department").annotate(**columns)
    for row in grouped:
        counts = found[row["department"]]
        counts |= {name: row[name] for name in columns if row[name] is not None}
        counts["points_possible"] = 100 * counts["in_force"]
    working = Entry.objects.filter(department__in=departments, state__in=IN_PROGRESS).order_by()
    for key, number in working.values_list("department").annotate(Count("pk")):
        found[key]["in_work"] = number
    return found


def duties_of(departments: Sequence[UUID], today: date) -> dict[UUID, Counts]:
    """What was due in this year, and what of it was done in time, by clock and for demands."""
    found: dict[UUID, Counts] = {key: {} for key in departments}
    for section in (_clocks(today), _demands(today)):
        for row in section.filter(owner__in=departments):
            counts = found[row["owner"]]
            kind = row.get("kind", "demands")
            counts[f"{kind}_in_time"] = row["in_time"]
            counts[f"{kind}_due"] = row["in_time"] + row["late"]
    for counts in found.values():
        for end in ("in_time", "due"):
            counts[f"answers_{end}"] = counts.get(f"C3_{end}", 0) + counts.get(f"C4_{end}", 0)
    return found


def numbers_of(departments: QuerySet[Department], today: date) -> list[Counts]:
    """Every count of every department, ordered by name."""
    named = list(departments.order_by("name", "pk").values_list("pk", "name"))
    keys = [key for key, _ in named]
    have, owed = counts_of(keys, today), duties_of(keys, today)
    return [{"department": key, "name": name, **have[key], **owed[key]} for key, name in named]


def total_of(rows: Iterable[Counts]) -> Counts:
    """The sums over departments."""
    total: Counts = {}
    for row in rows:
        for name, number in row.items():
            if name not in ("department", "name"):
                total[name] = total.get(name, 0) + number
    return total


def _nothing(columns: Iterable[str]) -> Counts:
    counts: Counts = dict.fromkeys([*columns, "points_possible", "in_work"], 0)
    return counts | dict.fromkeys(CENSUS_NUMBERS, Decimal(0))


def _columns(today: date) -> dict[str, Count | Sum]:
    attached = Q(is_attached=True)
    promising = attached & Q(fresh_until__isnull=False)
    conditions = {
        "in_force": Q(),
        "complete": Q(gaps=[]),
        "with_numbers": _NUMBERED,
        "attached": attached,
        "shareable": _SHAREABLE,
        "shareable_attached": _SHAREABLE & attached,
        "open": Q(entry__open_to_public=True),
        "promising": promising,
        "fresh": promising & Q(fresh_until__gte=today),
        "overdue": Q(fresh_until__lt=today),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    sums = {name: Sum(f"entry__{name}") for name in CENSUS_NUMBERS}
    return {**counts, "points": Sum("completeness"), **sums}


def _clocks(today: date) -> QuerySet[Any]:
    rows = Obligation.objects.filter(kind__in=_KINDS).exclude(state="cancelled")
    return _in_time(
        rows.values("kind", owner=F("department")),
        today,
        due="due_on",
        done="met_at",
    )


def _demands(today: date) -> QuerySet[Any]:
    rows = Demand.objects.filter(routed_to__isnull=False).exclude(state="withdrawn")
    return _in_time(rows.values(owner=F("routed_to")), today, due="answer_by", done="answered_at")


def _in_time(rows: QuerySet[Any], today: date, *, due: str, done: str) -> QuerySet[Any]:
    """Of what was due in the year of today: done by its day, and late or not done at all.

    What is not due yet counts once it is done.
    """
    came_late = Q(**{f"{done}__date__gt": F(due)})
    missing = Q(**{f"{done}__isnull": True, f"{due}__lt": today})
    return (
        rows.filter(**{f"{due}__year": today.year})
        .order_by()
        .annotate(
            in_time=Count("pk", filter=Q(**{f"{done}__date__lte": F(due)})),
            late=Count("pk", filter=came_late | missing),
        )
    )

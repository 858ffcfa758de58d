"""Numbers of the catalogue by department, for census, scorecard and leaders.

Entries are counted as of today, what was due in one calendar year of Asia/Shanghai. One statement
a section, however many entries there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Department, Obligation
from catalog.models import Demand, Entry, SearchDocument
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.search.traits import NOT_SHARED, OF_A_SHARE_TYPE
from catalog.states import IN_PROGRESS

# A document tells what its entry lacks, so that no entry is read to be counted.
_NUMBERED = ~Q(gaps__contains=["no-census"])
_NOT_SHARED = Q(
    traits__gte=NOT_SHARED * OF_A_SHARE_TYPE, traits__lt=(NOT_SHARED + 1) * OF_A_SHARE_TYPE
)
_KINDS = ("C1", "C2", "C3", "C4", "C5", "C6")
Counts = dict[str, Any]
# Keys, or rows of them.
Departments = Sequence[UUID] | QuerySet[Any]


def counts_of(departments: Departments, today: date) -> dict[UUID, Counts]:
    """What each department has in force: entries, with numbers, attached, fresh, overdue, sums.

    Sums are those of the six census numbers over its entries, in their units.
    """
    found, sums = _standings(departments, today), _sums(departments)
    return _Noughts(
        {**found.nothing, **sums.nothing}, {key: {**one, **sums[key]} for key, one in found.items()}
    )


def duties_of(departments: Departments, today: date) -> dict[UUID, Counts]:
    """What was due in this year, and what of it was done in time, by clock and for demands."""
    found = _Noughts(dict.fromkeys(["answers_in_time", "answers_due"], 0))
    for section in (_clocks(today), _demands(today)):
        for row in section.filter(owner__in=departments):
            counts = found.own(row["owner"])
            kind = row.get("kind", "demands")
            counts[f"{kind}_in_time"] = row["in_time"]
            counts[f"{kind}_due"] = row["in_time"] + row["late"]
    for counts in found.values():
        for end in ("in_time", "due"):
            counts[f"answers_{end}"] = counts.get(f"C3_{end}", 0) + counts.get(f"C4_{end}", 0)
    return found


def numbers_of(
    departments: QuerySet[Department], today: date, *, with_sums: bool = True
) -> list[Counts]:
    """Every count of every department, ordered by name."""
    named = departments.order_by("name", "pk").values_list("pk", "name")
    keys = departments.order_by().values("pk")
    have = counts_of(keys, today) if with_sums else _standings(keys, today)
    owed = duties_of(keys, today)
    return [{"department": key, "name": name, **have[key], **owed[key]} for key, name in named]


def total_of(rows: Iterable[Counts]) -> Counts:
    """The sums over departments."""
    total: Counts = {}
    for row in rows:
        for name, number in row.items():
            if name not in ("department", "name"):
                total[name] = total.get(name, 0) + number
    return total


class _Noughts(dict[UUID, Counts]):
    """Counts by department; who has none shares the noughts."""

    def __init__(self, nothing: Counts, found: Mapping[UUID, Counts] | None = None) -> None:
        super().__init__(found or {})
        self.nothing = nothing

    def __missing__(self, key: UUID) -> Counts:
        return self.nothing

    def own(self, key: UUID) -> Counts:
        """The counts of this department, to be added to."""
        return self.setdefault(key, dict(self.nothing))


def _standings(departments: Departments, today: date) -> _Noughts:
    columns = _columns(today)
    found = _Noughts(dict.fromkeys([*columns, "points_possible", "in_work"], 0))
    documents = SearchDocument.objects.filter(department__in=departments).order_by()
    documents = documents.alias(is_open=F("traits") % 2)
    grouped: Iterable[Any] = documents.values_list("department").annotate(**columns)
    for key, *numbers in grouped:
        counts = found.own(key)
        counts.update(zip(columns, numbers, strict=True))
        counts["points_possible"] = 100 * counts["in_force"]
    working = Entry.objects.filter(department__in=departments, state__in=IN_PROGRESS).order_by()
    for key, number in working.values_list("department").annotate(Count("pk")):
        found.own(key)["in_work"] = number
    return found


def _sums(departments: Departments) -> _Noughts:
    found = _Noughts(dict.fromkeys(CENSUS_NUMBERS, Decimal(0)))
    documents = SearchDocument.objects.filter(department__in=departments).order_by()
    sums = {name: Sum(f"entry__{name}") for name in CENSUS_NUMBERS}
    grouped: Iterable[Any] = documents.values_list("department").annotate(**sums)
    for key, *numbers in grouped:
        told = zip(CENSUS_NUMBERS, numbers, strict=True)
        found.own(key).update({name: number for name, number in told if number is not None})
    return found


def _columns(today: date) -> dict[str, Count | Sum]:
    attached = Q(is_attached=True)
    promising = attached & Q(fresh_until__isnull=False)
    conditions = {
        "in_force": Q(),
        "complete": Q(gaps=[]),
        "with_numbers": _NUMBERED,
        "attached": attached,
        "shareable": ~_NOT_SHARED,
        "shareable_attached": ~_NOT_SHARED & attached,
        "open": Q(is_open=1),
        "promising": promising,
        "fresh": promising & Q(fresh_until__gte=today),
        "overdue": Q(fresh_until__lt=today),
    }
    counts = {name: Count("department", filter=condition) for name, condition in conditions.items()}
    return {**counts, "points": Sum("completeness")}


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

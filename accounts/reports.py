"""Numbers of the register for leaders, auditors and the yearly report (39号, measure 2).

Stocks (systems, filings, connection, levels, what is open or overdue) are as of today; flows (what
was started, opened, answered, decided, freed) are of one calendar year in Asia/Shanghai. Money is
in 万元 and, where freed, of each year. The numbers of the same rows are one statement, however many
systems there are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Department, InformationSystem, MergeProposal, Verdict, ZombieCase
from accounts.states import CASE_OPEN, FILING, RUNNING, SYSTEM
from accounts.vocabulary import Answer, Level, Network

# A system is connected to the hub if it exchanged anything in this many days.
LATELY = timedelta(days=90)
_EXCHANGING = ["call_provided", "call_consumed", "batch_published", "subscriptions_open"]
# Band -> from this many years of operation on, and below this many.
_AGES = {
    "under_1": (0, 1),
    "1_to_3": (1, 3),
    "3_to_5": (3, 5),
    "5_to_10": (5, 10),
    "over_10": (10, 1000),
}
_CLEARING = (Answer.RECTIFY, Answer.MERGE, Answer.RETIRE)
_CONNECTED = """
    SELECT s.department_id, count(*)
    FROM accounts_informationsystem s
    WHERE (%(departments)s::uuid[] IS NULL OR s.department_id = ANY(%(departments)s::uuid[]))
    AND s.state = ANY(%(running)s)
    AND EXISTS (
        SELECT FROM accounts_signalyear y
        WHERE y.system_id = s.id AND y.kind = ANY(%(kinds)s)
        AND y.year BETWEEN %(first_year)s AND %(last_year)s
        AND 0 < ANY (y.days[
            CASE WHEN y.year = %(first_year)s THEN %(first_day)s ELSE 1 END
            : CASE WHEN y.year = %(last_year)s THEN %(last_day)s ELSE 366 END
        ])
    )
    GROUP BY s.department_id
"""
_NOTHING = Decimal("0.00")
Aggregates = Mapping[str, Count | Sum]
# Whether the number of this section and name is wanted.
Wants = Callable[[str, str], bool]
Section = tuple[str, QuerySet[Any], Aggregates]


def numbers_of(
    departments: QuerySet[Department], year: int, wants: Wants | None = None
) -> list[dict[str, Any]]:
    """Each department's numbers by section, ordered by name; zeros where it has nothing. Where it
    is said which are wanted, the others are left out."""
    named = list(departments.order_by("name", "pk").values_list("pk", "name"))
    sections = _wanted(_sections(year), wants) if wants else _sections(year)
    nothing = _nothing(sections)
    found: dict[UUID, dict[str, Any]] = {
        key: {"department": key, "name": name, **nothing} for key, name in named
    }
    keys = departments.order_by().values("pk")
    for rows, places, aggregates in _statements(sections):
        asked = rows.filter(department__in=keys).order_by().values_list("department")
        for key, *values in asked.annotate(**aggregates):
            told: dict[str, dict[str, Any]] = {}
            for (section, name), number in zip(places, values, strict=True):
                if number:
                    told.setdefault(section, {})[name] = number
            numbers = found[key]
            numbers |= {section: {**numbers[section], **own} for section, own in told.items()}
    few = list(found) if len(found) == 1 else None
    connected = connected_systems(few, timezone.localdate())
    for key, numbers in found.items():
        _add_remainders(numbers, connected.get(key, 0))
    return list(found.values())


def _wanted(sections: Iterable[Section], wants: Wants) -> list[Section]:
    # The remainders are counted from these.
    needs = {("systems", "living"), ("systems", "running")}
    return [
        (
            section,
            rows,
            {
                name: one
                for name, one in aggregates.items()
                if (section, name) in needs or wants(section, name)
            },
        )
        for section, rows, aggregates in sections
    ]


def _statements(
    sections: Iterable[Section],
) -> Iterator[tuple[QuerySet[Any], list[tuple[str, str]], Aggregates]]:
    """What is counted of the same rows is asked at once: the rows, the (section, name) of each
    number, and the aggregates in their order."""
    for _rows, same in groupby(sections, key=lambda one: id(one[1])):
        together = list(same)
        places = [(section, name) for section, _, wanted in together for name in wanted]
        counted = [one for _, _, wanted in together for one in wanted.values()]
        if counted:
            yield together[0][1], places, {f"n{n}": one for n, one in enumerate(counted)}


def total_of(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sums over departments, by section."""
    total: dict[str, Any] = {}
    for row in rows:
        for section, numbers in row.items():
            if isinstance(numbers, dict):
                sums = total.setdefault(section, {})
                for name, number in numbers.items():
                    if number or name not in sums:
                        sums[name] = sums.get(name, 0) + number
    return total


def _nothing(sections: Iterable[Section]) -> dict[str, dict[str, Any]]:
    """The noughts of each section, which departments share until they have something."""
    found: dict[str, dict[str, Any]] = {}
    for section, _rows, aggregates in sections:
        noughts = found.setdefault(section, {})
        for name, one in aggregates.items():
            noughts[name] = 0 if isinstance(one, Count) else _NOTHING
    return found


def _add_remainders(numbers: dict[str, Any], connected: int) -> None:
    """What follows from two sections together."""
    systems, levels = numbers["systems"], numbers["levels"]
    not_judged = systems["living"] - sum(levels.values())
    numbers["levels"] = {**levels, "not_judged": not_judged}
    numbers["connection"] = {
        "connected": connected,
        "not_connected": systems["running"] - connected,
    }


def _sections(year: int) -> list[Section]:
    systems = InformationSystem.objects.all()
    living = systems.exclude(state="retired")
    verdicts = Verdict.objects.exclude(system__state="retired")
    return [
        ("systems", systems, _counts(_system_conditions(year))),
        ("states", systems, _each("state", SYSTEM.states)),
        ("filings", systems, _each("filing_state", FILING.states)),
        ("networks", living, _each("network", Network.values)),
        ("ages", living, _counts(_age_conditions(timezone.localdate()))),
        ("money", living, _cost()),
        ("levels", verdicts, _each("level", Level.values)),
        ("cases", ZombieCase.objects.all(), _counts(_case_conditions(year))),
        ("merges", MergeProposal.objects.all(), _counts(_merge_conditions(year))),
        ("money", ZombieCase.objects.filter(closed_at__year=year), _freed("by_cases")),
        ("money", MergeProposal.objects.filter(closed_at__year=year), _freed("by_merges")),
    ]


def _counts(conditions: Mapping[str, Q]) -> Aggregates:
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}


def _each(column: str, values: Iterable[str]) -> Aggregates:
    return _counts({value: Q(**{column: value}) for value in values})


def _system_conditions(year: int) -> dict[str, Q]:
    return {
        "registered": Q(),
        "living": ~Q(state="retired"),
        "running": Q(state__in=RUNNING),
        "started": Q(started_on__year=year),
        "stopped": Q(stopped_on__year=year),
    }


def _age_conditions(today: date) -> dict[str, Q]:
    conditions = {
        band: Q(started_on__gt=_years_ago(today, most), started_on__lte=_years_ago(today, least))
        for band, (least, most) in _AGES.items()
    }
    return {**conditions, "unknown": Q(started_on=None) | Q(started_on__gt=today)}


def _years_ago(today: date, years: int) -> date:
    # Nobody has a birthday on 29 February in three years of four.
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - years, today.month, day) if years else today


def _case_conditions(year: int) -> dict[str, Q]:
    answered = Q(answered_at__year=year)
    decided = Q(decided_at__year=year)
    closed = Q(closed_at__year=year)
    late = Q(answered_at__date__gt=F("answer_by"))
    return {
        "opened": Q(created_at__year=year),
        "notified": Q(notified_at__year=year),
        "answered_in_time": answered & ~late,
        "answered_late": answered & late,
        **{f"decided_{one.value}": decided & Q(decision=one) for one in Answer},
        "dismissed": closed & Q(state="dismissed"),
        "completed": closed & Q(state="completed"),
        "cleared": closed & Q(state="completed", decision__in=_CLEARING),
        "open": Q(state__in=CASE_OPEN),
        "overdue": ZombieCase.objects.lateness(timezone.localdate()),
    }


def _merge_conditions(year: int) -> dict[str, Q]:
    closed = Q(closed_at__year=year)
    return {
        "proposed": Q(created_at__year=year),
        "open": Q(state__in=["proposed", "accepted"]),
        **{state: closed & Q(state=state) for state in ("completed", "rejected", "abandoned")},
    }


def _freed(name: str) -> Aggregates:
    return {f"freed_{name}": Sum("money_freed")}


def _cost() -> Aggregates:
    return {
        "investment": Sum("investment"),
        "maintenance": Sum("maintenance_cost"),
        "maintenance_unknown": Count("pk", filter=Q(maintenance_cost=None)),
    }


def connected_systems(departments: list[UUID] | None, today: date) -> dict[UUID, int]:
    """How many running systems of each department exchanged anything lately; None: of every one."""
    first = today - LATELY
    asked: dict[str, Any] = {
        "departments": departments,
        "running": list(RUNNING),
        "kinds": _EXCHANGING,
        "first_year": first.year,
        "first_day": first.timetuple().tm_yday,
        "last_year": today.year,
        "last_day": today.timetuple().tm_yday,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTED, asked)
        return dict(cursor.fetchall())

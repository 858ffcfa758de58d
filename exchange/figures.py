"""The numbers of sharing for the authority and for leaders (Order 809 Art. 38, city practice).

Stocks (entries, systems, open cases) are as of today; flows (requests, calls, rows, cases) are of
the days asked for, both included, in Asia/Shanghai. Everything is counted by the database in a
fixed number of statements, most of them over numbers that are kept by day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.reports import connected_systems
from accounts.states import CASE_OPEN, RUNNING
from catalog.search.traits import NOT_SHARED, OF_A_SHARE_TYPE
from exchange.buckets import Buckets
from exchange.evaluating import period_values

# Rates by the clocks that they count: part is met in time, whole is met or overdue.
CLOCKS = {
    "answered": ("C3", "C4"),
    "shared": ("C5",),
    "corrected": ("C6",),
    "updated": ("C1",),
}
COUNTS = (
    *("entries", "shareable", "attached", "systems", "connected"),
    *("requests_made", "requests_received", "consented", "refused"),
    *(f"{rate}_{end}" for rate in CLOCKS for end in ("in_time", "due")),
    *("calls_given", "rows_given", "calls_taken", "rows_taken"),
    *("cases_open", "cases_found", "cases_cleared"),
)
SERIES = ("calls", "rows", "requests", "published", "in_time", "due", "found", "cleared")
RATES = {
    "attached": ("attached", "shareable"),
    "connected": ("connected", "systems"),
    "consented": ("consented", "decided"),
    **{rate: (f"{rate}_in_time", f"{rate}_due") for rate in CLOCKS},
}
_ENTRIES = """
    SELECT department_id, count(*), count(*) FILTER (WHERE is_shared),
        count(*) FILTER (WHERE is_shared AND is_attached)
    FROM (
        SELECT department_id, is_attached,
            traits / %(of_a_share_type)s <> %(not_shared)s AS is_shared
        FROM catalog_searchdocument WHERE department_id {own}
    ) AS entry GROUP BY department_id
"""
_SYSTEMS = """
    SELECT department_id, count(*) FROM accounts_informationsystem
    WHERE department_id {own} AND state = ANY(%(running)s) GROUP BY department_id
"""
_REQUESTS = """
    SELECT department_id, provider_id, state, {bucket} AS bucket, count(*)
    FROM exchange_sharingrequest
    WHERE created_at >= %(start)s AND created_at < %(end)s
        AND (department_id {own} OR provider_id {own})
    GROUP BY department_id, provider_id, state, bucket
"""
_DUTIES = """
    SELECT department_id, kind, {bucket} AS bucket,
        count(*) FILTER (WHERE met_on <= due_on), count(*)
    FROM (
        SELECT department_id, kind, due_on, (met_at AT TIME ZONE %(zone)s)::date AS met_on,
            coalesce((met_at AT TIME ZONE %(zone)s)::date, due_on) AS day
        FROM accounts_obligation
        WHERE kind = ANY(%(kinds)s) AND department_id {own} AND (
            (state = 'met' AND met_at >= %(start)s AND met_at < %(end)s)
            OR (state = 'open' AND due_on < %(last)s AND due_on >= %(since)s)
        )
    ) AS clock GROUP BY department_id, kind, bucket
"""
_CASES = """
    SELECT department_id, what, {bucket} AS bucket, count(*) FROM (
        SELECT department_id, 'found' AS what, (created_at AT TIME ZONE %(zone)s)::date AS day
        FROM accounts_zombiecase WHERE created_at >= %(start)s AND created_at < %(end)s
        UNION ALL
        SELECT department_id, 'cleared', (closed_at AT TIME ZONE %(zone)s)::date
        FROM accounts_zombiecase
        WHERE state = 'completed' AND decision IN ('rectify', 'merge', 'retire')
            AND closed_at >= %(start)s AND closed_at < %(end)s
        UNION ALL
        SELECT department_id, 'open', %(until)s FROM accounts_zombiecase WHERE state = ANY(%(open)s)
    ) AS event WHERE department_id {own} GROUP BY department_id, what, bucket
"""
_PUBLISHED = """
    SELECT {bucket} AS bucket, count(*) FROM (
        SELECT (published_at AT TIME ZONE %(zone)s)::date AS day FROM catalog_searchdocument
        WHERE department_id {own}
            AND published_at >= %(start)s AND published_at < %(end)s
    ) AS entry GROUP BY bucket
"""
_TRAFFIC = """
    SELECT held.provider_id, held.department_id, {bucket} AS bucket, sum(calls), sum(rows)
    FROM exchange_grantday AS used JOIN exchange_grant AS held ON held.id = used.grant_id
    WHERE used.day >= %(since)s AND used.day <= %(until)s
        AND (held.provider_id {own} OR held.department_id {own})
    GROUP BY held.provider_id, held.department_id, bucket
"""


# All departments that are there are not told one by one: there are thousands.
ONES = "= ANY(%(keys)s)"
ALL = "IN (SELECT id FROM accounts_department WHERE is_active)"


class Supply(NamedTuple):
    """What one department gave another."""

    provider: UUID
    receiver: UUID
    calls: int
    rows: int


@dataclass
class Figures:
    """The counts of each department, of all together, and of each stretch of the period."""

    since: date
    until: date
    departments: dict[UUID, dict[str, int]]
    buckets: Buckets
    series: dict[date, dict[str, int]]
    supply: list[Supply] = field(default_factory=list)
    # How a statement says which departments.
    own: str = ONES

    @cached_property
    def total(self) -> dict[str, int]:
        """The sums over the departments."""
        return {name: sum(row[name] for row in self.departments.values()) for name in COUNTS}


def rate_of(counts: Mapping[str, int], name: str) -> float | None:
    """One of RATES from counts, None without cases."""
    part, whole = RATES[name]
    known = {**counts, "decided": counts["consented"] + counts["refused"]}
    return round(known[part] / known[whole], 4) if known[whole] else None


def figures(
    departments: Sequence[UUID], since: date, until: date, *, are_all: bool = False
) -> Figures:
    """The numbers of these departments for the days from ``since`` to ``until``; ``are_all`` where
    they are all that are there."""
    buckets = Buckets.of(since, until)
    found = Figures(
        since,
        until,
        {key: dict.fromkeys(COUNTS, 0) for key in departments},
        buckets,
        {day: dict.fromkeys(SERIES, 0) for day in buckets.days},
        own=ALL if are_all else ONES,
    )
    values = {
        **period_values(since, until),
        "keys": [] if are_all else list(departments),
        "since": since,
        "until": until,
        "of_a_share_type": OF_A_SHARE_TYPE,
        "not_shared": NOT_SHARED,
        "running": list(RUNNING),
        "open": list(CASE_OPEN),
        "kinds": [kind for kinds in CLOCKS.values() for kind in kinds],
    }
    _count_entries(found, values)
    _count_systems(found, values)
    _count_requests(found, values)
    _count_duties(found, values)
    _count_cases(found, values)
    _count_traffic(found, values)
    return found


def supply(
    departments: Sequence[UUID], since: date, until: date, *, are_all: bool = False
) -> list[Supply]:
    """Who of these departments gave or got how much in the period, most rows first."""
    own = ALL if are_all else ONES
    found = Figures(since, until, {}, Buckets.of(since, until), {}, own=own)
    keys = [] if are_all else list(departments)
    _count_traffic(found, {"keys": keys, "since": since, "until": until})
    return found.supply


def _count_entries(found: Figures, values: dict[str, Any]) -> None:
    for key, entries, shareable, attached in _rows(_in(found, _ENTRIES), values):
        found.departments[key] |= {"entries": entries, "shareable": shareable, "attached": attached}
    for bucket, count in _rows(_in(found, _PUBLISHED), values):
        _add(found, bucket, {"published": count})


def _count_systems(found: Figures, values: dict[str, Any]) -> None:
    for key, count in _rows(_in(found, _SYSTEMS), values):
        found.departments[key]["systems"] = count
    keys = None if found.own is ALL else values["keys"]
    for key, count in connected_systems(keys, found.until).items():
        if key in found.departments:
            found.departments[key]["connected"] = count


def _count_requests(found: Figures, values: dict[str, Any]) -> None:
    day = "(created_at AT TIME ZONE %(zone)s)::date"
    for asking, asked, state, bucket, count in _rows(_in(found, _REQUESTS, day), values):
        if asking in found.departments:
            found.departments[asking]["requests_made"] += count
        if asked in found.departments:
            counts = found.departments[asked]
            counts["requests_received"] += count
            if state in ("consented", "refused"):
                counts[state] += count
        _add(found, bucket, {"requests": count})


def _count_duties(found: Figures, values: dict[str, Any]) -> None:
    named = {kind: rate for rate, kinds in CLOCKS.items() for kind in kinds}
    for key, kind, bucket, in_time, due in _rows(_in(found, _DUTIES), values):
        counts, rate = found.departments[key], named[kind]
        counts[f"{rate}_in_time"] += in_time
        counts[f"{rate}_due"] += due
        _add(found, bucket, {"in_time": in_time, "due": due})


def _count_cases(found: Figures, values: dict[str, Any]) -> None:
    for key, what, bucket, count in _rows(_in(found, _CASES), values):
        found.departments[key][f"cases_{what}"] += count
        if what != "open":
            _add(found, bucket, {what: count})


def _count_traffic(found: Figures, values: dict[str, Any]) -> None:
    pairs: dict[tuple[UUID, UUID], tuple[int, int]] = {}
    for provider, receiver, bucket, calls, rows in _rows(_in(found, _TRAFFIC), values):
        for key, side in ((provider, "given"), (receiver, "taken")):
            if key in found.departments:
                found.departments[key][f"calls_{side}"] += int(calls)
                found.departments[key][f"rows_{side}"] += int(rows)
        before = pairs.get((provider, receiver), (0, 0))
        pairs[provider, receiver] = (before[0] + int(calls), before[1] + int(rows))
        _add(found, bucket, {"calls": int(calls), "rows": int(rows)})
    made = (Supply(*pair, *sums) for pair, sums in pairs.items())
    found.supply = sorted(made, key=lambda one: (-one.rows, -one.calls))


def _in(found: Figures, statement: str, day: str = "day") -> str:
    return statement.format(bucket=found.buckets.column(day), own=found.own)


def _add(found: Figures, bucket: date, counts: Mapping[str, int]) -> None:
    line = found.series.get(bucket)
    if line is not None:
        for name, count in counts.items():
            line[name] += count


def _rows(statement: str, values: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())

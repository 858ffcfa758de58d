"""Reading SignalYear rows in columns: PostgreSQL sums the arrays, a row a series comes out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.scanning.windows import MONTHS, Window, month_of, windows
from accounts.vocabulary import SignalKind
from accounts.zombies.evidence import Series, Span

# What the rules look at; other kinds are not read.
JUDGED_BY = (
    SignalKind.LOGIN,
    SignalKind.ACTIVE_USERS,
    SignalKind.TRANSACTION,
    SignalKind.CALL_PROVIDED,
    SignalKind.SUBSCRIPTIONS_OPEN,
    SignalKind.DEPLOYMENT,
    SignalKind.CPU_PERCENT,
    SignalKind.STORAGE_GB,
)
SEASONAL = (SignalKind.TRANSACTION, SignalKind.LOGIN, SignalKind.ACTIVE_USERS)

# One pass over the elements of each slice; the slices are taken before anything is unnested.
_SLICES = """
SELECT s.system_id, s.kind, w.number, x.told, x.zeros, x.total, x.peak, x.half_told, x.half_zeros,
       x.half_total, x.half_peak, x.first, x.last, x.active, x.half_first,
       s.days[x.last], s.days[x.half_first]
FROM accounts_signalyear s
JOIN unnest(%(years)s::int[], %(lows)s::int[], %(highs)s::int[], %(halves)s::int[])
     WITH ORDINALITY AS w (year, low, high, half, number) ON w.year = s.year
CROSS JOIN LATERAL (
    SELECT count(v) AS told, count(*) FILTER (WHERE v = 0) AS zeros,
           sum(v) AS total, max(v) AS peak,
           count(v) FILTER (WHERE i >= w.half) AS half_told,
           count(*) FILTER (WHERE v = 0 AND i >= w.half) AS half_zeros,
           sum(v) FILTER (WHERE i >= w.half) AS half_total,
           max(v) FILTER (WHERE i >= w.half) AS half_peak,
           min(i) FILTER (WHERE v IS NOT NULL) AS first,
           max(i) FILTER (WHERE v IS NOT NULL) AS last,
           max(i) FILTER (WHERE v > 0) AS active,
           min(i) FILTER (WHERE v IS NOT NULL AND i >= w.half) AS half_first
    FROM (SELECT unnest(s.days[w.low:w.high]) AS v, generate_series(w.low, w.high) AS i) e
) x
WHERE s.system_id = ANY(%(systems)s::uuid[]) AND s.kind = ANY(%(kinds)s) AND x.told > 0
"""

_MONTHS = """
SELECT s.system_id, s.kind, (%(ago)s::int[])[s.year - %(first)s + 1][e.i] AS ago, sum(e.v)
FROM accounts_signalyear s
CROSS JOIN LATERAL (SELECT unnest(s.days) AS v, generate_series(1, 366) AS i) e
WHERE s.system_id = ANY(%(systems)s::uuid[]) AND s.kind = ANY(%(kinds)s)
  AND s.year BETWEEN %(first)s AND %(last)s AND e.v IS NOT NULL
GROUP BY 1, 2, 3
"""


def read_series(systems: Sequence[UUID], today: date) -> dict[UUID, dict[str, Series]]:
    """System -> kind -> series, for the kinds that were told in the last three years."""
    slices = windows(today)
    grouped: dict[tuple[UUID, str], list[tuple[Window, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _SLICES,
            {
                "years": [w.year for w in slices],
                "lows": [w.first for w in slices],
                "highs": [w.last for w in slices],
                "halves": [w.half for w in slices],
                "systems": list(systems),
                "kinds": [kind.value for kind in JUDGED_BY],
            },
        )
        for system, kind, number, *figures in cursor:
            grouped[system, kind].append((slices[number - 1], figures))
    found: dict[UUID, dict[str, Series]] = defaultdict(dict)
    for (system, kind), rows in grouped.items():
        found[system][kind] = _joined(rows)
    return found


def read_months(
    systems: Sequence[UUID], today: date
) -> dict[UUID, dict[str, tuple[float | None, ...]]]:
    """System -> kind -> sums of the last 36 calendar months, None where nothing was told."""
    first = today.year - MONTHS // 12
    ago = [
        [month_of(today, year, element) for element in range(1, 367)]
        for year in range(first, today.year + 1)
    ]
    found: dict[UUID, dict[str, tuple[float | None, ...]]] = defaultdict(dict)
    sums: dict[tuple[UUID, str], list[float | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _MONTHS,
            {
                "ago": ago,
                "first": first,
                "last": today.year,
                "systems": list(systems),
                "kinds": [kind.value for kind in SEASONAL],
            },
        )
        for system, kind, months_ago, total in cursor:
            if 0 <= months_ago < MONTHS:
                row = sums.setdefault((system, kind), [None] * MONTHS)
                row[MONTHS - 1 - months_ago] = (row[MONTHS - 1 - months_ago] or 0.0) + total
    for (system, kind), row in sums.items():
        found[system][kind] = tuple(row)
    return found


def _joined(rows: Iterable[tuple[Window, Any]]) -> Series:
    """The slices of one series, joined over the turns of the years."""
    spans, half = (_Sum(), _Sum(), _Sum()), _Sum()
    active: date | None = None
    oldest: tuple[date, float] | None = None
    newest: tuple[date, float] | None = None
    for window, row in sorted(rows, key=lambda pair: (-pair[0].ago, pair[0].year)):
        (told, zeros, total, peak, half_told, half_zeros, half_total, half_peak,
         first, last, active_at, half_first, latest, half_value) = row  # fmt: skip
        spans[window.ago].add(told, zeros, total, peak, window.day(first), window.day(last))
        if active_at:
            active = window.day(active_at)
        if half_told:
            start = window.day(half_first)
            half.add(half_told, half_zeros, half_total, half_peak, start, window.day(last))
            oldest = oldest or (start, half_value)
        if window.ago == 0:
            newest = (window.day(last), latest)
    return Series(
        year=spans[0].span(),
        half=half.span(),
        before=spans[1].span(),
        earlier=spans[2].span(),
        last_active=active,
        latest=newest[1] if newest else 0.0,
        growth=newest[1] - oldest[1] if newest and oldest else 0.0,
        growth_days=(newest[0] - oldest[0]).days if newest and oldest else 0,
    )


class _Sum:
    """Figures of a span as its slices come in, oldest first."""

    def __init__(self) -> None:
        self.told = self.zeros = 0
        self.total = self.peak = 0.0
        self.first: date | None = None
        self.last: date | None = None

    def add(
        self, told: int, zeros: int, total: float, peak: float, first: date, last: date
    ) -> None:
        """Take another slice in."""
        self.told += told
        self.zeros += zeros
        self.total += total
        self.peak = max(self.peak, peak)
        self.first = self.first or first
        self.last = last

    def span(self) -> Span:
        """What came in."""
        return Span(self.told, self.zeros, self.total, self.peak, self.first, self.last)

"""Reading SignalYear rows in columns: PostgreSQL sums the arrays, a row a series comes out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.scanning.windows import (
    BEFORE,
    EARLIER,
    FIRST_PART,
    HALF,
    MONTHS,
    Window,
    month_of,
    windows,
)
from accounts.vocabulary import SignalKind
from accounts.zombies.evidence import NOTHING, Series, Span

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
SELECT a.n, s.kind, w.n, x.told, x.zeros, x.total, x.peak, x.first, x.last, x.active,
       s.days[x.first], s.days[x.last]
FROM unnest(%(systems)s::uuid[]) WITH ORDINALITY AS a (id, n)
JOIN accounts_signalyear s ON s.system_id = a.id
JOIN unnest(%(years)s::int[], %(lows)s::int[], %(highs)s::int[])
     WITH ORDINALITY AS w (year, low, high, n) ON w.year = s.year
CROSS JOIN LATERAL (
    SELECT count(*) AS told, count(*) FILTER (WHERE v = 0) AS zeros, sum(v) AS total,
           max(v) AS peak, min(i) AS first, max(i) AS last, max(i) FILTER (WHERE v > 0) AS active
    FROM (SELECT unnest(s.days[w.low:w.high]) AS v, generate_series(w.low, w.high) AS i) e
    WHERE v IS NOT NULL
) x
WHERE s.kind = ANY(%(kinds)s) AND x.told > 0
ORDER BY a.n, s.kind, w.n
"""

_MONTHS = """
SELECT a.n, s.kind, (%(ago)s::int[])[s.year - %(first)s + 1][e.i] AS ago, sum(e.v)
FROM unnest(%(systems)s::uuid[]) WITH ORDINALITY AS a (id, n)
JOIN accounts_signalyear s ON s.system_id = a.id
CROSS JOIN LATERAL (SELECT unnest(s.days) AS v, generate_series(1, 366) AS i) e
WHERE s.kind = ANY(%(kinds)s)
  AND s.year BETWEEN %(first)s AND %(last)s AND e.v IS NOT NULL
GROUP BY 1, 2, 3
"""


def read_series(systems: Sequence[UUID], today: date) -> dict[UUID, dict[str, Series]]:
    """System -> kind -> series, for the kinds that were told in the last three years."""
    slices = windows(today)
    found: dict[UUID, dict[str, Series]] = defaultdict(dict)
    with connection.cursor() as cursor:
        # Compiling such a statement takes longer than running it.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            _SLICES,
            {
                "years": [w.year for w in slices],
                "lows": [w.first for w in slices],
                "highs": [w.last for w in slices],
                "systems": list(systems),
                "kinds": [kind.value for kind in JUDGED_BY],
            },
        )
        for (system, kind), rows in groupby(cursor.fetchall(), key=itemgetter(0, 1)):
            found[systems[system - 1]][kind] = _joined(slices, rows)
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
                row = sums.setdefault((systems[system - 1], kind), [None] * MONTHS)
                row[MONTHS - 1 - months_ago] = (row[MONTHS - 1 - months_ago] or 0.0) + total
    for (system, kind), row in sums.items():
        found[system][kind] = tuple(row)
    return found


def _joined(slices: Sequence[Window], rows: Iterable[tuple[Any, ...]]) -> Series:
    """The slices of one series, oldest first, joined over the turns of the years."""
    sums = {EARLIER: _Sum(), BEFORE: _Sum(), FIRST_PART: _Sum(), HALF: _Sum()}
    year = sums[FIRST_PART]
    active: date | None = None
    oldest: tuple[date, float] | None = None
    newest: tuple[date, float] | None = None
    for _, _, number, told, zeros, total, peak, first, last, active_at, start, end in rows:
        window = slices[number - 1]
        figures = (told, zeros, total, peak, window.day(first), window.day(last))
        sums[window.stretch].add(*figures)
        if active_at:
            active = window.day(active_at)
        if window.stretch == HALF:
            year.add(*figures)
            oldest = oldest or (figures[4], start)
        if window.stretch >= FIRST_PART:
            newest = (figures[5], end)
    return Series(
        year=year.span(),
        half=sums[HALF].span(),
        before=sums[BEFORE].span(),
        earlier=sums[EARLIER].span(),
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
        if not self.told:
            return NOTHING
        return Span(self.told, self.zeros, self.total, self.peak, self.first, self.last)

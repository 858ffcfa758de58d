"""Facts into rows, by sets: each new fact counts once in its day, however often it is told.

Calls that tell the same facts at once neither count twice nor deadlock: every call touches facts,
then year rows, then systems, each in the order of their keys.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from psycopg2 import errors as postgres

from accounts.errors import SignalsBusy
from accounts.vocabulary import GAUGES

# The columns of a telling, in the order in which COPY takes them.
TOLD = ("line", "system_id", "kind", "source", "reference", "at", "number")
# So few days are put between slices of the array; for more it is rebuilt element by element.
FEW_DAYS = 8
LOCK_WAIT = "30s"
_WAITED = (postgres.LockNotAvailable, postgres.QueryCanceled, postgres.DeadlockDetected)


@dataclass(frozen=True)
class Stored:
    """Facts that were new, and the lines whose reference stands for another fact."""

    new: int
    clashes: list[int] = field(default_factory=list)


def store_told(told: IO[bytes]) -> Stored:
    """Store facts given as CSV with the columns of TOLD; inside a transaction of the caller."""
    with connection.cursor() as cursor:
        _make_tables(cursor)
        # By name, for Django's cursor has no COPY of its own.
        cursor.cursor.copy_expert("COPY signals_told FROM STDIN (FORMAT csv)", told)
        return _store(cursor)


def store_counted(kind: str, source: str, counted: str, values: dict[str, Any]) -> Stored:
    """Store one fact a system and day, from a query of (system_id, day, number).

    The day is the reference: a day that was reported is never counted again.
    """
    with connection.cursor() as cursor:
        _make_tables(cursor)
        cursor.execute(
            f"""
            INSERT INTO signals_told
            SELECT row_number() OVER (), system_id, %(kind)s, %(source)s, day::text,
                day::timestamp AT TIME ZONE %(zone)s, number
            FROM ({counted}) AS counted (system_id, day, number)
            """,  # noqa: S608 - the query is the caller's own text
            {**values, "kind": kind, "source": source, "zone": settings.TIME_ZONE},
        )
        return _store(cursor)


def store_fact(fact: dict[str, Any], day: date) -> Stored:
    """Store one fact (the columns of TOLD without line), without a table of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_FACT, fact)
        if cursor.fetchone() is None:
            cursor.execute(_ONE_CLASH, fact)
            return Stored(0, [1] if cursor.fetchone() else [])
    raise_day(fact["system_id"], fact["kind"], day, fact["number"], always=True)
    return Stored(1)


def raise_day(system_id: UUID, kind: str, day: date, number: float, *, always: bool) -> None:
    """Add to a day (a gauge: keep the larger) in one statement.

    The system's evidence is newer then, if ``always``, or if nothing was known of this day.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ONE_DAY,
            {
                "system": system_id,
                "kind": kind,
                "year": day.year,
                "n": day.timetuple().tm_yday,
                "number": number,
                "gauge": kind in GAUGES,
                "always": always,
            },
        )


def remove_facts(before: datetime, most: int) -> int:
    """Remove at most ``most`` facts told before; their days remain."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM accounts_signalfact WHERE id = ANY(ARRAY(
                SELECT id FROM accounts_signalfact WHERE told_at < %s
                ORDER BY told_at LIMIT %s FOR UPDATE SKIP LOCKED))
            """,
            [before, most],
        )
        return int(cursor.rowcount)


def busy(failed: OperationalError) -> SignalsBusy | None:
    """The refusal for a call that waited too long for others; None for another failure."""
    return SignalsBusy(retry_after=5) if isinstance(failed.__cause__, _WAITED) else None


def _make_tables(cursor: Any) -> None:
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
    cursor.execute("DROP TABLE IF EXISTS pg_temp.signals_told, pg_temp.signals_days")
    cursor.execute(
        """
        CREATE TEMP TABLE signals_told (
            line bigint, system_id uuid, kind text, source text, reference text,
            at timestamptz, number float8) ON COMMIT DROP;
        CREATE TEMP TABLE signals_days (
            system_id uuid, kind text, year int, n int, number float8, facts bigint,
            is_gauge bool, place bigint, days bigint) ON COMMIT DROP
        """
    )


def _store(cursor: Any) -> Stored:
    cursor.execute("ANALYZE signals_told")
    cursor.execute(_FACTS, {"zone": settings.TIME_ZONE, "gauges": sorted(GAUGES)})
    cursor.execute(_EXTENT)
    told, new, sizes = cursor.fetchone()
    if new:
        _add_days(cursor, set(sizes))
    if new == told:
        return Stored(new)
    cursor.execute(_CLASHES)
    return Stored(new, [line for (line,) in cursor.fetchall()])


def _add_days(cursor: Any, sizes: set[int]) -> None:
    cursor.execute("ANALYZE signals_days")
    cursor.execute(_NEW_YEARS)
    cursor.execute(_LOCK_YEARS)
    for size in sizes & set(_FEW):
        cursor.execute(_FEW[size])
    if max(sizes) > FEW_DAYS:
        cursor.execute(_MANY)
    cursor.execute(_EVIDENCE)


# Rows go in by the order of their unique key, so that rivals wait for each other in one direction.
_FACTS = """
    WITH fresh AS (
        INSERT INTO accounts_signalfact
            (system_id, kind, source, reference, at, number, told_at)
        SELECT DISTINCT ON (system_id, kind, source, reference)
            system_id, kind, source, reference, at, number, statement_timestamp()
        FROM signals_told ORDER BY system_id, kind, source, reference, line
        ON CONFLICT (system_id, kind, source, reference) DO NOTHING
        RETURNING system_id, kind, at, number
    ), daily AS (
        SELECT system_id, kind, (at AT TIME ZONE %(zone)s)::date AS day, count(*) AS facts,
            kind = ANY(%(gauges)s) AS is_gauge, sum(number) AS total, max(number) AS top
        FROM fresh GROUP BY system_id, kind, day
    ), dated AS (
        SELECT *, extract(year FROM day)::int AS year, extract(doy FROM day)::int AS n FROM daily
    )
    INSERT INTO signals_days
    SELECT system_id, kind, year, n, CASE WHEN is_gauge THEN top ELSE total END, facts, is_gauge,
        row_number() OVER (PARTITION BY system_id, kind, year ORDER BY n),
        count(*) OVER (PARTITION BY system_id, kind, year)
    FROM dated
"""
_EXTENT = """
    SELECT (SELECT count(*) FROM signals_told), coalesce(sum(facts), 0)::bigint,
        array_agg(DISTINCT days)
    FROM signals_days
"""
_CLASHES = """
    SELECT told.line FROM signals_told told
    JOIN accounts_signalfact fact USING (system_id, kind, source, reference)
    WHERE fact.number <> told.number OR fact.at <> told.at ORDER BY told.line
"""
_NEW_YEARS = """
    INSERT INTO accounts_signalyear (system_id, kind, year, days)
    SELECT system_id, kind, year, array_fill(NULL::float8, ARRAY[366])
    FROM signals_days WHERE place = 1 ORDER BY system_id, kind, year
    ON CONFLICT (system_id, kind, year) DO NOTHING
"""
# A statement of its own: the next ones then read what rivals have committed.
_LOCK_YEARS = """
    SELECT count(*) FROM (
        SELECT 1 FROM accounts_signalyear years
        JOIN signals_days told ON told.place = 1 AND told.system_id = years.system_id
            AND told.kind = years.kind AND told.year = years.year
        ORDER BY years.system_id, years.kind, years.year FOR NO KEY UPDATE OF years
    ) AS held
"""


def _few(size: int) -> str:
    """SQL that puts so many days between the slices of the array around them."""
    parts = ["years.days[1:told.places[1] - 1]"]
    for place in range(1, size + 1):
        day, number = f"years.days[told.places[{place}]]", f"told.numbers[{place}]"
        until = f"told.places[{place + 1}] - 1" if place < size else "366"
        merged = f"greatest({day}, {number}) ELSE coalesce({day}, 0) + {number}"
        parts.append(f"CASE WHEN told.is_gauge THEN {merged} END")
        parts.append(f"years.days[told.places[{place}] + 1:{until}]")
    return _MERGED.format(days=" || ".join(parts), size=f"= {size}")


_MERGED = """
    UPDATE accounts_signalyear years SET days = {days}
    FROM (
        SELECT system_id, kind, year, is_gauge, array_agg(n ORDER BY n) AS places,
            array_agg(number ORDER BY n) AS numbers
        FROM signals_days WHERE days {size} GROUP BY system_id, kind, year, is_gauge
    ) AS told
    WHERE told.system_id = years.system_id AND told.kind = years.kind AND told.year = years.year
"""
_FEW = {size: _few(size) for size in range(1, FEW_DAYS + 1)}
_MANY = _MERGED.format(
    days="""ARRAY(
        SELECT CASE
                WHEN fresh.number IS NULL THEN day.number
                WHEN told.is_gauge THEN greatest(day.number, fresh.number)
                ELSE coalesce(day.number, 0) + fresh.number
            END
        FROM unnest(years.days) WITH ORDINALITY AS day (number, n)
        LEFT JOIN unnest(told.places, told.numbers) AS fresh (n, number) ON fresh.n = day.n
        ORDER BY day.n)""",
    size=f"> {FEW_DAYS}",
)
_EVIDENCE = """
    UPDATE accounts_informationsystem SET evidence_at = clock_timestamp()
    WHERE id = ANY(ARRAY(
        SELECT id FROM accounts_informationsystem
        WHERE id IN (SELECT system_id FROM signals_days)
        ORDER BY id FOR NO KEY UPDATE))
"""
_ONE_FACT = """
    INSERT INTO accounts_signalfact (system_id, kind, source, reference, at, number, told_at)
    VALUES (%(system_id)s, %(kind)s, %(source)s, %(reference)s, %(at)s, %(number)s,
        statement_timestamp())
    ON CONFLICT (system_id, kind, source, reference) DO NOTHING RETURNING id
"""
_ONE_CLASH = """
    SELECT 1 FROM accounts_signalfact
    WHERE system_id = %(system_id)s AND kind = %(kind)s AND source = %(source)s
        AND reference = %(reference)s AND (number <> %(number)s OR at <> %(at)s)
"""
_ONE_DAY = """
    WITH told AS (
        INSERT INTO accounts_signalyear AS years (system_id, kind, year, days)
        VALUES (%(system)s, %(kind)s, %(year)s,
            array_fill(NULL::float8, ARRAY[%(n)s - 1]) || %(number)s::float8
                || array_fill(NULL::float8, ARRAY[366 - %(n)s]))
        ON CONFLICT (system_id, kind, year) DO UPDATE SET days[%(n)s] = CASE
            WHEN %(gauge)s THEN greatest(years.days[%(n)s], %(number)s)
            ELSE coalesce(years.days[%(n)s], 0) + %(number)s
        END
        RETURNING system_id, days[%(n)s] AS number
    )
    UPDATE accounts_informationsystem SET evidence_at = clock_timestamp()
    FROM told WHERE id = told.system_id AND (%(always)s OR told.number <= %(number)s)
"""

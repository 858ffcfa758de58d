"""What the evaluation counts: each indicator by department in one statement over a period."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from catalog.search.traits import NOT_SHARED, OF_A_SHARE_TYPE
from exchange.evaluation import CLOCKS, Evaluation, evaluate
from exchange.models import UseEntry

Counts = dict[UUID, dict[str, tuple[int, int]]]
_OF_CLOCK = {kind: code for code, kinds in CLOCKS.items() for kind in kinds}

# (kind, department, part, whole).
_CLOCKS = """
    SELECT kind, department_id,
        count(*) FILTER (WHERE met_at::date <= due_on), count(*)
    FROM (
        SELECT kind, department_id, due_on, met_at AT TIME ZONE %(zone)s AS met_at
        FROM accounts_obligation
        WHERE kind = ANY(%(kinds)s) AND (
            (state = 'met' AND met_at >= %(start)s AND met_at < %(end)s)
            OR (state = 'open' AND due_on < %(last)s)
        )
    ) AS clock GROUP BY kind, department_id
"""
# (department, part, whole of each of these indicators); every statement takes the same values.
_STATEMENTS = {
    ("complete_entries", "fresh_data", "attached"): """
        SELECT department_id,
            count(*) FILTER (WHERE completeness = 100), count(*),
            count(*) FILTER (WHERE fresh_until >= %(last)s), count(fresh_until),
            count(*) FILTER (WHERE is_shared AND is_attached), count(*) FILTER (WHERE is_shared)
        FROM (
            SELECT department_id, completeness, fresh_until, is_attached,
                traits / %(of_a_share_type)s <> %(not_shared)s AS is_shared
            FROM catalog_searchdocument
        ) AS entry GROUP BY department_id
    """,
    ("rows_accepted",): """
        SELECT dataset.department_id, sum(batch.accepted), sum(batch.received)
        FROM exchange_batch AS batch JOIN exchange_dataset AS dataset ON dataset.id = dataset_id
        WHERE batch.created_at >= %(start)s AND batch.created_at < %(end)s
        GROUP BY dataset.department_id
    """,
    ("undisputed_data",): """
        SELECT dataset.department_id,
            count(*) FILTER (WHERE NOT EXISTS (
                SELECT FROM exchange_objection AS objection
                WHERE objection.resource_id = dataset.resource_id AND objection.kind = 'content'
                    AND objection.outcome IN ('corrected', 'partly_corrected')
                    AND objection.resolved_at >= %(start)s AND objection.resolved_at < %(end)s
            )), count(*)
        FROM exchange_dataset AS dataset WHERE dataset.state = 'open'
        GROUP BY dataset.department_id
    """,
    ("interfaces_answer",): """
        SELECT interface.department_id, sum(day.calls - day.failures), sum(day.calls)
        FROM exchange_interfaceday AS day
        JOIN exchange_serviceinterface AS interface ON interface.id = day.interface_id
        WHERE day.day >= (%(start)s AT TIME ZONE %(zone)s)::date
            AND day.day < (%(end)s AT TIME ZONE %(zone)s)::date
        GROUP BY interface.department_id
    """,
    ("consented",): """
        SELECT provider_id, count(*) FILTER (WHERE state = 'consented'), count(*)
        FROM exchange_sharingrequest
        WHERE answered_at >= %(start)s AND answered_at < %(end)s
            AND state IN ('consented', 'refused')
        GROUP BY provider_id
    """,
    ("grants_used",): """
        SELECT department_id, count(*) FILTER (WHERE id IN (
                SELECT grant_id FROM exchange_useentry WHERE at >= %(start)s AND at < %(end)s
            )), count(*)
        FROM exchange_grant
        WHERE state IN ('active', 'suspended', 'rectified') AND created_at < %(start)s
        GROUP BY department_id
    """,
    ("not_suspended",): """
        SELECT department_id, count(*) FILTER (
                WHERE suspended_at IS NULL OR suspended_at < %(start)s OR suspended_at >= %(end)s
            ), count(*)
        FROM exchange_grant
        WHERE created_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(start)s)
        GROUP BY department_id
    """,
    ("use_recorded",): """
        SELECT department_id, count(*) FILTER (WHERE EXISTS (
                SELECT FROM exchange_userecord AS record
                WHERE record.grant_id = used.grant_id
                    AND record.starts_on < %(end)s AND record.ends_on >= %(start)s
            )), count(*)
        FROM (
            SELECT DISTINCT department_id, grant_id FROM exchange_useentry
            WHERE at >= %(start)s AND at < %(end)s
        ) AS used GROUP BY department_id
    """,
}


def evaluations(departments: Iterable[UUID], since: date, until: date) -> dict[UUID, Evaluation]:
    """The evaluation of each department for the days from ``since`` to ``until``."""
    values = {
        **period_values(since, until),
        "of_a_share_type": OF_A_SHARE_TYPE,
        "not_shared": NOT_SHARED,
        "kinds": list(_OF_CLOCK),
    }
    counts: Counts = {key: {} for key in departments}
    for kind, key, part, whole in _rows(_CLOCKS, values):
        if key in counts:
            code = _OF_CLOCK[kind]
            before = counts[key].get(code, (0, 0))
            counts[key][code] = (before[0] + part, before[1] + whole)
    for codes, statement in _STATEMENTS.items():
        for key, *numbers in _rows(statement, values):
            if key in counts:
                told = iter(map(int, numbers))
                counts[key].update(zip(codes, zip(told, told, strict=True), strict=True))
    return {key: evaluate(found) for key, found in counts.items()}


def traffic(since: date, until: date) -> dict[UUID, dict[str, int]]:
    """Deliveries and rows of each department in the period, as provider and as receiver."""
    values = period_values(since, until)
    found: dict[UUID, dict[str, int]] = {}
    for side, column in (("provided", "provider_id"), ("received", "department_id")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {column}, count(*), sum(rows) FROM {UseEntry._meta.db_table}"  # noqa: S608
                f" WHERE at >= %(start)s AND at < %(end)s GROUP BY {column}",
                values,
            )
            for key, uses, rows in cursor.fetchall():
                line = found.setdefault(key, {})
                line |= {f"uses_{side}": uses, f"rows_{side}": int(rows)}
    return found


def period_values(since: date, until: date) -> dict[str, Any]:
    """The period as the statements name it: its moments, the zone, the last day that is over."""
    zone = timezone.get_default_timezone()
    return {
        "zone": str(zone),
        "start": datetime.combine(since, time(), zone),
        "end": datetime.combine(until + timedelta(days=1), time(), zone),
        "last": min(until, timezone.localdate()),
    }


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())

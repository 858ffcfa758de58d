"""Deliveries and attempts of many calls, in one statement each: a row at a time costs more than the
calls themselves."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from exchange.announcing import Announcement
from exchange.dataplane.webhooks import Outcome
from kernel.models import uuid7

_DELIVERIES = """
    INSERT INTO exchange_delivery AS noted
           (id, created_at, updated_at, version, subscription_id, number, attempts, delivered_at,
            rows, is_table, last_error, response_status, duration_ms)
    SELECT id, clock_timestamp(), clock_timestamp(), 1, lane, number, attempts, clock_timestamp(),
           0, false, '', status, duration
      FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::int[], %s::int[], %s::int[])
           AS done(id, lane, number, attempts, status, duration)
        ON CONFLICT (subscription_id, number) DO UPDATE
       SET attempts = excluded.attempts, delivered_at = excluded.delivered_at, last_error = '',
           response_status = excluded.response_status, duration_ms = excluded.duration_ms,
           updated_at = excluded.updated_at, version = noted.version + 1
"""
_ATTEMPTS = """
    INSERT INTO exchange_attempt
           (id, created_at, updated_at, version, subscription_id, number, is_repeat, ok, status,
            error, detail, excerpt, duration_ms)
    SELECT id, clock_timestamp(), clock_timestamp(), 1, lane, number, is_repeat, true, status,
           '', '', excerpt, duration
      FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bool[], %s::int[], %s::text[],
                  %s::int[])
           AS done(id, lane, number, is_repeat, status, excerpt, duration)
"""


def write_calls(calls: Sequence[tuple[Announcement, Outcome]]) -> None:
    """Note calls that were taken: what arrived, and the attempt that brought it."""
    if not calls:
        return
    lanes = [call.lane.pk for call, _ in calls]
    numbers = [call.number for call, _ in calls]
    statuses = [outcome.status for _, outcome in calls]
    durations = [outcome.duration_ms for _, outcome in calls]
    deliveries: list[Any] = [
        [uuid7() for _ in calls],
        lanes,
        numbers,
        [call.lane.attempts for call, _ in calls],
        statuses,
        durations,
    ]
    attempts: list[Any] = [
        [uuid7() for _ in calls],
        lanes,
        numbers,
        [call.is_repeat for call, _ in calls],
        statuses,
        [outcome.excerpt for _, outcome in calls],
        durations,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERIES, deliveries)
        cursor.execute(_ATTEMPTS, attempts)

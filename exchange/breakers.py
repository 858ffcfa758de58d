"""The circuit breaker of an interface: rows of the database, so that all processes heed it.

Closed, it counts failures in a row. After FAILURES of them nobody is let through until
``open_until``; then exactly one call probes, whose outcome closes it or opens it for longer.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from exchange.interface_errors import ProviderResting
from exchange.models import InterfaceDay, ServiceInterface
from kernel.models import uuid7

FAILURES = 5
REST_SECONDS, LONGEST_REST_SECONDS = 30, 600
_TABLE = ServiceInterface._meta.db_table
_DAYS = InterfaceDay._meta.db_table


@dataclass(frozen=True)
class Pass:
    """A call let through; ``probe`` is set for the one that tries a provider that has rested."""

    interface_id: UUID
    probe: datetime | None = None


def admit(interface: ServiceInterface) -> Pass:
    """Leave to call; ProviderResting while the breaker is open, or another call is probing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT open_until, ceil(extract(epoch FROM open_until - clock_timestamp()))"  # noqa: S608
            f" FROM {_TABLE} WHERE id = %s",
            [interface.pk],
        )
        until, left = cursor.fetchone()
        if until is None:
            return Pass(interface.pk)
        if left > 0:
            raise ProviderResting("it is tried again after that", retry_after=int(left))
        seconds = interface.timeout_ms // 1000 + 2
        cursor.execute(
            f"UPDATE {_TABLE} SET open_until = clock_timestamp() + make_interval(secs => %s)"  # noqa: S608
            " WHERE id = %s AND open_until = %s RETURNING open_until",
            [seconds, interface.pk, until],
        )
        taken = cursor.fetchone()
    if taken is None:
        raise ProviderResting("another call is trying it now", retry_after=1)
    return Pass(interface.pk, taken[0])


def succeeded(leave: Pass) -> None:
    """The provider answered: failures count from nought; a probe closes the breaker."""
    _count(leave.interface_id, failed=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET failures = 0, open_until = NULL WHERE id = %s"  # noqa: S608
            " AND failures > 0 AND open_until IS NOT DISTINCT FROM %s",
            [leave.interface_id, leave.probe],
        )


def failed(leave: Pass) -> bool:
    """The provider did not answer; whether this call opened the breaker, or kept it open."""
    _count(leave.interface_id, failed=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET failures = failures + 1, open_until ="  # noqa: S608
            " CASE WHEN failures + 1 >= %(most)s THEN clock_timestamp() + make_interval(secs =>"
            "   least(%(rest)s * 2 ^ least(failures + 1 - %(most)s, 10), %(longest)s)) END"
            " WHERE id = %(id)s AND open_until IS NOT DISTINCT FROM %(probe)s"
            " RETURNING open_until IS NOT NULL",
            {
                "most": FAILURES,
                "rest": REST_SECONDS,
                "longest": LONGEST_REST_SECONDS,
                "id": leave.interface_id,
                "probe": leave.probe,
            },
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _count(interface_id: UUID, *, failed: int) -> None:
    """One more call of today, for the evaluation; a day is China's."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_DAYS} AS today"  # noqa: S608
            " (id, created_at, updated_at, version, interface_id, day, calls, failures)"
            " VALUES (%s, now(), now(), 1, %s, %s, 1, %s)"
            " ON CONFLICT (interface_id, day) DO UPDATE SET calls = today.calls + 1,"
            " failures = today.failures + excluded.failures, updated_at = now()",
            [uuid7(), interface_id, timezone.localdate(), failed],
        )

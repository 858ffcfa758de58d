"""Which systems are due to be judged, and which worker judges them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import RuleSet
from accounts.states import RUNNING

# Time alone changes evidence: what was judged so long ago is judged anew.
STALE = timedelta(days=7)
# Systems are claimed by bucket, so that no lock lies on the rows that signals are written to.
BUCKETS = 64
_LOCK = 0x5A0B1E

_DUE = """
SELECT s.id FROM accounts_informationsystem s
LEFT JOIN accounts_verdict v ON v.system_id = s.id
WHERE s.state = ANY(%s) AND (v.id IS NULL OR v.rules_id <> %s OR s.evidence_at > v.judged_at
                             OR v.judged_at < %s)
"""


def due_systems(
    rules: RuleSet, before: datetime | None, among: Sequence[UUID] | None = None
) -> list[UUID]:
    """Running systems without a verdict, with newer evidence, judged by other rules, or judged
    before ``before`` (a week ago unless given)."""
    values: list[Any] = [list(RUNNING), rules.pk, before or timezone.now() - STALE]
    statement = _DUE
    if among is not None:
        statement = f"{_DUE} AND s.id = ANY(%s::uuid[])"
        values.append(list(among))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [key for (key,) in cursor]


def chunks(systems: Sequence[UUID], size: int) -> Iterator[dict[int, list[UUID]]]:
    """The systems by bucket, whole buckets together up to about ``size`` systems a chunk."""
    buckets: dict[int, list[UUID]] = defaultdict(list)
    for key in systems:
        buckets[key.int % BUCKETS].append(key)
    chunk: dict[int, list[UUID]] = {}
    held = 0
    for bucket in sorted(buckets):
        if chunk and held + len(buckets[bucket]) > size:
            yield chunk
            chunk, held = {}, 0
        chunk[bucket] = buckets[bucket]
        held += len(buckets[bucket])
    if chunk:
        yield chunk


def claim(chunk: dict[int, list[UUID]]) -> list[UUID]:
    """The systems of those buckets that no other worker is judging, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b FROM unnest(%s::int[]) b WHERE pg_try_advisory_xact_lock(%s, b)",
            [sorted(chunk), _LOCK],
        )
        return [key for (bucket,) in cursor for key in chunk[bucket]]


def known_until() -> datetime:
    """The moment up to which all evidence is committed: what began to be written before it and is
    not committed yet bears a later time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND state <> 'idle'"
            " AND backend_type = 'client backend'"
        )
        (oldest,) = cursor.fetchone()
    now = timezone.now()
    return min(oldest, now) if oldest else now

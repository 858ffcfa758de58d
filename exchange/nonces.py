"""Signed calls that were taken: kept in the database, so that no lost cache takes one again."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from exchange.gateways import AHEAD_MS, VALID_MS
from exchange.models import Nonce

# Longer than the call could be taken at all.
KEPT = timedelta(milliseconds=2 * VALID_MS + AHEAD_MS)
_MOST = 50_000


def take_nonce(requester: str, *parts: str) -> bool:
    """True for the first who comes with these parts, False for everybody after.

    Outside a transaction, so that no later refusal gives the nonce free again.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Nonce._meta.db_table} (requester, nonce, expires_at)"  # noqa: S608
            " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [requester, digest, timezone.now() + KEPT],
        )
        return bool(cursor.rowcount)


def forget_nonces() -> int:
    """Remove those whose calls are refused for their age; how many."""
    old = Nonce.objects.filter(expires_at__lt=timezone.now()).values("pk")[:_MOST]
    return Nonce.objects.filter(pk__in=old).delete()[0]

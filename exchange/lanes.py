"""Taking a lane and giving it back: leases by the database's clock, writes fenced by a token."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from exchange.models import Subscription
from exchange.querysets import SubscriptionQuerySet


class LeaseLost(Exception):
    """Another worker holds the lane, or it may deliver no more; stop without a write."""


@dataclass(frozen=True)
class Lease:
    """The right to write for one lane until another token is given out."""

    subscription_id: UUID
    token: int


_CLAIM = """
    UPDATE exchange_subscription
       SET lease_until = clock_timestamp() + %(lease)s * interval '1 second',
           lease_token = lease_token + 1,
           attempts = attempts + 1
     WHERE id = (
        SELECT lane.id
          FROM exchange_subscription lane
          JOIN exchange_dataset dataset ON dataset.id = lane.dataset_id
          JOIN exchange_grant granted ON granted.id = lane.grant_id
         WHERE lane.state = 'active' AND lane.mode IN ('webhook', 'sink')
           AND granted.state = 'active'
           AND (lane.position < dataset.last_number OR lane.reload)
           AND lane.next_attempt_at <= clock_timestamp()
           AND (lane.lease_until IS NULL OR lane.lease_until < clock_timestamp())
         ORDER BY lane.next_attempt_at
         LIMIT 1
           FOR UPDATE OF lane SKIP LOCKED)
    RETURNING id, lease_token
"""


def claim_lane() -> Lease | None:
    """Take the lane that has been due longest; None if none is.

    The attempt is counted before the work, so that work which kills its worker is counted too.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": settings.LEASE_SECONDS})
        row = cursor.fetchone()
    return Lease(row[0], row[1]) if row else None


def hold(lease: Lease) -> None:
    """Renew the lease, or LeaseLost; call before each effect outside."""
    until = Now() + timedelta(seconds=settings.LEASE_SECONDS)
    if not _held(lease).update(lease_until=until):
        raise LeaseLost


@contextmanager
def kept(lease: Lease) -> Iterator[None]:
    """Renew the lease every third of its time while the block works.

    A paused or dead process renews nothing, so its lane goes to another worker all the same.
    """
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(settings.LEASE_SECONDS / 3):
                hold(lease)
        except (LeaseLost, DatabaseError):
            # The block's own last check tells it.
            return
        finally:
            connection.close()

    keeper = threading.Thread(target=renew, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def advance(lease: Lease, number: int, shown: str = "") -> None:
    """Batch ``number`` has arrived, with what ``shown`` names.

    The next one starts with a clean count of attempts.
    """
    rows = _held(lease).filter(position=number - 1)
    if not rows.update(
        position=number,
        attempts=1,
        last_error="",
        shown_digest=shown,
        version=F("version") + 1,
    ):
        raise LeaseLost


def settle(lease: Lease, number: int, shown: str) -> None:
    """The whole table as of batch ``number`` has arrived, with what ``shown`` names."""
    rows = _held(lease).filter(position__lte=number)
    if not rows.update(
        position=number,
        attempts=1,
        last_error="",
        reload=False,
        shown_digest=shown,
        version=F("version") + 1,
    ):
        raise LeaseLost


def reload(lease: Lease) -> None:
    """Let the lane's table be loaded anew before anything else is applied."""
    if not _held(lease).update(reload=True):
        raise LeaseLost


def fence(lanes: SubscriptionQuerySet) -> int:
    """End the leases of these lanes: whoever holds one writes nothing more; how many lanes."""
    return lanes.update(
        lease_token=F("lease_token") + 1, lease_until=None, version=F("version") + 1
    )


def give_back(lease: Lease, *, wait_seconds: float = 0, error: str = "") -> None:
    """End the lease; the lane is due again after the wait."""
    due = Now() + timedelta(seconds=wait_seconds)
    changes = {} if error else {"attempts": 0}
    _held(lease).update(lease_until=None, next_attempt_at=due, last_error=error[:400], **changes)


def _held(lease: Lease) -> SubscriptionQuerySet:
    return Subscription.objects.filter(
        pk=lease.subscription_id, lease_token=lease.token, state="active"
    )

"""Taking a lane and giving it back: leases by the database's clock, writes fenced by a token."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
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


CALLS = ("webhook",)
LOADS = ("sink", "file")

_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT lane.id, lane.next_attempt_at
          FROM exchange_subscription lane
          JOIN exchange_dataset dataset ON dataset.id = lane.dataset_id
          JOIN exchange_grant granted ON granted.id = lane.grant_id
         WHERE lane.state = 'active' AND lane.mode = ANY(%(modes)s)
           AND granted.state = 'active'
           AND (lane.position < dataset.last_number
                OR (lane.reload AND lane.mode <> 'webhook')
                OR lane.redeliver_next IS NOT NULL)
           AND lane.next_attempt_at <= clock_timestamp()
           AND (lane.lease_until IS NULL OR lane.lease_until < clock_timestamp())
           AND (%(failing)s::boolean IS NULL OR (lane.attempts > 0) = %(failing)s::boolean)
           AND NOT split_part(lane.url, '/', 3) = ANY(%(without)s)
           AND NOT lane.id = ANY(%(own)s::uuid[])
         ORDER BY lane.next_attempt_at
         LIMIT %(limit)s
           FOR UPDATE OF lane SKIP LOCKED)
    UPDATE exchange_subscription lane
       SET lease_until = clock_timestamp() + %(lease)s * interval '1 second',
           lease_token = lease_token + 1,
           attempts = attempts + 1
      FROM due
     WHERE lane.id = due.id
    RETURNING due.next_attempt_at, lane.id, lane.lease_token
"""


def claim_lane() -> Lease | None:
    """Take the lane that has been due longest; None if none is."""
    return next(iter(claim_lanes(1)), None)


def claim_lanes(
    limit: int,
    modes: Sequence[str] = (*CALLS, *LOADS),
    *,
    failing: bool | None = None,
    without: Sequence[str] = (),
    own: Iterable[Lease] = (),
) -> list[Lease]:
    """Take at most so many lanes, those that have been due longest first.

    ``failing`` asks only for lanes whose last attempt failed, or only for the others, so that who
    does not answer keeps no place from who does; ``without`` leaves out the hosts of these
    addresses, ``own`` the lanes that the caller is at work on already. The attempt is counted
    before the work, so that work which kills its worker is counted too.
    """
    values: dict[str, Any] = {
        "lease": settings.LEASE_SECONDS,
        "modes": list(modes),
        "limit": limit,
        "failing": failing,
        "without": list(without),
        "own": [lease.subscription_id for lease in own],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [Lease(pk, token) for _, pk, token in sorted(cursor.fetchall())]


def hold(lease: Lease) -> None:
    """Renew the lease, or LeaseLost; call before each effect outside."""
    until = Now() + timedelta(seconds=settings.LEASE_SECONDS)
    if not _held(lease).update(lease_until=until):
        raise LeaseLost


def hold_all(leases: Collection[Lease]) -> None:
    """Renew these leases; one that is lost is left as it is, and its last check tells it."""
    _update(_RENEW, leases)


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


def advance_all(arrived: Mapping[Lease, int]) -> set[Lease]:
    """These batches have arrived, one in each lane; the lanes that were still held.

    Each lane is given back at once and is due again if there is more for it. Within the caller's
    transaction: the rows are locked in the order in which everybody locks them.
    """
    _lock(arrived)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [
                [lease.subscription_id for lease in arrived],
                [lease.token for lease in arrived],
                list(arrived.values()),
            ],
        )
        return {Lease(pk, token) for pk, token in cursor.fetchall()}


# A number at or below the position was brought once more: the next of those to be repeated is
# the next one that this lane was ever brought.
_ADVANCE = """
    UPDATE exchange_subscription lane
       SET position = greatest(lane.position, done.number),
           redeliver_next = CASE WHEN done.number = lane.position + 1 THEN lane.redeliver_next ELSE
               (SELECT min(brought.number) FROM exchange_delivery brought
                 WHERE brought.subscription_id = lane.id AND brought.delivered_at IS NOT NULL
                   AND brought.number > done.number
                   AND brought.number <= lane.redeliver_last) END,
           attempts = 0, last_error = '', lease_until = NULL, next_attempt_at = clock_timestamp(),
           version = lane.version + 1
      FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS done(id, token, number)
     WHERE lane.id = done.id AND lane.lease_token = done.token AND lane.state = 'active'
       AND (done.number = lane.position + 1 OR done.number = lane.redeliver_next)
    RETURNING lane.id, lane.lease_token
"""


def retry_all(failed: Mapping[Lease, tuple[float, str]]) -> set[Lease]:
    """These lanes failed: each with the seconds it waits and the error; those still held.

    Within the caller's transaction.
    """
    _lock(failed)
    with connection.cursor() as cursor:
        cursor.execute(
            _RETRY,
            [
                [lease.subscription_id for lease in failed],
                [lease.token for lease in failed],
                [wait for wait, _ in failed.values()],
                [error[:400] for _, error in failed.values()],
            ],
        )
        return {Lease(pk, token) for pk, token in cursor.fetchall()}


_RETRY = """
    UPDATE exchange_subscription lane
       SET lease_until = NULL, last_error = failed.error,
           next_attempt_at = clock_timestamp() + failed.wait * interval '1 second'
      FROM unnest(%s::uuid[], %s::bigint[], %s::float8[], %s::text[])
           AS failed(id, token, wait, error)
     WHERE lane.id = failed.id AND lane.lease_token = failed.token AND lane.state = 'active'
    RETURNING lane.id, lane.lease_token
"""


def excuse(lease: Lease) -> None:
    """Nobody failed: the attempt that was just noted does not count."""
    rows = Subscription.objects.filter(pk=lease.subscription_id, lease_token=lease.token)
    rows.update(attempts=0, last_error="")


def put_back(leases: Collection[Lease]) -> None:
    """Give back lanes that were taken and never tried."""
    _update(_PUT_BACK, leases)


def pass_over(lease: Lease, number: int) -> None:
    """Go on behind batch ``number``: those up to it are past their retention."""
    rows = _held(lease).filter(position__lt=number)
    if not rows.update(position=number, version=F("version") + 1):
        hold(lease)


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


def end_repeats(lease: Lease) -> None:
    """What was to be brought once more is past its retention."""
    if not _held(lease).update(redeliver_next=None):
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


def _lock(leases: Iterable[Lease]) -> None:
    """Lock the lanes' rows until the transaction ends, in the order in which everybody does."""
    ids = [lease.subscription_id for lease in leases]
    rows = Subscription.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


_RENEW = """
    UPDATE exchange_subscription lane
       SET lease_until = clock_timestamp() + %(lease)s * interval '1 second'
      FROM unnest(%(ids)s::uuid[], %(tokens)s::bigint[]) AS held(id, token)
     WHERE lane.id = held.id AND lane.lease_token = held.token AND lane.state = 'active'
"""
_PUT_BACK = """
    UPDATE exchange_subscription lane
       SET lease_until = NULL, attempts = greatest(lane.attempts - 1, 0)
      FROM unnest(%(ids)s::uuid[], %(tokens)s::bigint[]) AS held(id, token)
     WHERE lane.id = held.id AND lane.lease_token = held.token AND lane.state = 'active'
"""


@transaction.atomic
def _update(statement: str, leases: Collection[Lease]) -> None:
    """Write to those of the lanes that are still held."""
    _lock(leases)
    values: dict[str, Any] = {
        "lease": settings.LEASE_SECONDS,
        "ids": [lease.subscription_id for lease in leases],
        "tokens": [lease.token for lease in leases],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _held(lease: Lease) -> SubscriptionQuerySet:
    return Subscription.objects.filter(
        pk=lease.subscription_id, lease_token=lease.token, state="active"
    )

"""Waiting for news of a dataset: a few requests of a process at a time, each asking one row.

A request that waits holds one of the server's threads and one idle connection, no transaction. So
only so many wait; who comes beyond them is answered at once, as if nobody could wait.
"""

import threading
import time

from django.conf import settings
from django.db import connection

from exchange.models import Subscription
from exchange.places import Place

MOST_SECONDS = 30
LOOK_SECONDS = 0.5

# One row by three keys: the last batch, and whether the right to it is still what it was.
_LOOK = """
    SELECT d.last_number, s.state, g.state, g.edition
      FROM exchange_subscription s
      JOIN exchange_dataset d ON d.id = s.dataset_id
      JOIN exchange_grant g ON g.id = s.grant_id
     WHERE s.id = %s
"""


class _Room:
    """How many may wait in this process now."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), 0

    def enter(self) -> bool:
        """Whether there was a place; who got one leaves it again."""
        with self._lock:
            if self._waiting >= settings.LONG_POLLS:
                return False
            self._waiting += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._waiting -= 1


ROOM = _Room()


def for_news(subscription: Subscription, place: Place, seconds: int) -> bool:
    """Wait until there is a batch behind the place, the right changes or the time is over; False
    where nothing was waited for, because there is something or because too many wait already."""
    first = _look(subscription)
    if first[0] >= place.number or not ROOM.enter():
        return False
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            time.sleep(min(LOOK_SECONDS, max(0.0, end - time.monotonic())))
            if _look(subscription) != first:
                break
    finally:
        ROOM.leave()
    return True


def _look(subscription: Subscription) -> tuple[int, str, str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [subscription.pk])
        found: tuple[int, str, str, int] = cursor.fetchone()
    return found

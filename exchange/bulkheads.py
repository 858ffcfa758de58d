"""So many calls of one interface, and of all together, wait in this process at a time and no more.

A web process has few threads: providers that are slow take some of them, never all.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings

from exchange.interface_errors import InterfaceBusy

_lock = threading.Lock()
_waiting: Counter[UUID] = Counter()


@contextmanager
def one_of_few(interface_id: UUID) -> Iterator[None]:
    """A place among the calls that wait; InterfaceBusy at once if there is none."""
    with _lock:
        if (
            _waiting[interface_id] >= settings.INTERFACE_CALLS
            or _waiting.total() >= settings.INTERFACE_CALLS_TOGETHER
        ):
            raise InterfaceBusy("try again in a moment", retry_after=1)
        _waiting[interface_id] += 1
    try:
        yield
    finally:
        with _lock:
            _waiting[interface_id] -= 1
            if not _waiting[interface_id]:
                del _waiting[interface_id]

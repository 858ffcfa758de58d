"""Connections that stay open between two requests, apart for each place."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

import httpcore2


class _Entry:
    """The pool of one place, and how many threads are about to use it."""

    def __init__(self, pool: httpcore2.ConnectionPool) -> None:
        self.pool, self.users = pool, 0

    @property
    def is_idle(self) -> bool:
        return not self.users and all(each.is_idle() for each in self.pool.connections)


class Pools:
    """A pool for each place, of which ``keep`` are kept: the library looks at every idle
    connection of a pool for every request, so that one pool for all places would grow slow."""

    def __init__(self, make: Callable[[], httpcore2.ConnectionPool], keep: int) -> None:
        self._make, self._keep = make, keep
        self._lock = threading.Lock()
        self._entries: OrderedDict[Any, _Entry] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def handle_request(self, request: httpcore2.Request) -> httpcore2.Response:
        entry, idle = self._entry(request.url.origin)
        for pool in idle:
            pool.close()
        try:
            return entry.pool.handle_request(request)
        finally:
            with self._lock:
                entry.users -= 1

    def close(self) -> None:
        with self._lock:
            entries = list(self._entries.values())
            self._entries.clear()
        for entry in entries:
            entry.pool.close()

    def _entry(self, origin: Any) -> tuple[_Entry, list[httpcore2.ConnectionPool]]:
        """The pool of the place, and those that must go so that it can be kept."""
        key = str(origin)
        with self._lock:
            if key not in self._entries:
                self._entries[key] = _Entry(self._make())
            entry = self._entries[key]
            self._entries.move_to_end(key)
            entry.users += 1
            idle = []
            if len(self._entries) > self._keep:
                name = next((n for n, each in self._entries.items() if each.is_idle), None)
                if name is not None:
                    idle.append(self._entries.pop(name).pool)
        return entry, idle

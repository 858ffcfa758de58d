"""How often somebody may do something in a window of time, counted together by all processes.

Processes take from the shared count in chunks, so that nearly every call asks nobody: never more
than the limit passes, and where many processes serve one caller up to a chunk of each fewer. The
count lies in the cache: who flushes it forgives what was counted, and while it does not answer
nobody is limited.
"""

import time
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)

_MOST_KNOWN = 20_000
# So long a process does not ask a cache that failed.
_PAUSE = 5


@dataclass(frozen=True)
class Limit:
    """At most so many in each window of so many seconds."""

    name: str
    most: int
    seconds: int

    @cached_property
    def chunk(self) -> int:
        """How many a process takes at once; small limits are counted one by one."""
        return max(1, min(100, self.most // 200))

    @cached_property
    def policy(self) -> str:
        """A member of the field RateLimit-Policy."""
        return f'"{self.name}";q={self.most};w={self.seconds}'


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this one passes, how many more at least will, and when the next window begins."""

    limit: Limit
    passes: bool
    left: int
    rest: int

    @property
    def told(self) -> str:
        """A member of the field RateLimit."""
        return f'"{self.limit.name}";r={self.left};t={self.rest}'


class _Taken:
    """What this process took of somebody's window: how many it may still give, and how many
    nobody had taken yet."""

    __slots__ = ("held", "left", "window")

    def __init__(self, window: int, left: int) -> None:
        self.window, self.left, self.held = window, left, 0


_known: dict[tuple[Limit, str], _Taken] = {}
_lock = Lock()
_asks_again_at = 0.0


def take(limit: Limit, who: str) -> Standing:
    """Count one of ``who``."""
    now = time.time()
    window, into = divmod(int(now), limit.seconds)
    rest = limit.seconds - into
    taken = _taken(limit, who, window)
    with _lock:
        if taken.held:
            taken.held -= 1
            return Standing(limit, True, taken.held + taken.left, rest)
        if not taken.left:
            return Standing(limit, False, 0, rest)
    found = _ask(limit, who, window)
    if found is None:
        return Standing(limit, True, limit.most, rest)
    with _lock:
        given = max(0, min(limit.chunk, limit.most - (found - limit.chunk)))
        taken.left = max(0, limit.most - found)
        taken.held += max(0, given - 1)
        return Standing(limit, given > 0, taken.held + taken.left, rest)


def forget() -> None:
    """Forget what this process took; for tests."""
    global _asks_again_at
    with _lock:
        _known.clear()
        _asks_again_at = 0.0


def _taken(limit: Limit, who: str, window: int) -> _Taken:
    key = (limit, who)
    taken = _known.get(key)
    if taken is None or taken.window != window:
        with _lock:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            taken = _known[key] = _Taken(window, limit.most)
    return taken


def _ask(limit: Limit, who: str, window: int) -> int | None:
    """The shared count with a chunk more; None while the cache does not answer."""
    global _asks_again_at
    if time.monotonic() < _asks_again_at:
        return None
    key = f"limit:{limit.name}:{who}:{window}"
    try:
        cache.add(key, 0, timeout=limit.seconds * 2)
        return int(cache.incr(key, limit.chunk))
    except Exception as fault:  # noqa: BLE001 - whatever the cache has, calls are served
        _asks_again_at = time.monotonic() + _PAUSE
        log.warning("nobody_is_limited", reason=type(fault).__name__)
        return None

"""Calls in many threads, so that a slow or dead receiver holds up nobody but itself."""

import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

# A call that takes longer no longer counts among the quick ones and makes place for another.
SLOW_SECONDS = 0.25


class _Running(NamedTuple):
    host: str
    begun: float


class Calls(Generic[Job, Result]):
    """Runs ``work`` on jobs, each in a thread; used by the one thread that made it.

    At most ``at_once`` calls that have only just begun run together, at most ``most`` in all, and
    at most ``per_host`` to one host: whoever does not answer keeps a thread, but not the place of
    those who do. ``work`` must not raise.
    """

    def __init__(
        self, work: Callable[[Job], Result], *, at_once: int, most: int, per_host: int
    ) -> None:
        self._work = work
        self._at_once, self._most, self._per_host = at_once, most, per_host
        self._threads = ThreadPoolExecutor(most, "call")
        self._done: SimpleQueue[tuple[int, Job, Result]] = SimpleQueue()
        self._waiting: deque[tuple[Job, str]] = deque()
        self._running: dict[int, _Running] = {}
        self._hosts: Counter[str] = Counter()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what runs; what waits is not begun."""
        self._waiting.clear()
        self._threads.shutdown()

    @property
    def room(self) -> int:
        """How many more jobs may be added, so that the threads do not run dry."""
        free = 2 * self._at_once - self._young() - len(self._waiting)
        return max(0, min(free, self._most - len(self._running) - len(self._waiting)))

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return not self._running and not self._waiting

    @property
    def full_hosts(self) -> list[str]:
        """The hosts of which no more jobs should be added: they have all that they may have."""
        waiting = {host for _, host in self._waiting}
        return [h for h, n in self._hosts.items() if n >= self._per_host or h in waiting]

    def add(self, job: Job, host: str) -> None:
        """Run the job as soon as the bounds let it."""
        self._waiting.append((job, host))
        self._begin()

    def take_waiting(self) -> list[Job]:
        """The jobs that have not begun; they will not begin any more."""
        left = [job for job, _ in self._waiting]
        self._waiting.clear()
        return left

    def finished(self, enough: int, seconds: float) -> list[tuple[Job, Result]]:
        """What has ended since: returns after so many or so long, whichever comes first."""
        until = time.monotonic() + seconds
        found: list[tuple[Job, Result]] = []
        while len(found) < enough and self._running:
            left = until - time.monotonic()
            try:
                # A look now and then, because calls grow slow and make place for waiting ones.
                number, job, result = self._done.get(timeout=max(0.0, min(left, SLOW_SECONDS / 4)))
            except Empty:
                if left <= 0:
                    break
            else:
                host = self._running.pop(number).host
                self._hosts[host] -= 1
                if not self._hosts[host]:
                    del self._hosts[host]
                found.append((job, result))
            self._begin()
        return found

    def _young(self) -> int:
        since = time.monotonic() - SLOW_SECONDS
        return sum(call.begun > since for call in self._running.values())

    def _begin(self) -> None:
        """Begin the waiting jobs in their order, but for those whose host has all that it may."""
        if not self._waiting:
            return
        free = min(self._at_once - self._young(), self._most - len(self._running))
        held: deque[tuple[Job, str]] = deque()
        while self._waiting and free > 0:
            job, host = self._waiting.popleft()
            if self._hosts[host] >= self._per_host:
                held.append((job, host))
                continue
            self._count += 1
            self._running[self._count] = _Running(host, time.monotonic())
            self._hosts[host] += 1
            self._threads.submit(self._run, self._count, job)
            free -= 1
        self._waiting.extendleft(reversed(held))

    def _run(self, number: int, job: Job) -> None:
        self._done.put((number, job, self._work(job)))

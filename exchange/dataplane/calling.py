"""Calls in many threads, so that a slow or dead receiver holds up nobody but itself."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

# A call that takes so many times longer than calls usually do, within these bounds, no longer
# counts among the quick ones and makes place for another.
SLOW_TIMES = 3
SLOW_SECONDS = (0.1, 1.0)
LOOK_SECONDS = 0.005


class _Running(NamedTuple):
    host: str
    begun: float


class Calls(Generic[Job, Result]):
    """Runs ``work`` on jobs, each in a thread; used by the one thread that made it.

    At most ``at_once`` calls that have only just begun run together, at most ``most`` in all, and
    at most ``per_host`` to one host, which gets no further one while a call to it is slow: whoever
    does not answer keeps a thread, but not the place of those who do. ``work`` must not raise.
    """

    def __init__(
        self, work: Callable[[Job], Result], *, at_once: int, most: int, per_host: int
    ) -> None:
        self._work = work
        self._at_once, self._most, self._per_host = at_once, most, per_host
        self._threads = ThreadPoolExecutor(most, "call")
        self._lock = threading.Lock()
        self._done: deque[tuple[Job, Result]] = deque()
        self._waiting: deque[tuple[Job, str]] = deque()
        self._running: dict[int, _Running] = {}
        self._hosts: Counter[str] = Counter()
        self._count = 0
        self._usual = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what runs; what waits is not begun."""
        self.take_waiting()
        self._threads.shutdown()

    @property
    def room(self) -> int:
        """How many more jobs may be added, so that the threads do not run dry."""
        with self._lock:
            waiting, running = len(self._waiting), len(self._running)
            free = 2 * self._at_once - self._young() - waiting
            return max(0, min(free, self._most - running - waiting))

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs, nothing waits, and all that ended was fetched."""
        with self._lock:
            return not (self._running or self._waiting or self._done)

    @property
    def full_hosts(self) -> list[str]:
        """The hosts of which no more jobs should be added: they have all that they may have."""
        with self._lock:
            waiting, slow = {host for _, host in self._waiting}, self._slow_hosts()
            full = {host for host, calls in self._hosts.items() if calls >= self._per_host}
            return sorted(full | slow | (waiting & self._hosts.keys()))

    def add(self, jobs: Iterable[tuple[Job, str]]) -> None:
        """Run the jobs, each with its host, as soon as the bounds let them."""
        with self._lock:
            self._waiting.extend(jobs)
        self._begin()

    def take_waiting(self) -> list[Job]:
        """The jobs that have not begun; they will not begin any more."""
        with self._lock:
            left = [job for job, _ in self._waiting]
            self._waiting.clear()
        return left

    def finished(self, enough: int, seconds: float) -> list[tuple[Job, Result]]:
        """What has ended since: returns after so many or so long, whichever comes first."""
        until = time.monotonic() + seconds
        # Calls grow slow and make place for waiting ones.
        self._begin()
        while self._running and len(self._done) < enough and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            self._begin()
        with self._lock:
            found = list(self._done)
            self._done.clear()
        return found

    def _begin(self) -> None:
        """Let threads begin as many of the waiting jobs as the bounds let."""
        while True:
            with self._lock:
                taken = self._take()
            if taken is None:
                return
            self._threads.submit(self._run, *taken)

    def _run(self, number: int, job: Job) -> None:
        """Run the job, and then what waits: a thread that is free need not wait to be told."""
        taken: tuple[int, Job] | None = (number, job)
        while taken is not None:
            number, job = taken
            result = self._work(job)
            with self._lock:
                host, begun = self._running.pop(number)
                self._learn(time.monotonic() - begun)
                self._hosts[host] -= 1
                if not self._hosts[host]:
                    del self._hosts[host]
                self._done.append((job, result))
                taken = self._take()

    def _take(self) -> tuple[int, Job] | None:
        """The first waiting job whose host does not have all that it may, noted as begun."""
        if not self._waiting or len(self._running) >= self._most or self._young() >= self._at_once:
            return None
        slow = self._slow_hosts()
        for place, (job, host) in enumerate(self._waiting):
            if self._hosts[host] < self._per_host and host not in slow:
                del self._waiting[place]
                self._count += 1
                self._running[self._count] = _Running(host, time.monotonic())
                self._hosts[host] += 1
                return self._count, job
        return None

    def _young(self) -> int:
        since = self._since()
        return sum(call.begun > since for call in self._running.values())

    def _slow_hosts(self) -> set[str]:
        since = self._since()
        return {call.host for call in self._running.values() if call.begun <= since}

    def _since(self) -> float:
        """The moment before which a call must have begun to be slow by now."""
        least, most = SLOW_SECONDS
        return time.monotonic() - min(most, max(least, SLOW_TIMES * self._usual))

    def _learn(self, seconds: float) -> None:
        """What calls usually take; one that nobody answered says nothing of it."""
        if seconds < SLOW_SECONDS[1]:
            self._usual += (seconds - self._usual) / 20

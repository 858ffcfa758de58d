"""Work that runs while other work does: reading ahead of a consumer, writing behind a producer.

Arrow and DuckDB let other threads run while they work, so on two cores a body is parsed, checked
and compressed at the same time. A few pieces wait between the stages, whatever the body.
"""

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

WAITING = 1
_LOOK_SECONDS = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class _End:
    error: BaseException | None = None


class _Feeder(Generic[T]):
    """Draws from the source in a thread of its own until it ends or nobody wants more."""

    def __init__(self, source: Iterator[T], room: int) -> None:
        self._source = source
        self._ready: queue.Queue[T | _End] = queue.Queue(room)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._thread.start()

    def _draw(self) -> None:
        end = _End()
        try:
            for each in self._source:
                if not self._hand_over(each):
                    return
        except BaseException as error:  # noqa: BLE001
            # Raised again where the pieces are used.
            end = _End(error)
        finally:
            if close := getattr(self._source, "close", None):
                close()
            self._hand_over(end)

    def _hand_over(self, each: T | _End) -> bool:
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._ready.put(each, timeout=_LOOK_SECONDS)
                return True
        return False

    def take(self) -> T | _End:
        return self._ready.get()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def ahead(source: Iterator[T], room: int = WAITING) -> Generator[T, None, None]:
    """The same pieces, drawn by a thread that is at most ``room`` pieces ahead.

    What the source raises is raised here; the source is closed in its thread.
    """
    feeder = _Feeder(source, room)
    try:
        while not isinstance(each := feeder.take(), _End):
            yield each
        if each.error is not None:
            raise each.error
    finally:
        feeder.stop()


class Behind:
    """Calls made one after the other in a thread, at most ``room`` of them waiting."""

    def __init__(self, room: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._pending: deque[Future[Any]] = deque()
        self._room = room

    def __enter__(self) -> "Behind":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def call(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Have it called; raises what an earlier call raised."""
        while len(self._pending) >= self._room or (self._pending and self._pending[0].done()):
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(work, *arguments))

    def finish(self) -> None:
        """Wait for all calls."""
        while self._pending:
            self._pending.popleft().result()

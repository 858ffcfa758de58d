"""What threads do side by side, done by one of them for all: one transaction instead of many."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import wraps
from threading import Condition, Lock, get_ident
from time import monotonic
from typing import Generic, TypeVar

from django.db import connection

from kernel.errors import Unavailable

MOST = 64
Deed = TypeVar("Deed")
Key = TypeVar("Key", bound=Hashable)
Told = TypeVar("Told")


class _Turn(Generic[Deed, Told]):
    """A deed that waits until it is done by another thread, or until its own thread leads."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.told: Told | Exception = Unavailable("who did it for this call was stopped")
        self.leads = False
        self.woken = Lock()
        self.woken.acquire()


class Coming:
    """Calls of this process on their way to a place where they are done together.

    Who is there first waits for them, ``patience`` seconds at most: each costs less in a party, and
    nobody waits where nobody comes (as PostgreSQL's commit_delay and commit_siblings). A call that
    has been on its way ten times as long is stuck, and is waited for no more.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._changed = Condition()
        self._begun: dict[int, tuple[Hashable, float]] = {}

    @contextmanager
    def call(self, place: Hashable) -> Iterator[None]:
        """This thread's call comes to the place, until it is there or the block ends."""
        with self._changed:
            self._begun[get_ident()] = (place, monotonic())
        try:
            yield
        finally:
            self.is_there()

    def is_there(self) -> Hashable | None:
        """This thread's call comes no more; the place that it came to, if it came."""
        with self._changed:
            place, _ = self._begun.pop(get_ident(), (None, 0))
            if place is not None and not self._is_awaited(place):
                self._changed.notify_all()
        return place

    def wait(self, place: Hashable) -> None:
        """Until nobody comes to the place any more, or patience is at its end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_awaited(place), self._patience)

    def _is_awaited(self, place: Hashable) -> bool:
        since = monotonic() - 10 * self._patience
        return any(one == place and begun > since for one, begun in self._begun.values())


class Together(Generic[Deed, Told]):
    """Deeds of one key, done by the first that comes; those that come meanwhile are done together
    next, by the first of them. Where it is known who is ``coming``, they are waited for.

    ``do`` does up to MOST deeds and gives in their order what to tell each thread, an exception to
    be raised there among it; what it raises is raised in each. Whoever asks is told only when its
    own deed is done, and may hold nothing that the others' deeds wait for.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Deed]], Sequence[Told | Exception]],
        coming: Coming | None = None,
    ) -> None:
        self._do = do
        self._coming = coming
        self._lock = Lock()
        self._waiting: dict[Hashable, list[_Turn[Deed, Told]]] = {}

    def ask(self, key: Hashable, deed: Deed) -> Told:
        """What is told of this deed."""
        mine = _Turn[Deed, Told](deed)
        self._queue(key, mine)
        place = self._coming.is_there() if self._coming else None
        mine.woken.acquire()
        if mine.leads:
            self._lead(key, mine, place)
        if isinstance(mine.told, Exception):
            raise mine.told
        return mine.told

    def _queue(self, key: Hashable, turn: _Turn[Deed, Told]) -> None:
        with self._lock:
            if key in self._waiting:
                self._waiting[key].append(turn)
                return
            self._waiting[key] = []
        turn.leads = True
        turn.woken.release()

    def _lead(self, key: Hashable, mine: _Turn[Deed, Told], place: Hashable | None) -> None:
        party = [mine]
        try:
            if self._coming and place is not None:
                self._coming.wait(place)
            with self._lock:
                waiting = self._waiting[key]
                party += waiting[: MOST - 1]
                del waiting[: MOST - 1]
            told = self._do([turn.deed for turn in party])
            for turn, each in zip(party, told, strict=True):
                turn.told = each
        except Exception as error:  # noqa: BLE001 - each thread raises it itself
            for turn in party:
                turn.told = error if turn is mine else _twin(error)
        finally:
            self._pass_on(key)
            for turn in party[1:]:
                turn.woken.release()

    def _pass_on(self, key: Hashable) -> None:
        with self._lock:
            waiting = self._waiting[key]
            if not waiting:
                del self._waiting[key]
                return
            following = waiting.pop(0)
        following.leads = True
        following.woken.release()


def shared(read: Callable[[Key], Told]) -> Callable[[Key], Told]:
    """What ``read`` finds in the database under a key, found once for all threads that wait for
    the same; nobody is told what was read before it asked.

    In a transaction, which may see other rows, each reads for itself. What is told is shared, so
    nobody may change it.
    """
    together = Together[Key, Told](lambda party: [read(party[0])] * len(party))

    @wraps(read)
    def ask(key: Key) -> Told:
        return read(key) if connection.in_atomic_block else together.ask(key, key)

    return ask


def _twin(error: Exception) -> Exception:
    """The same error for another thread, which adds its own way to it."""
    twin = copy(error)
    twin.__cause__ = error.__cause__
    return twin.with_traceback(error.__traceback__)

"""What threads do side by side, done by one of them for all: one transaction instead of many."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import wraps
from threading import Condition, Lock, local
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
    """Calls of this process on their way to where they are done together.

    Who is there first waits for them, ``patience`` seconds at most: each costs less in a party, and
    nobody waits where nobody comes (as PostgreSQL's commit_delay and commit_siblings).
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._count = 0
        self._changed = Condition()
        self._mine = local()

    @contextmanager
    def call(self) -> Iterator[None]:
        """This thread's call comes, until it is there or the block ends."""
        with self._changed:
            self._count += 1
        self._mine.comes = True
        try:
            yield
        finally:
            self.is_there()

    def is_there(self) -> None:
        """This thread's call comes no more."""
        if getattr(self._mine, "comes", False):
            self._mine.comes = False
            with self._changed:
                self._count -= 1
                if not self._count:
                    self._changed.notify_all()

    def wait(self) -> None:
        """Until nobody comes any more, or patience is at its end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._count, self._patience)


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
        if self._coming:
            self._coming.is_there()
        mine.woken.acquire()
        if mine.leads:
            if self._coming:
                self._coming.wait()
            self._lead(key, mine)
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

    def _lead(self, key: Hashable, mine: _Turn[Deed, Told]) -> None:
        with self._lock:
            waiting = self._waiting[key]
            party = [mine, *waiting[: MOST - 1]]
            del waiting[: MOST - 1]
        try:
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

"""Deeds of one key that come while others are done are done together by the first of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event, Lock, get_ident

import pytest

from kernel.errors import Unavailable
from kernel.together import MOST, Coming, Together, shared


class Slow:
    """Does deeds when it may; keeps which were done together."""

    def __init__(self, answer: Callable[[int], object] = lambda deed: deed * 10) -> None:
        self.parties: list[list[int]] = []
        self.may, self.lock, self.answer = Event(), Lock(), answer

    def __call__(self, deeds: Sequence[int]) -> list[object]:
        with self.lock:
            self.parties.append(list(deeds))
        assert self.may.wait(30)
        return [self.answer(deed) for deed in deeds]


def gathered(slow: Slow, count: int, key: object = "k") -> list[Future[object]]:
    """Threads that ask while the first one's deed, 0, is being done."""
    together: Together[int, object] = Together(slow)
    pool = ThreadPoolExecutor(count + 1)
    asked = [pool.submit(together.ask, key, 0)]
    until(lambda: slow.parties == [[0]])
    asked += [pool.submit(together.ask, key, deed) for deed in range(1, count + 1)]
    until(lambda: len(together._waiting[key]) == count)
    slow.may.set()
    pool.shutdown(wait=True)
    assert together._waiting == {}
    return asked


def until(so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def test_those_who_come_meanwhile_are_done_at_once_and_each_is_told_its_own():
    slow = Slow()
    asked = gathered(slow, 12)
    assert [each.result() for each in asked] == [deed * 10 for deed in range(13)]
    assert [sorted(party) for party in slow.parties] == [[0], list(range(1, 13))]


def test_a_party_has_its_bound_and_the_rest_follow():
    slow = Slow()
    asked = gathered(slow, MOST + 5)
    assert [each.result() for each in asked] == [deed * 10 for deed in range(MOST + 6)]
    assert [len(party) for party in slow.parties] == [1, MOST, 5]


def test_what_is_told_as_an_error_is_raised_where_it_belongs_alone():
    asked = gathered(Slow(lambda deed: ValueError("odd") if deed == 3 else deed), 5)
    assert [each.exception() is None for each in asked] == [True, True, True, False, True, True]
    with pytest.raises(ValueError, match="odd"):
        asked[3].result()


def test_what_ends_the_deed_is_raised_by_every_thread_of_it_with_its_cause():
    cause = KeyError("why")

    def answer(deed: int) -> int:
        if deed:
            raise ValueError("all of them") from cause
        return 7

    first, *others = gathered(Slow(answer), 6)
    assert first.result() == 7
    ended = [each.exception() for each in others]
    assert [str(error) for error in ended] == ["all of them"] * 6
    assert len({id(error) for error in ended}) == 6
    assert all(error.__cause__ is cause for error in ended if error)


def test_nobody_waits_for_ever_for_a_thread_that_was_stopped():
    def answer(deed: int) -> int:
        if deed:
            raise SystemExit
        return 7

    _, *others = gathered(Slow(answer), 4)
    ended = [type(each.exception()) for each in others]
    assert sorted(kind.__name__ for kind in ended) == ["SystemExit", *["Unavailable"] * 3]
    assert Unavailable in ended


def test_other_keys_do_not_wait():
    slow = Slow()
    together: Together[int, object] = Together(slow)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(together.ask, key, key) for key in (1, 2)]
        until(lambda: len(slow.parties) == 2)
        slow.may.set()
        assert [each.result() for each in asked] == [10, 20]


def test_nobody_is_told_what_was_read_before_it_asked(transactional_db):
    began, may, numbers = Event(), Event(), count(1)

    @shared
    def read(key: str) -> int:
        number = next(numbers)
        began.set()
        assert may.wait(30)
        return number

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(read, "a")
        assert began.wait(30)
        later = [pool.submit(read, "a") for _ in range(6)]
        may.set()
    assert first.result() == 1
    assert min(each.result() for each in later) >= 2


def test_in_a_transaction_each_reads_for_itself(db):
    asked = []
    read = shared(asked.append)
    read("a")
    read("a")
    assert asked == ["a", "a"]


def answered_by(coming: Coming, *deeds: int) -> list[list[int]]:
    """The parties in which threads whose calls come ask, in turn."""
    slow = Slow()
    slow.may.set()
    together: Together[int, object] = Together(slow, coming)

    all_come = Barrier(len(deeds))

    def call(deed: int) -> object:
        with coming.call("here"):
            all_come.wait(30)
            return together.ask("k", deed)

    with ThreadPoolExecutor(len(deeds)) as pool:
        assert list(pool.map(call, deeds)) == [deed * 10 for deed in deeds]
    assert coming._begun == {}
    return slow.parties


def test_who_comes_is_waited_for_and_all_are_done_at_once():
    assert [sorted(party) for party in answered_by(Coming(patience=30), *range(6))] == [
        list(range(6))
    ]


def test_where_nobody_comes_nobody_waits():
    coming = Coming(patience=30)
    slow = Slow()
    slow.may.set()
    began = time.monotonic()
    assert Together(slow, coming).ask("k", 4) == 40
    with coming.call("here"), coming.call("here"):
        assert Together(slow, coming).ask("k", 5) == 50
    assert coming._begun == {}
    assert time.monotonic() - began < 15


def test_patience_has_an_end():
    coming, slow = Coming(patience=0.01), Slow()
    slow.may.set()
    with ThreadPoolExecutor(1) as pool, coming.call("here"):
        # This thread comes, and never asks.
        assert pool.submit(asked_at, coming, slow, "here").result(timeout=30) < 10


def test_a_call_that_is_stuck_is_waited_for_no_more():
    coming, slow = Coming(patience=0.5), Slow()
    slow.may.set()
    with ThreadPoolExecutor(1) as pool, coming.call("here"):
        place, begun = coming._begun[get_ident()]
        coming._begun[get_ident()] = (place, begun - 30)
        assert pool.submit(asked_at, coming, slow, "here").result(timeout=30) < 0.4


def test_who_comes_to_another_place_is_not_waited_for():
    coming, slow = Coming(patience=20), Slow()
    slow.may.set()
    with ThreadPoolExecutor(1) as pool, coming.call("elsewhere"):
        assert pool.submit(asked_at, coming, slow, "here").result(timeout=30) < 10


def asked_at(coming: Coming, slow: Slow, place: str) -> float:
    """How many seconds it took to be told there."""
    began = time.monotonic()
    with coming.call(place):
        assert Together(slow, coming).ask("k", 4) == 40
    return time.monotonic() - began


def test_who_fails_while_waiting_passes_the_lead_on(monkeypatch):
    coming, slow = Coming(patience=30), Slow()
    slow.may.set()
    together: Together[int, object] = Together(slow, coming)
    monkeypatch.setattr(coming, "wait", fail)
    with coming.call("here"), pytest.raises(MemoryError):
        together.ask("k", 4)
    assert together._waiting == {}


def fail(place: object) -> None:
    raise MemoryError


def test_a_call_that_ends_without_asking_is_waited_for_no_longer():
    coming, slow = Coming(patience=30), Slow()
    slow.may.set()
    with pytest.raises(ValueError, match="refused"), coming.call("here"):
        raise ValueError("refused")
    coming.is_there()
    assert coming._begun == {}
    assert Together(slow, coming).ask("k", 4) == 40

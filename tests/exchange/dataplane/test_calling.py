"""Calls in threads: whoever does not answer holds up nobody but itself."""

from __future__ import annotations

import threading
import time

from exchange.dataplane.calling import Calls


def gather(calls: Calls, wanted: int, seconds: float = 10) -> list:
    """What ends, until there is so much of it."""
    end, found = time.monotonic() + seconds, []
    while len(found) < wanted:
        assert time.monotonic() < end, f"only {len(found)} of {wanted}"
        found += calls.finished(wanted - len(found), 0.05)
    return found


def test_every_job_is_done_once_and_comes_back_with_its_result() -> None:
    with Calls(lambda n: n * 2, at_once=4, most=8, per_host=8) as calls:
        calls.add((n, "one") for n in range(100))
        assert sorted(gather(calls, 100)) == [(n, n * 2) for n in range(100)]
        assert calls.is_idle


def test_quick_calls_do_not_wait_for_those_that_never_answer() -> None:
    release = threading.Event()

    def work(name: str) -> str:
        if name.startswith("dead"):
            release.wait(20)
        return name

    with Calls(work, at_once=4, most=64, per_host=4) as calls:
        calls.add((f"dead{n}", f"host{n}") for n in range(20))
        calls.add((f"quick{n}", f"other{n}") for n in range(40))
        began = time.monotonic()
        found = gather(calls, 40)
        # Twenty dead in places for four, each of which keeps its place for a tenth of a second.
        assert time.monotonic() - began < 10
        assert {result for _, result in found} == {f"quick{n}" for n in range(40)}
        release.set()
        assert len(gather(calls, 20)) == 20


def test_a_host_gets_no_more_calls_than_it_may_have() -> None:
    lock, under_way, most = threading.Lock(), [0], [0]

    def work(_: int) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.01)
        with lock:
            under_way[0] -= 1

    with Calls(work, at_once=16, most=32, per_host=3) as calls:
        calls.add((n, "one") for n in range(30))
        assert calls.full_hosts == ["one"]
        gather(calls, 30)
    assert most[0] == 3


def test_a_host_that_does_not_answer_gets_no_further_calls() -> None:
    release = threading.Event()
    with Calls(lambda _: release.wait(20), at_once=2, most=16, per_host=8) as calls:
        calls.add((n, "dead") for n in range(10))
        calls.finished(10, 1.5)
        assert len(calls.take_waiting()) == 8
        assert calls.full_hosts == ["dead"]
        release.set()
        gather(calls, 2)
        assert calls.full_hosts == []


def test_what_has_not_begun_is_given_back() -> None:
    release = threading.Event()
    with Calls(lambda _: release.wait(20), at_once=2, most=2, per_host=2) as calls:
        calls.add((n, "one") for n in range(5))
        assert calls.take_waiting() == [2, 3, 4]
        assert calls.room == 0
        release.set()
        assert sorted(job for job, _ in gather(calls, 2)) == [0, 1]
    assert calls.is_idle

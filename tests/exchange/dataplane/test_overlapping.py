"""Reading ahead and writing behind: same pieces, same errors, nothing left running."""

import threading
from collections.abc import Iterator

import pytest

from exchange.dataplane.overlapping import Behind, ahead


def test_all_pieces_come_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_what_the_source_raises_is_raised_behind_the_last_piece() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    pieces = ahead(source())
    assert next(pieces) == 1
    with pytest.raises(ValueError, match="broken"):
        next(pieces)


def test_a_source_nobody_wants_more_of_is_closed() -> None:
    closed = threading.Event()
    drawn = []

    def source() -> Iterator[int]:
        try:
            for number in range(1000):
                drawn.append(number)
                yield number
        finally:
            closed.set()

    pieces = ahead(source(), room=1)
    assert next(pieces) == 0
    pieces.close()
    assert closed.is_set()
    assert len(drawn) <= 4


def test_calls_behind_are_made_in_order_and_all_of_them() -> None:
    made: list[int] = []
    with Behind() as behind:
        for number in range(50):
            behind.call(made.append, number)
    assert made == list(range(50))


def test_a_call_that_failed_is_heard_of_and_the_rest_is_not_made() -> None:
    made: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise ValueError("broken")
        made.append(number)

    def make_fifty() -> None:
        with Behind() as behind:
            for number in range(50):
                behind.call(work, number)

    with pytest.raises(ValueError, match="broken"):
        make_fifty()
    assert len(made) < 10

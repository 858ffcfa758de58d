"""Many publishers at once: numbers 1..n without a gap, and a reader that misses none."""

import pytest

from exchange.actions.reads import read_changes
from exchange.models import Batch
from tests.factories.exchange import row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

PUBLISHERS, EACH = 8, 5


def test_numbers_are_gapless_and_a_reader_sees_each_batch_once_in_order(world):
    lane, reader = world.subscribe(), world.actor("reader")

    def publish(publisher: int) -> list[int]:
        return [
            world.publish(
                [row(f"{publisher}1000{n}"), row(f"{publisher}2000{n}")], "changes"
            ).batch.number
            for n in range(EACH)
        ]

    def read() -> list[tuple[int, int]]:
        seen, cursor = [], None
        for _ in range(2000):
            page = read_changes(lane, actor=reader, cursor=cursor, limit=3)
            cursor = page.cursor
            seen += zip(
                page.table.column("_batch").to_pylist(),
                page.table.column("_seq").to_pylist(),
                strict=True,
            )
            if len(seen) == 2 * PUBLISHERS * EACH:
                return seen
        raise AssertionError(f"the reader saw {len(seen)} rows only")

    *published, seen = side_by_side(
        [*(lambda n=n: publish(n) for n in range(1, PUBLISHERS + 1)), read]
    )
    total = PUBLISHERS * EACH
    assert sorted(number for numbers in published for number in numbers) == list(
        range(1, total + 1)
    )
    # Each publisher was answered in the order of its publications.
    assert all(numbers == sorted(numbers) for numbers in published)
    assert seen == [(number, seq) for number in range(1, total + 1) for seq in (1, 2)]
    world.dataset.refresh_from_db()
    assert (world.dataset.last_number, world.dataset.last_seq) == (total, 2 * total)
    spans = list(Batch.objects.order_by("number").values_list("first_seq", "last_seq"))
    assert spans == [(2 * n + 1, 2 * n + 2) for n in range(total)]

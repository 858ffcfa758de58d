"""A quota holds exactly, however many ask at once."""

from __future__ import annotations

import pytest

from accounts.actor import CLOCK
from exchange.actions.lookups import lookup_records
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.errors import QuotaExceeded
from exchange.models import Dataset, GrantDay, UseEntry
from tests.factories.exchange import PURPOSE, make_world, row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, CALLS_EACH = 50, 4


@pytest.fixture
def world(transactional_db):
    world = make_world(is_queryable=True)
    world.publish([row(f"1101{n:02}") for n in range(1, 11)])
    fold_due(actor=CLOCK)
    return world


def ask(world, **how):
    reader = world.actor("reader")

    def client() -> list[object]:
        told: list[object] = []
        for _ in range(CALLS_EACH):
            dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
            try:
                found = lookup_records(
                    dataset, actor=reader, call=Call(purpose=PURPOSE), limit=3, **how
                )
                told.append(found.table.num_rows)
            except QuotaExceeded as refused:
                told.append(refused.code)
        return told

    answers = side_by_side([client] * CLIENTS)
    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert failed == []
    return [each for answer in answers for each in answer]


def test_fifty_clients_get_exactly_the_calls_of_the_day(world):
    world.grant(calls_per_day=77)
    told = ask(world, where={"code": "110101"})
    assert told.count(1) == 77
    assert told.count("quota-exceeded") == CLIENTS * CALLS_EACH - 77
    assert GrantDay.objects.values_list("calls", "rows").get() == (77, 77)
    assert UseEntry.objects.count() == 77


def test_rows_end_at_the_bound_and_not_one_beyond(world):
    world.grant(rows_per_day=100)
    told = ask(world, where={"code": "110102"})
    assert told.count(1) == 100
    assert GrantDay.objects.values_list("calls", "rows").get() == (100, 100)
    assert sum(UseEntry.objects.values_list("rows", flat=True)) == 100

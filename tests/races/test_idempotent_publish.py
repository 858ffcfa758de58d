"""One Idempotency-Key, sixteen times at once: one batch, and one answer for all."""

import pytest

from exchange.models import Batch
from kernel.idempotency import KeyReused
from kernel.models import StoredAnswer
from tests.factories.exchange import row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [row("110101"), row("110102")]


@pytest.mark.parametrize("kind", ["snapshot", "changes"])
def test_the_same_publication_sixteen_times_is_one_batch(world, kind, trail):
    outcomes = side_by_side([lambda: world.publish(ROWS, kind, key="k-1")] * 16)
    assert [outcome.batch.number for outcome in outcomes] == [1] * 16
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 15
    assert Batch.objects.count() == StoredAnswer.objects.count() == 1
    assert trail().count("batch.published") == 1
    world.dataset.refresh_from_db()
    assert world.dataset.last_number == 1


def test_of_different_bodies_under_one_key_the_first_wins(world):
    deeds = [lambda n=n: world.publish([row(f"11010{n}")], "changes", key="k-1") for n in range(8)]
    outcomes = side_by_side(deeds)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(refused) == 7
    assert all(isinstance(refusal, KeyReused) for refusal in refused)
    assert Batch.objects.count() == 1

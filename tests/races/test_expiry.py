"""Readers while batches expire: what was published whole, or a refusal that says where to go on."""

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions import retention
from exchange.actions.reads import read_changes, read_table
from exchange.actions.retention import expire_batches, retain_dataset
from exchange.errors import CursorExpired
from exchange.models import Batch, Dataset, Subscription
from exchange.storage import store
from tests.factories.exchange import GRANTED, row
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)

BATCHES = 40


def one_read(lane_id, reader) -> str:
    """``whole``, or where the refusal sends to, from where everything was loaded."""
    lane = Subscription.objects.get(pk=lane_id)
    try:
        page = read_changes(lane, actor=reader, cursor=None, limit=1000)
    except CursorExpired as gone:
        told = gone.facts["table"]
    else:
        # Without a gap, from the first to the last.
        assert page.table["_batch"].to_pylist() == list(range(1, BATCHES + 1))
        return "whole"
    lane = Subscription.objects.get(pk=lane_id)
    assert read_table(lane, actor=reader, format="csv").rows == BATCHES
    return str(told)


@pytest.mark.parametrize("condition", ["", 'level = "3"'], ids=["plain", "under a condition"])
def test_a_reader_gets_all_that_is_here_or_is_sent_to_the_table(world, monkeypatch, condition):
    for number in range(1, BATCHES + 1):
        world.publish([row(f"11{number:04d}")], "changes")
    terms = {"condition": condition} if condition else {}
    lane = world.subscribe(grant=world.grant(GRANTED, **terms))
    reader = world.actor("reader")
    found = Dataset.objects.get(pk=world.dataset.pk)
    retain_dataset(found, actor=world.actor("steward"), expected=found.version, days=7)
    past = timezone.now() - timedelta(days=8)
    over = Event()

    def expire() -> None:
        try:
            for last in range(4, BATCHES + 1, 4):
                world.dataset.batches.filter(number__lte=last).update(created_at=past)
                expire_batches(actor=CLOCK)
        finally:
            over.set()

    def read() -> list[str]:
        told = []
        while not over.is_set() or len(told) < 2:
            told.append(one_read(lane.pk, reader))
        return told

    results = side_by_side([expire, read, read])
    assert results[0] is None
    for told in results[1:]:
        assert set(told) <= {"whole", told[-1]}
        assert told[-1].endswith(f"/subscriptions/{lane.pk}/table")
    monkeypatch.setattr(retention, "GRACE", timedelta(0))
    expire_batches(actor=CLOCK)
    assert not any(store().holds(batch.digest) for batch in Batch.objects.all())
    again = Subscription.objects.get(pk=lane.pk)
    assert read_table(again, actor=reader, format="ndjson").rows == BATCHES

"""After a restore nobody goes on as if nothing had been lost."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.restores import begin_history
from exchange.models import Dataset, Subscription
from kernel.errors import Forbidden
from tests.factories.exchange import row
from tests.people import client_for

pytestmark = pytest.mark.django_db
MADE = datetime(2026, 11, 22, 2, tzinfo=UTC)


def test_cursors_of_before_are_sent_to_the_table(world, trail):
    lane = world.subscribe("pull", world.grant())
    world.publish([row("110101")])
    changes = f"/api/v1/subscriptions/{lane.pk}/changes"
    client = client_for(world.reader)
    cursor = client.get(changes).headers["X-Next-Cursor"]
    assert client.get(changes, {"cursor": cursor}).status_code == 200
    assert begin_history(actor=CLOCK, made_at=MADE) == 1
    assert client.get(changes, {"cursor": cursor}).status_code == 410
    assert trail("dataset.restored") == [
        {"epoch": 2, "last_number": 1, "made_at": "2026-11-22T02:00:00+00:00"}
    ]


def test_targets_are_loaded_anew_and_leases_end(world, target):
    grant = world.grant()
    place = {"target_schema": "shared", "target_table": "divisions"}
    sink = world.subscribe("sink", grant, dsn=target.dsn, **place)
    pull = world.subscribe("pull", grant)
    Subscription.objects.update(lease_until=timezone.now())
    begin_history(actor=CLOCK, made_at=MADE)
    assert set(Subscription.objects.values_list("pk", "reload", "lease_until")) == {
        (sink.pk, True, None),
        (pull.pk, False, None),
    }


def test_nobody_without_the_right_begins_a_history(world, actor_of):
    with pytest.raises(Forbidden):
        begin_history(actor=actor_of("security_admin"), made_at=MADE)
    assert set(Dataset.objects.values_list("epoch", flat=True)) == {1}

"""What went wrong in the exchange, as the home page counts it: each department its own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.worklist import Part
from exchange.models import Subscription, SyncJob, SyncRun
from exchange.portal.work import work
from tests.factories.exchange import make_world, row
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db


def wrong(department, role="steward"):
    """Counts by the list that a line leads to, the days in it left out."""
    actor = actor_for(member_with((role,), department))
    lines = [item for item in work(actor) if item.part is Part.WRONG]
    return {item.address.partition("&from=")[0]: item.count for item in lines if item.count}


def test_deliveries_that_stopped_or_fail_are_those_of_both_sides_and_of_nobody_else():
    world, other = make_world(), make_world()
    for lane, changes in (
        (world.subscribe(), {"state": "paused"}),
        (world.subscribe(), {"attempts": 2}),
        (other.subscribe(), {"attempts": 1}),
    ):
        Subscription.objects.filter(pk=lane.pk).update(**changes)
    both = {"/subscriptions?state=paused": 1, "/subscriptions?health=failing": 1}
    for _ in range(2):
        assert wrong(world.provider) == wrong(world.requester) == both
        assert wrong(other.provider) == wrong(other.requester) == {}


def test_batches_with_rows_set_aside_count_for_thirty_days(world):
    world.publish([row("110101")])
    world.dataset.batches.update(rejected=1, received=2)
    own = world.dataset.department
    assert [*wrong(own).values()] == [1]
    world.dataset.batches.update(created_at=timezone.now() - timedelta(days=31))
    assert wrong(own) == {}


def test_of_a_sync_job_the_last_run_counts(syncing):
    job, own = syncing.job(), syncing.world.provider
    made = {"job": job, "kind": "publish"}
    SyncRun.objects.create(number=1, state="failed", **made)
    assert wrong(own) == {"/syncs": 1}
    SyncRun.objects.create(number=2, state="done", **made)
    assert wrong(own) == {}
    SyncRun.objects.update(state="failed")
    SyncJob.objects.update(state="closed")
    assert wrong(own) == {}

"""The exchange tells the catalogue what it holds: at once, and again on the timetable."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Resource
from exchange.actions.datasets import close_dataset
from exchange.actions.holdings import report_holdings
from exchange.models import Batch
from kernel.errors import Forbidden
from tests.factories.exchange import make_world, row

ROWS = [row("110101"), row("110102")]


def told(world):
    return Resource.objects.values_list("is_attached", "data_updated_at").get(pk=world.resource.pk)


@pytest.fixture
def world(db):
    return make_world()


def forget(world):
    Resource.objects.filter(pk=world.resource.pk).update(is_attached=False, data_updated_at=None)


def test_a_publication_is_noted_at_once(world):
    begun = timezone.now()
    world.publish(ROWS)
    assert begun < told(world)[1] < timezone.now()


def test_a_snapshot_that_changes_nothing_confirms_the_data(world):
    world.publish(ROWS)
    yesterday = timezone.now() - timedelta(days=1)
    Resource.objects.filter(pk=world.resource.pk).update(data_updated_at=yesterday)

    published = world.publish(ROWS)

    assert published.batch is None
    assert told(world)[1] > yesterday


def test_attaching_and_closing_are_noted_at_once(world):
    forget(world)
    report_holdings()
    assert told(world) == (True, None)
    close_dataset(world.dataset, actor=world.actor("steward"))
    assert told(world) == (False, None)


def test_what_was_missed_is_settled_from_the_log(world):
    world.publish(ROWS)
    forget(world)

    assert report_holdings() == 1

    assert told(world) == (True, Batch.objects.get().created_at)
    assert report_holdings() == 0


def test_the_security_administrator_settles_nothing(world, actor_of):
    forget(world)
    with pytest.raises(Forbidden):
        report_holdings(actor=actor_of("security_admin"))
    assert told(world) == (False, None)

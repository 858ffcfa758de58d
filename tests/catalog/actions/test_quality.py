"""What the exchange tells the catalogue, and that neither waits for the other."""

from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actions.calendar import load_calendar_year
from accounts.actor import CLOCK
from catalog.actions.quality import (
    Holding,
    note_attached,
    note_data,
    refresh_freshness,
    settle_data,
)
from catalog.models import Resource, SearchDocument
from catalog.search.indexing import refresh
from catalog.versions import hold
from kernel.errors import Forbidden
from tests.factories.catalog import published_resource

MORNING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # Wednesday, 09:00 in China


@pytest.fixture
def wednesday(db, time_machine):
    time_machine.move_to(MORNING, tick=False)


def indexed(**entry):
    resource = published_resource(**entry)
    refresh([resource.pk])
    return resource


def document(resource):
    return SearchDocument.objects.values_list("is_attached", "fresh_until").get(pk=resource.pk)


def test_data_that_came_are_fresh_until_their_cycle_ends(wednesday):
    resource = indexed(update_cycle="daily")
    Resource.objects.update(data_updated_at=MORNING - timedelta(days=3))

    assert note_data(resource.pk, actor=CLOCK, at=MORNING)

    resource.refresh_from_db()
    assert resource.data_updated_at == MORNING
    assert document(resource) == (False, date(2026, 3, 5))


def test_a_second_batch_of_the_day_writes_nothing_and_one_after_midnight_does(wednesday):
    resource = indexed()
    assert note_data(resource.pk, actor=CLOCK, at=MORNING)

    assert not note_data(resource.pk, actor=CLOCK, at=MORNING + timedelta(hours=14, minutes=59))
    assert note_data(resource.pk, actor=CLOCK, at=MORNING + timedelta(hours=15))

    resource.refresh_from_db()
    assert resource.data_updated_at == MORNING + timedelta(hours=15)


def test_editors_do_not_lose_their_version_to_a_publication(wednesday):
    resource = indexed()
    version = resource.version
    note_data(resource.pk, actor=CLOCK, at=MORNING)
    note_attached(resource.pk, True, actor=CLOCK)
    resource.refresh_from_db()
    assert resource.version == version


def test_attaching_and_closing_are_seen_in_the_search(wednesday):
    resource = indexed(update_cycle="other")
    assert note_attached(resource.pk, True, actor=CLOCK)
    assert document(resource) == (True, None)
    assert not note_attached(resource.pk, True, actor=CLOCK)
    assert note_attached(resource.pk, False, actor=CLOCK)
    assert document(resource) == (False, None)


def test_a_resource_that_is_not_in_force_is_noted_too(wednesday, cast):
    resource = cast.resource()
    assert note_data(resource.pk, actor=CLOCK, at=MORNING)
    assert not SearchDocument.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_publishing_does_not_wait_for_an_editor_and_what_it_skipped_is_settled_later():
    resource = indexed(update_cycle="daily")
    now = timezone.now()
    editing, told = Event(), Event()

    def edit():
        with transaction.atomic():
            hold(resource)
            editing.set()
            told.wait(20)
        connection.close()

    editor = Thread(target=edit)
    editor.start()
    assert editing.wait(20)
    try:
        assert not note_data(resource.pk, actor=CLOCK, at=now)
    finally:
        told.set()
        editor.join(20)

    assert settle_data([Holding(resource.pk, True, now)]) == 1
    resource.refresh_from_db()
    assert (resource.is_attached, resource.data_updated_at) == (True, now)


def test_settling_writes_only_what_differs_and_never_an_earlier_day(
    wednesday, django_assert_num_queries
):
    kept, late, closed = (indexed(update_cycle="daily") for _ in range(3))
    Resource.objects.filter(pk=kept.pk).update(is_attached=True, data_updated_at=MORNING)
    Resource.objects.filter(pk=closed.pk).update(is_attached=True)
    held = [
        Holding(kept.pk, True, MORNING - timedelta(days=9)),
        Holding(late.pk, True, MORNING),
        Holding(closed.pk, False, None),
    ]

    assert settle_data(held) == 2

    rows = {row.pk: row for row in Resource.objects.all()}
    assert (rows[kept.pk].is_attached, rows[kept.pk].data_updated_at) == (True, MORNING)
    assert (rows[late.pk].is_attached, rows[late.pk].data_updated_at) == (True, MORNING)
    assert (rows[closed.pk].is_attached, rows[closed.pk].data_updated_at) == (False, None)
    assert document(late) == (True, date(2026, 3, 5))
    # A savepoint, one look, and its end.
    with django_assert_num_queries(3):
        assert settle_data(held) == 0


def test_a_calendar_that_came_moves_the_days(wednesday):
    resource = indexed(update_cycle="daily")
    note_data(resource.pk, actor=CLOCK, at=MORNING)
    assert document(resource)[1] == date(2026, 3, 5)
    load_calendar_year(2026, {date(2026, 3, 5): False}, "省政府通知", actor=CLOCK)

    assert (refresh_freshness(), refresh_freshness()) == (1, 0)

    assert document(resource)[1] == date(2026, 3, 6)


def test_stewards_settle_nothing(wednesday, actor_of):
    resource = indexed()
    with pytest.raises(Forbidden):
        settle_data([Holding(resource.pk, True, MORNING)], actor=actor_of("steward"))
    with pytest.raises(Forbidden):
        refresh_freshness(actor=actor_of("steward"))
    resource.refresh_from_db()
    assert (resource.is_attached, resource.data_updated_at) == (False, None)

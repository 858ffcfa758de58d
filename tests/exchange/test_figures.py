"""The numbers of sharing: what is counted for whom, and in how many statements."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.search import indexing
from exchange.buckets import Buckets
from exchange.figures import figures, rate_of, supply
from exchange.models import GrantDay
from tests.factories.cases import CaseFactory
from tests.factories.exchange import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(official_calendar, settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    made = make_world()
    indexing.refresh([made.resource.pk])
    GrantDay.objects.create(grant=made.grant(), day=timezone.localdate(), calls=3, rows=500)
    return made


@pytest.fixture
def year(world):
    today = timezone.localdate()
    return figures([world.provider.pk, world.requester.pk], today - timedelta(days=364), today)


def test_calls_and_rows_count_for_who_gives_and_for_who_gets(world, year):
    given, taken = (year.departments[one.pk] for one in (world.provider, world.requester))
    assert (given["calls_given"], given["rows_given"], given["rows_taken"]) == (3, 500, 0)
    assert (taken["calls_taken"], taken["rows_taken"], taken["rows_given"]) == (3, 500, 0)
    month = timezone.localdate().replace(day=1)
    assert (year.series[month]["calls"], year.series[month]["rows"]) == (3, 500)
    assert sum(line["rows"] for line in year.series.values()) == 500


def test_requests_and_entries_stand_with_the_provider(world, year):
    counts = year.departments[world.provider.pk]
    assert (counts["entries"], counts["requests_received"], counts["consented"]) == (1, 1, 1)
    assert year.departments[world.requester.pk]["requests_made"] == 1
    assert rate_of(counts, "consented") == 1.0
    assert rate_of(counts, "corrected") is None


def test_a_department_that_is_not_asked_for_is_not_counted(world):
    today = timezone.localdate()
    found = figures([world.provider.pk], today, today)
    assert list(found.departments) == [world.provider.pk]
    assert found.total["rows_taken"] == 0
    assert found.total["rows_given"] == 500


def test_the_day_of_the_exchange_is_in_the_period_or_not(world):
    today = timezone.localdate()
    keys = [world.provider.pk]
    assert [one.rows for one in supply(keys, today, today)] == [500]
    assert supply(keys, today - timedelta(days=9), today - timedelta(days=1)) == []


def test_suspicions_are_found_and_clearings_are_of_decided_cases_alone(world):
    now, own = timezone.now(), {"department": world.provider}
    closed = {"state": "completed", "closed_at": now}
    CaseFactory(system=world.publisher, **own)
    CaseFactory(system__department=world.provider, decision="retire", **closed, **own)
    CaseFactory(system__department=world.provider, decision="keep", **closed, **own)
    today = timezone.localdate()
    counts = figures([world.provider.pk], today, today).departments[world.provider.pk]
    found, cleared = counts["cases_found"], counts["cases_cleared"]
    assert (found, cleared, counts["cases_open"]) == (3, 1, 1)


def test_the_statements_do_not_grow_with_departments(world, django_assert_num_queries):
    today = timezone.localdate()
    with django_assert_num_queries(8):
        figures([world.provider.pk, world.requester.pk], today - timedelta(days=364), today)


@pytest.mark.parametrize(
    ("since", "until", "step", "first", "count"),
    [
        (date(2026, 3, 1), date(2026, 3, 30), "day", date(2026, 3, 1), 30),
        (date(2026, 3, 4), date(2026, 6, 1), "week", date(2026, 3, 2), 14),
        (date(2025, 12, 31), date(2026, 12, 30), "month", date(2025, 12, 1), 13),
    ],
)
def test_a_curve_has_few_points(since, until, step, first, count):
    buckets = Buckets.of(since, until)
    assert (buckets.step, buckets.days[0], len(buckets.days)) == (step, first, count)

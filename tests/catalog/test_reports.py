"""Numbers by department: exact counts, the year's duties, and a fixed number of statements."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Department, Obligation
from catalog.models import Resource
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.reports import counts_of, duties_of, numbers_of, total_of
from catalog.search.indexing import refresh
from kernel.models import uuid7
from tests.factories.catalog import entry_with_items, published_resource
from tests.factories.demands import demand_in

TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wednesday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


def in_force(department, *, attached=False, came=None, **entry):
    resource = published_resource(department, **entry)
    Resource.objects.filter(pk=resource.pk).update(is_attached=attached, data_updated_at=came)
    refresh([resource.pk])
    return resource


def test_entries_are_counted_by_what_they_have(department):
    numbers = dict.fromkeys(CENSUS_NUMBERS, Decimal("1.5"))
    last_week = NOW - timedelta(days=7)
    in_force(department, attached=True, came=NOW, update_cycle="daily", **numbers)
    in_force(department, attached=True, came=last_week, update_cycle="daily", **numbers)
    in_force(department, attached=True, update_cycle="other", storage_gb=Decimal(2))
    in_force(department, share_type="not_shared", open_to_public=True)
    entry_with_items(resource__department=department)

    found = counts_of([department.pk], TODAY)[department.pk]

    wanted = {
        "in_force": 4,
        "in_work": 1,
        "with_numbers": 2,
        "attached": 3,
        "shareable": 3,
        "shareable_attached": 3,
        "open": 1,
        "promising": 2,
        "fresh": 1,
        "overdue": 1,
        "complete": 0,
        "points_possible": 400,
        "storage_gb": Decimal("5.0000"),
        "opened_records_wan": Decimal("3.0000"),
    }
    assert {name: found[name] for name in wanted} == wanted


def clock(department, kind, due_on, met_on=None, state="met"):
    at = met_on and timezone.make_aware(datetime.combine(met_on, datetime.min.time()))
    Obligation.objects.create(
        kind=kind,
        department=department,
        subject_type="entry",
        subject_id=uuid7(),
        started_at=NOW,
        limit_workdays=2,
        due_on=due_on,
        met_at=at,
        state=state if at else "open",
    )


def test_duties_are_in_time_late_or_not_due_yet(department):
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    clock(department, "C1", yesterday, yesterday)
    clock(department, "C1", yesterday, TODAY)
    clock(department, "C1", yesterday)
    clock(department, "C1", tomorrow)
    clock(department, "C1", tomorrow, TODAY)
    clock(department, "C1", date(2025, 12, 31), TODAY)
    clock(department, "C3", yesterday, yesterday)
    clock(department, "C4", yesterday)
    clock(department, "C1", yesterday, TODAY, state="cancelled")

    found = duties_of([department.pk], TODAY)[department.pk]

    assert (found["C1_in_time"], found["C1_due"]) == (2, 4)
    assert (found["answers_in_time"], found["answers_due"]) == (1, 2)


def test_demands_are_the_answering_departments_duty(department):
    yesterday = TODAY - timedelta(days=1)
    demand_in("refused", routed_to=department, answer_by=TODAY)
    demand_in("refused", routed_to=department, answer_by=yesterday)
    demand_in("routed", routed_to=department, answer_by=yesterday)
    demand_in("routed", routed_to=department, answer_by=TODAY)
    demand_in("submitted", department=department)

    found = duties_of([department.pk], TODAY)[department.pk]

    assert (found["demands_in_time"], found["demands_due"]) == (1, 3)


def test_a_department_without_entries_has_noughts_and_the_total_is_the_sum(department):
    in_force(department, storage_gb=Decimal("0.25"))
    Department.objects.exclude(pk=department.pk).update(is_active=False)
    other = published_resource(storage_gb=Decimal("0.5"))
    refresh([other.pk])
    rows = numbers_of(Department.objects.filter(is_active=True), TODAY)

    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    total = total_of(rows)
    assert (total["in_force"], total["storage_gb"]) == (2, Decimal("0.75"))
    assert "name" not in total


def test_the_statements_do_not_grow_with_the_entries(department, django_assert_num_queries):
    for _ in range(3):
        in_force(department)
    departments = Department.objects.filter(is_active=True)
    with django_assert_num_queries(6):
        numbers_of(departments, TODAY)
    with django_assert_num_queries(5):
        numbers_of(departments, TODAY, with_sums=False)

"""The register's numbers, exact on a planted register."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Department, SignalYear
from accounts.reports import numbers_of, total_of
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import MergeFactory, VerdictFactory, case_in

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
LAST_YEAR = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in China

OVERDUE = ("cases", "overdue")


@pytest.fixture(autouse=True)
def monday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


def numbers(year=2026):
    return {row["name"]: row for row in numbers_of(Department.objects.all(), year)}


def told(system, kind, day, number=1.0):
    days = [None] * 366
    days[day.timetuple().tm_yday - 1] = number
    SignalYear.objects.create(system=system, kind=kind, year=day.year, days=days)


@pytest.fixture
def register():
    """Two departments with systems, and one without any."""
    civil, health = DepartmentFactory(name="民政"), DepartmentFactory(name="卫健")
    DepartmentFactory(name="档案")
    return {
        "platform": SystemFactory(
            department=civil,
            network="extranet",
            started_on=date(2015, 3, 2),
            investment="800",
            maintenance_cost="60.50",
            filing_state="accepted",
        ),
        "trial": SystemFactory(
            department=civil,
            state="trial",
            network="internet",
            started_on=date(2026, 1, 5),
            investment="100.25",
            maintenance_cost=None,
            filing_state="submitted",
        ),
        "merging": SystemFactory(
            department=civil,
            state="being_merged",
            started_on=date(2023, 3, 3),
            maintenance_cost="10",
        ),
        "planned": SystemFactory(department=civil, state="planned", maintenance_cost="0"),
        "retired": SystemFactory(
            department=civil,
            state="retired",
            started_on=date(2010, 1, 1),
            stopped_on=date(2026, 2, 1),
            investment="999",
            maintenance_cost="99",
        ),
        "health": SystemFactory(
            department=health,
            network="dedicated",
            started_on=date(2021, 3, 2),
            maintenance_cost="5.25",
            filing_state="accepted",
        ),
    }


def test_systems_by_state_network_age_and_money(register):
    civil = numbers()["民政"]
    assert civil["systems"] == {
        "registered": 5,
        "living": 4,
        "running": 3,
        "started": 1,
        "stopped": 1,
    }
    assert civil["states"] == {
        "planned": 1,
        "in_construction": 0,
        "trial": 1,
        "in_operation": 1,
        "suspended": 0,
        "being_merged": 1,
        "retired": 1,
    }
    assert civil["networks"] == {
        "dedicated": 0,
        "extranet": 3,
        "intranet": 0,
        "internet": 1,
        "other": 0,
    }
    # On its tenth birthday a system is ten years old.
    assert civil["ages"] == {
        "under_1": 1,
        "1_to_3": 1,
        "3_to_5": 0,
        "5_to_10": 0,
        "over_10": 1,
        "unknown": 1,
    }
    assert civil["money"]["investment"] == Decimal("900.25")
    assert civil["money"]["maintenance"] == Decimal("70.50")
    assert civil["money"]["maintenance_unknown"] == 1
    assert civil["filings"] == {"draft": 3, "submitted": 1, "accepted": 1, "returned": 0}


def test_another_departments_numbers_are_its_own_and_an_empty_one_has_zeros(register):
    found = numbers()
    assert list(found) == sorted(found)
    assert found["卫健"]["systems"]["registered"] == 1
    assert found["卫健"]["ages"]["5_to_10"] == 1
    empty = found["档案"]
    assert all(
        number == 0 for part in empty.values() if isinstance(part, dict) for number in part.values()
    )


def test_connected_is_what_exchanged_in_ninety_days(register):
    told(register["platform"], "call_consumed", TODAY - timedelta(90))
    told(register["trial"], "batch_published", TODAY - timedelta(91))
    told(register["merging"], "login", TODAY)
    told(register["merging"], "call_provided", TODAY, 0.0)
    told(register["retired"], "call_provided", TODAY)
    told(register["health"], "subscriptions_open", TODAY)
    found = numbers()
    assert found["民政"]["connection"] == {"connected": 1, "not_connected": 2}
    assert found["卫健"]["connection"] == {"connected": 1, "not_connected": 0}


def test_levels_count_living_systems(register):
    for name, level in (("platform", "clear"), ("trial", "suspected"), ("retired", "suspected")):
        VerdictFactory(system=register[name], level=level)
    assert numbers()["民政"]["levels"] == {
        "clear": 1,
        "watch": 0,
        "suspected": 1,
        "unknown": 0,
        "not_judged": 2,
    }


@pytest.fixture
def cases(register):
    """One case of every kind, each about a system of its own."""
    civil = register["platform"].department
    day = timedelta(days=1)

    def planted(state, **columns):
        return case_in(state, system=SystemFactory(department=civil), **columns)

    planted("suspected")
    planted("notified", answer_by=TODAY - day)
    planted("notified", answer_by=TODAY)
    planted("answered", answer_by=TODAY)
    planted("answered", answer_by=TODAY - day)
    planted("decided", decision="keep", due_on=TODAY + day)
    planted("decided", decision="merge", due_on=TODAY - day)
    planted("completed", decision="retire", money_freed="12.50")
    planted("completed", decision="rectify")
    planted("completed", decision="keep")
    planted("completed", decision="retire", money_freed="3.00", closed_at=LAST_YEAR)
    planted("dismissed")
    return civil


def test_cases_of_the_year_and_what_is_open_and_overdue_today(cases):
    found = numbers()["民政"]
    assert found["cases"] == {
        "opened": 12,
        "notified": 10,
        "answered_in_time": 7,
        "answered_late": 1,
        "decided_keep": 2,
        "decided_rectify": 1,
        "decided_merge": 1,
        "decided_retire": 2,
        "dismissed": 1,
        "completed": 3,
        "cleared": 2,
        "open": 7,
        "overdue": 2,
    }
    assert found["money"]["freed_by_cases"] == Decimal("12.50")


def test_the_year_ends_in_china(cases):
    found = numbers(2025)["民政"]
    assert found["money"]["freed_by_cases"] == Decimal("3.00")
    assert (found["cases"]["completed"], found["cases"]["opened"]) == (1, 0)
    assert found["cases"]["open"] == 7


def test_merges_of_the_year(register):
    target = register["platform"]
    for state, closed, freed in (
        ("proposed", None, None),
        ("accepted", None, None),
        ("completed", NOW, "20.00"),
        ("completed", LAST_YEAR, "1.00"),
        ("rejected", NOW, None),
        ("abandoned", NOW, None),
    ):
        MergeFactory(target=target, state=state, closed_at=closed, money_freed=freed)
    found = numbers()["民政"]
    assert found["merges"] == {
        "proposed": 6,
        "open": 2,
        "completed": 1,
        "rejected": 1,
        "abandoned": 1,
    }
    assert found["money"]["freed_by_merges"] == Decimal("20.00")


def test_the_total_is_the_sum_of_the_departments(register, cases):
    rows = list(numbers().values())
    total = total_of(rows)
    assert total["systems"]["registered"] == 6 + 12
    assert total["money"]["maintenance"] == Decimal("75.75")
    assert total["cases"]["overdue"] == 2
    assert set(total) == set(rows[0]) - {"department", "name"}
    assert total_of([]) == {}


def test_the_statements_do_not_grow_with_the_systems(register, django_assert_num_queries):
    for _ in range(30):
        SystemFactory()
    with django_assert_num_queries(9):
        numbers()


def test_what_is_not_wanted_is_not_counted_and_the_rest_is_as_in_the_whole(
    register, cases, django_assert_num_queries
):
    whole = numbers()
    with django_assert_num_queries(4):
        some = numbers_of(
            Department.objects.all(), 2026, lambda section, name: (section, name) == OVERDUE
        )
    assert {row["name"]: row["cases"] for row in some} == {
        name: {"overdue": row["cases"]["overdue"]} for name, row in whole.items()
    }
    assert [row["connection"] for row in some] == [whole[row["name"]]["connection"] for row in some]


def test_on_a_leap_day_ages_are_counted(register, time_machine):
    time_machine.move_to(datetime(2028, 2, 29, 1, 0, tzinfo=UTC), tick=False)
    assert sum(numbers(2028)["民政"]["ages"].values()) == 4

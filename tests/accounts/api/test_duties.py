"""Clocks, calendars, the role table and the trail over the API."""

from datetime import UTC, datetime

import pytest

from accounts.actions.obligations import open_obligation
from accounts.actor import CLOCK
from accounts.models import AuditEvent, CalendarYear, ClockLimit, Obligation
from accounts.permissions import ROLES
from tests.factories.accounts import DepartmentFactory

OBLIGATIONS, CLOCKS, CALENDAR = "/api/v1/obligations", "/api/v1/clocks", "/api/v1/calendar"
YEAR = {
    "year": 2027,
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-02", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ],
    "source": "国办发明电〔2026〕7号",
}


@pytest.fixture
def clock(department, official_calendar):
    started = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    return open_obligation(
        "C4", department, actor=CLOCK, department_id=department.pk, started_at=started
    )


def test_the_owing_department_sees_its_clock_with_the_days_left(
    api, member_of, department, clock, time_machine
):
    time_machine.move_to(datetime(2026, 3, 12, 1, 0, tzinfo=UTC))
    items = api(member_of("steward", department)).get(OBLIGATIONS).json()["items"]
    assert len(items) == 1
    assert items[0]["due_on"] == "2026-03-16"
    assert items[0]["workdays_left"] == 2
    assert items[0]["is_late"] is False
    assert items[0]["article"] == "21(1)"


def test_another_department_does_not_see_it(api, member_of, clock, assert_problem):
    client = api(member_of("head", DepartmentFactory()))
    assert client.get(OBLIGATIONS).json()["items"] == []
    answer = client.post(f"{OBLIGATIONS}/{clock.pk}/explain", {"just_cause": "无"})
    assert_problem(answer, 404, "not-found")


def test_clocks_of_others_that_one_waits_for_are_asked_for(api, member_of, department, clock):
    asker = DepartmentFactory()
    Obligation.objects.filter(pk=clock.pk).update(counterpart=asker)
    waiting, owing = api(member_of("steward", asker)), api(member_of("steward", department))
    items = waiting.get(f"{OBLIGATIONS}?awaited=true").json()["items"]
    assert [item["id"] for item in items] == [str(clock.pk)]
    assert waiting.get(OBLIGATIONS).json()["items"] == []
    assert owing.get(f"{OBLIGATIONS}?awaited=true").json()["items"] == []
    assert len(owing.get(OBLIGATIONS).json()["items"]) == 1


def test_the_authority_extends_and_the_head_explains(api, member_of, department, clock):
    body = {"workdays": 10, "reason": "核实", "document": "示数函〔2026〕3号"}
    answer = api(member_of("authority")).post(f"{OBLIGATIONS}/{clock.pk}/extend", body)
    assert answer.json()["due_on"] == "2026-03-30"
    answer = api(member_of("head", department)).post(
        f"{OBLIGATIONS}/{clock.pk}/explain", {"just_cause": "洪水"}
    )
    assert answer.json()["just_cause"] == "洪水"


def test_the_head_sees_but_does_not_extend(api, member_of, department, clock, assert_problem):
    body = {"workdays": 1, "reason": "核实", "document": "x"}
    answer = api(member_of("head", department)).post(f"{OBLIGATIONS}/{clock.pk}/extend", body)
    assert_problem(answer, 403, "forbidden")
    assert Obligation.objects.get().extended_workdays == 0


def test_a_local_limit_is_shown_beside_the_national_one(api, member_of):
    authority = api(member_of("authority"))
    answer = authority.post(f"{CLOCKS}/C4/limit", {"workdays": 5, "basis": "示例省办法"})
    assert answer.json()["workdays"] == 5
    rows = {row["kind"]: row for row in authority.get(CLOCKS).json()["items"]}
    assert list(rows) == [*(f"C{n}" for n in range(1, 8)), *(f"N{n}" for n in range(1, 7))]
    assert (rows["C4"]["national_workdays"], rows["C4"]["workdays"]) == (10, 5)
    assert rows["C5"]["basis"] == ""


def test_a_local_limit_above_the_national_one_is_refused(api, member_of, assert_problem):
    answer = api(member_of("authority")).post(f"{CLOCKS}/C2/limit", {"workdays": 3, "basis": "x"})
    body = assert_problem(answer, 422, "over-ceiling")
    assert body["errors"][0]["pointer"] == "#/workdays"
    assert not ClockLimit.objects.exists()


def test_only_the_authority_limits_clocks(api, member_of, assert_problem):
    answer = api(member_of("operator")).post(f"{CLOCKS}/C4/limit", {"workdays": 5, "basis": "x"})
    assert_problem(answer, 403, "forbidden")
    assert_problem(
        api(member_of("authority")).post(f"{CLOCKS}/C9/limit", {"workdays": 5, "basis": "x"}),
        404,
        "not-found",
    )


def test_a_year_is_loaded_and_corrected_by_a_new_edition(api, member_of, assert_problem):
    operator = api(member_of("operator"))
    assert_problem(operator.get(f"{CALENDAR}/2027"), 404, "not-found")
    first = operator.post(CALENDAR, YEAR)
    assert first.status_code == 201
    # 2 January 2027 is a Saturday anyway.
    assert first.json()["days"] == {"2027-01-01": False, "2027-01-03": True}
    assert operator.post(CALENDAR, YEAR).json()["edition"] == 1
    corrected = YEAR | {"days": YEAR["days"][:1]}
    assert operator.post(CALENDAR, corrected).json()["edition"] == 2
    assert operator.get(f"{CALENDAR}/2027").json()["days"] == {"2027-01-01": False}
    assert CalendarYear.objects.count() == 2
    assert AuditEvent.objects.filter(verb="calendar.loaded").count() == 2


@pytest.mark.parametrize(
    "days",
    [
        [{"date": "2026-12-31", "isOffDay": True}],
        [{"date": "2027-01-01", "isOffDay": True}, {"date": "2027-01-01", "isOffDay": False}],
    ],
)
def test_a_day_of_another_year_or_twice_is_refused(api, member_of, assert_problem, days):
    answer = api(member_of("operator")).post(CALENDAR, YEAR | {"days": days})
    assert_problem(answer, 422, "calendar-invalid")
    assert not CalendarYear.objects.exists()


def test_the_role_table_is_open_to_every_member(api, member_of):
    items = api(member_of("steward")).get("/api/v1/permissions").json()["items"]
    assert [item["role"] for item in items] == [role.value for role in ROLES]
    operator = items[0]
    assert operator["everywhere"] is True
    assert not [p for p in operator["permissions"] if p.startswith(("dataset", "resource"))]


def test_the_auditor_reads_the_trail(api, member_of, clock):
    auditor = api(member_of("auditor"))
    found = auditor.get("/api/v1/audit-events?verb=obligation.opened").json()["items"]
    assert [event["subject_id"] for event in found] == [str(clock.pk)]
    assert found[0]["block"] is None
    assert auditor.get(f"/api/v1/audit-events/{found[0]['id']}").json() == found[0]


@pytest.mark.parametrize("role", ["operator", "authority", "department_admin", "security_admin"])
def test_nobody_else_reads_the_trail(api, member_of, clock, assert_problem, role):
    client = api(member_of(role))
    assert client.get("/api/v1/audit-events").json()["items"] == []
    event = AuditEvent.objects.first()
    assert_problem(client.get(f"/api/v1/audit-events/{event.pk}"), 404, "not-found")

"""The board of deadlines, what duties took, and notices over the API."""

from datetime import UTC, datetime

import pytest

from accounts.actions.notices import notify_department
from accounts.actions.obligations import meet_obligation, open_obligation
from accounts.actor import CLOCK
from accounts.permissions import Role
from tests.factories.accounts import DepartmentFactory, SystemFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def running(official_calendar, time_machine):
    """``running(owner, "C4")``: a clock since Monday; today is the Thursday of the next week."""
    time_machine.move_to(datetime(2026, 3, 12, 2, 0, tzinfo=UTC), tick=False)

    def start(owner, kind):
        subject = SystemFactory(department=owner)
        open_obligation(kind, subject, actor=CLOCK, department_id=owner.pk, started_at=MONDAY)
        return subject

    return start


def test_open_clocks_are_counted_by_standing_and_the_worst_stand_first(
    api, member_of, department, running
):
    other = DepartmentFactory()
    running(department, "C5")
    running(department, "C4")
    running(other, "C3")
    running(other, "C4")
    answer = api(member_of("authority")).get("/api/v1/board").json()
    assert answer["as_of"] == "2026-03-12"
    lines = [
        (line["department"], line["running"], line["warning"], line["overdue"], line["next_due_on"])
        for line in answer["items"]
    ]
    assert lines == [
        (str(other.pk), 0, 1, 1, "2026-03-03"),
        (str(department.pk), 1, 1, 0, "2026-03-16"),
    ]
    assert answer["items"][0]["kinds"] == {"C3": {"overdue": 1}, "C4": {"warning": 1}}


def test_a_department_sees_its_own_line_only(api, member_of, department, running, assert_problem):
    other = DepartmentFactory()
    running(department, "C4")
    running(other, "C4")
    client = api(member_of("head", department))
    found = client.get("/api/v1/board").json()["items"]
    assert [line["department"] for line in found] == [str(department.pk)]
    assert_problem(client.get(f"/api/v1/board?department={other.pk}"), 403, "forbidden")


def test_clocks_are_listed_by_their_standing(api, member_of, department, running, assert_problem):
    running(department, "C3")
    running(department, "C5")
    client = api(member_of("head", department))
    found = client.get("/api/v1/obligations?standing=overdue").json()["items"]
    assert [(row["kind"], row["standing"], row["is_late"]) for row in found] == [
        ("C3", "overdue", True)
    ]
    bad = client.get("/api/v1/obligations?standing=late")
    assert_problem(bad, 422, "invalid")


def test_what_duties_took_stands_beside_what_the_law_gives(api, member_of, department, running):
    for day in (3, 4, 11):
        subject = running(department, "C4")
        meet_obligation("C4", subject, actor=CLOCK, at=datetime(2026, 3, day, 1, tzinfo=UTC))
    late = running(department, "C3")
    meet_obligation("C3", late, actor=CLOCK, at=datetime(2026, 3, 10, 1, tzinfo=UTC))
    client = api(member_of("authority"))
    answer = client.get("/api/v1/clock-statistics?since=2026-03-01&until=2026-03-31").json()
    rows = {row["kind"]: row for row in answer["items"]}
    assert set(rows) == {"C3", "C4"}
    assert (rows["C4"]["met"], rows["C4"]["on_time_rate"]) == (3, 1.0)
    assert (rows["C4"]["allowed_mean"], rows["C4"]["actual_mean"]) == (10.0, 3.33)
    assert (rows["C3"]["in_time"], rows["C3"]["on_time_rate"]) == (0, 0.0)
    nothing = client.get("/api/v1/clock-statistics?since=2026-04-01&until=2026-04-30").json()
    assert nothing["items"] == []


@pytest.mark.parametrize(
    "query", ["since=2026-02-30", "since=x", "since=2026-04-01&until=2026-03-01"]
)
def test_a_period_that_makes_no_sense_is_refused(api, member_of, query, assert_problem):
    answer = api(member_of("authority")).get(f"/api/v1/clock-statistics?{query}")
    assert_problem(answer, 422, "invalid")


def test_more_time_is_asked_for_and_declined_over_the_api(api, member_of, department, running):
    running(department, "C4")
    head, authority = api(member_of("head", department)), api(member_of("authority"))
    key = head.get("/api/v1/obligations").json()["items"][0]["id"]
    asked = head.post(
        f"/api/v1/obligations/{key}/ask-extension", {"workdays": 5, "reason": "档案"}, format="json"
    )
    assert (asked.status_code, asked.json()["asked_workdays"]) == (200, 5)
    assert asked.json()["standing"] == "warning"
    declined = authority.post(
        f"/api/v1/obligations/{key}/decline-extension", {"reason": "不足"}, format="json"
    )
    assert (declined.status_code, declined.json()["asked_at"]) == (200, None)


def test_a_person_reads_the_notices_of_the_roles_held_in_the_department(api, member_of, department):
    for roles in ((Role.HEAD,), (Role.STEWARD,)):
        notify_department(
            department,
            actor=CLOCK,
            department_id=department.pk,
            roles=roles,
            verb="request.agreed",
            reason="Your department provides this resource.",
            resource="学籍信息",
        )
    client = api(member_of("steward", department))
    (notice,) = client.get("/api/v1/notices").json()["items"]
    assert (notice["verb"], notice["facts"]["resource"]) == ("request.agreed", "学籍信息")
    assert notice["is_read"] is False
    assert client.post("/api/v1/notices/read", {}, format="json").json() == {"read": 1}
    (notice,) = client.get("/api/v1/notices").json()["items"]
    assert notice["is_read"] is True
    stranger = api(member_of("steward"))
    assert stranger.get("/api/v1/notices").json()["items"] == []

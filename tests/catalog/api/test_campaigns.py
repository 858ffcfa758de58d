"""The census over the API."""

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from catalog.actions.campaigns import open_campaign
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource

CAMPAIGNS, TASKS = "/api/v1/campaigns", "/api/v1/campaign-tasks"
NAME = "2026年政务信息资源大普查"


@pytest.fixture(autouse=True)
def november(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def campaign(cast):
    departments = [cast.civil, cast.third]
    due = date(2026, 12, 25)
    return open_campaign(
        actor=cast.actor("authority"), name=NAME, due_on=due, departments=departments
    )


def test_a_census_from_its_opening_to_its_end(cast, client):
    authority, head = client("authority"), client("head")
    body = {
        "name": NAME,
        "instructions": "逐条核对",
        "due_on": "2026-12-25",
        "departments": [str(cast.civil.pk), str(cast.third.pk)],
    }
    made = authority.post(CAMPAIGNS, body)
    assert made.status_code == 201
    at = f"{CAMPAIGNS}/{made.json()['id']}"
    assert made.json()["progress"] == {
        "tasks": 2,
        "open": 2,
        "confirmed": 0,
        "returned": 0,
        "late": 0,
        "rate": 0.0,
    }

    [task] = head.get(TASKS, {"state": "open"}).json()["items"]
    assert (task["department"]["name"], task["moves"]) == ("示例省民政厅", ["confirm"])
    done = head.post(f"{TASKS}/{task['id']}/confirm").json()
    assert (done["state"], done["counts"]["in_force"]) == ("confirmed", 0)
    back = authority.post(f"{TASKS}/{task['id']}/return", {"reason": "缺存储总量"}).json()
    assert (back["state"], back["return_reason"]) == ("returned", "缺存储总量")
    head.post(f"{TASKS}/{task['id']}/confirm")
    assert authority.get(at).json()["progress"]["rate"] == 0.5
    assert head.get(at).json()["progress"]["rate"] == 1.0

    closed = authority.post(f"{at}/close").json()
    assert (closed["state"], closed["moves"]) == ("closed", [])
    assert client("third head").get(TASKS).json()["items"][0]["moves"] == []


def test_a_part_shows_what_the_department_has_at_present(cast, client, campaign):
    resource = published_resource(cast.civil, **dict.fromkeys(CENSUS_NUMBERS, "2.25"))
    refresh([resource.pk])
    task = campaign.tasks.get(department=cast.civil)

    shown = client("steward").get(f"{TASKS}/{task.pk}").json()

    assert shown["counts"] == {}
    assert (shown["present"]["in_force"], shown["present"]["with_numbers"]) == (1, 1)
    assert client("third steward").get(f"{TASKS}/{task.pk}").status_code == 404


def test_a_part_is_late_when_the_day_has_passed(client, campaign, time_machine):
    time_machine.move_to(datetime(2026, 12, 26, 1, 0, tzinfo=UTC), tick=False)
    authority = client("authority")
    assert [row["is_late"] for row in authority.get(TASKS).json()["items"]] == [True, True]
    assert authority.get(f"{CAMPAIGNS}/{campaign.pk}").json()["progress"]["late"] == 2


def test_the_results_are_a_workbook_of_the_six_numbers(cast, client, campaign):
    resource = published_resource(cast.civil, **dict.fromkeys(CENSUS_NUMBERS, "2.25"))
    refresh([resource.pk])
    task = campaign.tasks.get(department=cast.civil)
    client("head").post(f"{TASKS}/{task.pk}/confirm")

    answer = client("authority").get(f"{CAMPAIGNS}/{campaign.pk}/results")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("部门", "状态", "确认日期", "在用目录数", "普查数据齐全数")
    day = datetime(2026, 11, 22)  # noqa: DTZ001 - a cell has no zone
    assert rows[1] == ("示例省教育厅", "未确认", *(None,) * 10)
    assert rows[2] == ("示例省民政厅", "已确认", day, 1, 1, 0, *(2.25,) * 6)

    answer = client("head").get(f"{CAMPAIGNS}/{campaign.pk}/results", {"as": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["示例省民政厅,已确认,2026-11-22,1,1,0" + ",2.25" * 6]


def test_a_department_that_is_not_there_is_named(client, assert_problem):
    body = {
        "name": NAME,
        "due_on": "2026-12-25",
        "departments": ["01936f60-0000-7000-8000-00000000dead"],
    }
    problem = assert_problem(client("authority").post(CAMPAIGNS, body), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "#/departments/0"


def test_the_operator_sees_no_census(client, campaign, assert_problem):
    operator = client("operator")
    assert operator.get(CAMPAIGNS).json()["items"] == []
    assert_problem(operator.get(f"{CAMPAIGNS}/{campaign.pk}/results"), 404, "not-found")
    assert client("operator").get(TASKS).json()["items"] == []


def test_a_page_takes_as_many_statements_for_many_as_for_one(
    cast, client, django_assert_max_num_queries
):
    for number in range(20):
        open_campaign(
            actor=cast.actor("authority"), name=f"普查{number}", due_on=date(2026, 12, 25)
        )
    authority = client("authority")
    authority.get(CAMPAIGNS)
    with django_assert_max_num_queries(4):
        assert len(authority.get(CAMPAIGNS).json()["items"]) == 20
    with django_assert_max_num_queries(4):
        assert len(authority.get(TASKS, {"limit": 100}).json()["items"]) == 60

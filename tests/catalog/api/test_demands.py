"""Demands over the API: the whole way, who sees what, and how many statements a page takes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Demand
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource
from tests.factories.demands import DemandFactory, demand_in

DEMANDS = "/api/v1/demands"
NEED = {
    "title": "外出务工人员登记信息",
    "description": "核实留守儿童父母的务工地点。",
    "wanted_items": ["姓名", "务工地点"],
    "basis": "《未成年人保护法》第二十二条",
    "scenario": "核实监护情况",
}


@pytest.fixture
def door(api, cast):
    """``door("head")``: the client of this person of the cast."""
    return lambda name: api(cast.members[name])


def test_a_need_becomes_an_entry(cast, door):
    asker, head, desk = door("third steward"), door("head"), door("desk")
    made = asker.post(DEMANDS, NEED)
    assert made.status_code == 201
    at = f"{DEMANDS}/{made.json()['id']}"
    assert made.json()["moves"] == ["merge", "route", "withdraw"]
    assert head.get(at).status_code == 404

    routed = desk.post(f"{at}/route", {"department": str(cast.civil.pk), "reason": "属其职责"})
    assert routed.json()["routed_to"]["name"] == "示例省民政厅"
    assert routed.json()["answer_workdays"] == 10
    resource = published_resource(cast.civil, name="外出务工登记")
    offered = head.post(f"{at}/offer", {"resource": str(resource.pk)})
    assert offered.json()["resource"] == {
        "id": str(resource.pk),
        "code": resource.code,
        "name": "外出务工登记",
    }
    met = asker.post(f"{at}/accept").json()
    assert (met["state"], met["moves"]) == ("met", [])


def test_a_refusal_without_basis_is_no_refusal(cast, door, assert_problem):
    row = demand_in("routed", routed_to=cast.civil)
    answer = door("head").post(f"{DEMANDS}/{row.pk}/refuse", {"reason": "不便提供"})
    problem = assert_problem(answer, 422, "invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["#/legal_basis"]
    row.refresh_from_db()
    assert row.state == "routed"


def test_a_dispute_ends_with_the_authoritys_word(cast, door):
    row = demand_in("refused", department=cast.third, routed_to=cast.civil)
    at = f"{DEMANDS}/{row.pk}"
    disputed = door("third steward").post(f"{at}/dispute", {"reason": "条款不适用"}).json()
    assert disputed["moves"] == ["settle", "reroute"]
    settled = door("authority").post(f"{at}/settle", {"settlement": "拒绝成立"}).json()
    assert (settled["state"], settled["settlement"]) == ("settled", "拒绝成立")


def test_a_disputed_answer_is_asked_for_again(cast, door):
    row = demand_in("disputed", department=cast.third, routed_to=cast.civil)
    body = {"department": str(cast.civil.pk), "reason": "依据不成立", "workdays": 5}
    again = door("authority").post(f"{DEMANDS}/{row.pk}/reroute", body).json()
    assert (again["state"], again["answer_workdays"], again["answer_reason"]) == ("routed", 5, "")


def test_similar_demands_are_shown_merged_and_answered_together(cast, door):
    desk = door("desk")
    first = DemandFactory(title="外出务工人员登记信息", department=cast.civil)
    second = DemandFactory(title="外出务工人员登记", department=cast.third)
    at = f"{DEMANDS}/{second.pk}"

    found = desk.get(f"{at}/similar").json()["items"]
    assert [(one["demand"]["id"], one["shared_items"]) for one in found] == [
        (str(first.pk), ["务工地点", "姓名"])
    ]
    merged = desk.post(f"{at}/merge", {"into": str(first.pk)}).json()
    assert (merged["state"], merged["merged_into"]) == ("merged", str(first.pk))

    desk.post(f"{DEMANDS}/{first.pk}/route", {"department": str(cast.bureau.pk), "reason": "职责"})
    shown = desk.get(f"{DEMANDS}/{first.pk}").json()["merged"]
    assert [one["department"]["name"] for one in shown] == ["示例省教育厅"]
    outcome = door("third steward").get(at).json()["outcome"]
    assert (outcome["state"], outcome["routed_to"]["name"]) == ("routed", "示例省数据局")


def test_similar_demands_are_not_for_those_who_ask(cast, door, assert_problem):
    row = DemandFactory(department=cast.third)
    answer = door("third steward").get(f"{DEMANDS}/{row.pk}/similar")
    assert_problem(answer, 403, "forbidden")


def test_entries_that_may_answer_a_demand_already_are_shown(cast, door):
    rows = [published_resource(cast.civil, name=name) for name in ("外出务工人员登记", "低保对象")]
    refresh([row.pk for row in rows])
    demand = DemandFactory(title="外出务工人员信息", department=cast.third)

    [found] = door("third steward").get(f"{DEMANDS}/{demand.pk}/candidates").json()["items"]

    assert (found["name"], found["department"]) == ("外出务工人员登记", "示例省民政厅")
    assert found["code"] == rows[0].code


def test_a_need_is_withdrawn(cast, door):
    row = DemandFactory(department=cast.third)
    answer = door("third steward").post(f"{DEMANDS}/{row.pk}/withdraw")
    assert answer.json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("third steward", {"asked"}),
        ("steward", {"to answer"}),
        ("head", {"to answer"}),
        ("desk", {"asked", "to answer", "others"}),
        ("auditor", {"asked", "to answer", "others"}),
        ("operator", set()),
    ],
)
def test_a_demand_is_seen_by_who_asks_who_answers_and_the_platform(cast, door, who, seen):
    DemandFactory(title="asked", department=cast.third)
    demand_in("routed", title="to answer", routed_to=cast.civil)
    DemandFactory(title="others")
    assert {row["title"] for row in door(who).get(DEMANDS).json()["items"]} == seen


def test_the_list_is_narrowed(cast, door, assert_problem):
    today = timezone.localdate()
    late = demand_in("routed", routed_to=cast.civil, answer_by=today - timedelta(days=1))
    due = demand_in("routed", routed_to=cast.civil, answer_by=today)
    other = demand_in("refused", department=cast.third)
    desk = door("desk")

    def found(**asked):
        return {row["id"] for row in desk.get(DEMANDS, asked).json()["items"]}

    assert found(overdue="true") == {str(late.pk)}
    assert found(overdue="false") == {str(due.pk), str(other.pk)}
    assert found(state="refused") == {str(other.pk)}
    assert found(department=str(cast.third.pk)) == {str(other.pk)}
    assert found(routed_to=str(cast.civil.pk)) == {str(late.pk), str(due.pk)}
    assert_problem(desk.get(DEMANDS, {"overdue": "perhaps"}), 422, "invalid")
    assert_problem(desk.get(DEMANDS, {"urgent": "true"}), 400, "unknown-parameter")


def test_rows_that_the_body_names_must_be_there(cast, door, assert_problem):
    row = demand_in("routed", routed_to=cast.civil)
    nowhere = "01936f60-0000-7000-8000-00000000dead"
    answer = door("head").post(f"{DEMANDS}/{row.pk}/offer", {"resource": nowhere})
    assert assert_problem(answer, 422, "invalid")["errors"][0]["pointer"] == "#/resource"


def test_a_page_takes_as_many_statements_for_many_as_for_one(
    cast, door, django_assert_max_num_queries
):
    desk = door("desk")
    desk.get(DEMANDS)
    for _ in range(20):
        first = demand_in("offered", resource=published_resource(cast.civil))
        DemandFactory(state="merged", merged_into=first)
    with django_assert_max_num_queries(6):
        page = desk.get(DEMANDS, {"limit": 100}).json()["items"]
    assert len(page) == Demand.objects.count() == 40

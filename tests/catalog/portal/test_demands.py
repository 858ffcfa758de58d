"""Demands in the portal: stated, routed, answered, objected to; a refusal changes nothing."""

import pytest

from catalog.models import Demand
from tests.factories.catalog import published_resource
from tests.factories.demands import demand_in
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
NEED = {
    "title": "外出务工人员登记信息",
    "description": "核实留守儿童父母的务工地点。",
    "wanted_items": "姓名\n务工地点\n",
    "basis": "《未成年人保护法》第二十二条",
    "scenario": "核实监护情况",
}


@pytest.fixture
def authority(db):
    return browser_of(member_with(("authority",), None))


def test_a_demand_goes_from_the_asker_by_the_authority_to_its_answer(
    department, authority, official_calendar
):
    asker = browser_of(member_with(("steward",), department))
    stated = asker.post("/demands/new", NEED)
    demand = Demand.objects.get()
    assert (stated.status_code, stated["Location"]) == (302, f"/demands/{demand.pk}")
    assert demand.wanted_items == ["姓名", "务工地点"]
    head = member_with(("head",), None)
    resource = published_resource(head.department, name="农民工就业登记信息")
    routed = {"department": head.department_id, "reason": "属其职责", "workdays": 5}
    authority.post(f"/demands/{demand.pk}/route", routed)
    demand.refresh_from_db()
    assert (demand.state, demand.routed_to, demand.answer_workdays) == (
        "routed", head.department, 5,
    )  # fmt: skip
    answering = browser_of(head)
    assert "个工作日" in text(answering.get("/demands?show=to-answer"))
    wrong = answering.post(f"/demands/{demand.pk}/offer", {"resource": "999/1"})
    assert wrong.status_code == 422
    assert 'href="#offer_resource"' in text(wrong)
    answering.post(f"/demands/{demand.pk}/offer", {"resource": resource.code})
    demand.refresh_from_db()
    assert (demand.state, demand.resource) == ("offered", resource)
    asker.post(f"/demands/{demand.pk}/accept")
    demand.refresh_from_db()
    assert demand.state == "met"


def test_what_was_typed_is_shown_again_when_something_is_wrong(department):
    asker = browser_of(member_with(("steward",), department))
    answer = asker.post("/demands/new", {**NEED, "basis": "", "needed_by": "2020-01-01"})
    assert answer.status_code == 422
    assert NEED["description"] in text(answer)
    assert 'href="#submit_basis"' in text(answer)
    assert not Demand.objects.exists()


def test_a_demand_is_not_seen_by_others_and_not_answered_by_them(department):
    demand = demand_in("routed", department=department)
    stranger = browser_of(member_with(("head",), None))
    assert stranger.get(f"/demands/{demand.pk}").status_code == 404
    assert stranger.post(f"/demands/{demand.pk}/refuse", {"reason": "x"}).status_code == 404
    asker = browser_of(member_with(("steward",), department))
    refusal = {"reason": "不属本部门", "legal_basis": "无"}
    assert asker.post(f"/demands/{demand.pk}/refuse", refusal).status_code == 403
    demand.refresh_from_db()
    assert demand.state == "routed"


def test_the_need_list_names_the_answer_that_a_merged_demand_shares(authority, department):
    target = demand_in("refused", title="务工信息")
    demand_in("merged", department=department, title="外出务工信息", merged_into=target)
    page = text(authority.get("/need-list?columns=title,legal_basis"))
    assert page.count("《监察法》第三十九条") == 2

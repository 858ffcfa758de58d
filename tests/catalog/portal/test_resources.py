"""Entries in the portal: who sees what of them, the steps to publication, what differs."""

import re
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from catalog import completeness, gates, itemrules
from catalog.actions.resources import change_resource, draft_resource
from catalog.models import Entry, Resource
from catalog.portal import words
from catalog.search.indexing import refresh
from tests.factories.catalog import CategoryFactory, entry_with_items, published_resource
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
COMPLETE = {
    "name": "低保对象信息",
    "abstract": "全省最低生活保障对象的基本情况，每月更新。",
    "format_class": "database",
    "format_type": "mysql",
    "share_type": "unconditional",
    "share_modes": ["interface"],
    "update_cycle": "monthly",
    "share_scope": "全省各级部门",
    "use_purpose": "救助资格核验",
    "data_grade": "general",
    "data_class": "民政",
    "share_condition": "无条件",
    "secrecy_assessment": "已评估，不涉密",
}
KEY = {"is_key": True, "is_required": True}
ITEMS = [
    {
        "column": "code",
        "name": "代码",
        "data_type": "C",
        "length": 18,
        "is_key": True,
        "is_required": True,
    },
    {"column": "name", "name": "姓名", "data_type": "C", "length": 60},
]


@pytest.fixture
def steward(department):
    return member_with(("steward",), department)


@pytest.fixture
def draft(steward):
    made = draft_resource(
        actor=actor_for(steward), category=CategoryFactory(), metadata=COMPLETE, items=ITEMS
    )
    return made.resource


def test_an_entry_goes_from_draft_into_force_by_four_hands(draft, department):
    member_with(("authority",), None)
    steps = (
        ("steward", department, "submit"),
        ("head", department, "approve"),
        ("business_operator", None, "review"),
        ("authority", None, "publish"),
    )
    for role, where, verb in steps:
        client = browser_of(member_with((role,), where))
        address = f"/resources/{draft.pk}"
        assert f'action="{address}/{verb}"' in text(client.get(address))
        answer = client.post(f"{address}/{verb}")
        assert (answer.status_code, answer["Location"]) == (302, address)
    draft.refresh_from_db()
    assert draft.published.state == "published"
    assert draft.code


def test_who_may_not_take_a_step_is_not_offered_it_and_is_refused(draft, department):
    auditor = browser_of(member_with(("department_admin",), department))
    page = text(auditor.get(f"/resources/{draft.pk}"))
    assert f"/resources/{draft.pk}/submit" not in page
    assert auditor.post(f"/resources/{draft.pk}/submit").status_code == 403
    assert Entry.objects.get().state == "draft"


def test_a_draft_is_nobody_elses(draft):
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/resources/{draft.pk}").status_code == 404
    assert stranger.post(f"/resources/{draft.pk}/submit").status_code == 404
    assert COMPLETE["name"] not in text(stranger.get("/resources"))


def test_a_gap_is_named_before_anybody_submits(draft, steward):
    change_resource(
        draft, actor=actor_for(steward), expected=draft.version, values={"update_cycle": ""}
    )
    client = browser_of(steward)
    assert "更新周期：请填写。" in text(client.get(f"/resources/{draft.pk}"))
    answer = client.post(f"/resources/{draft.pk}/submit")
    assert answer.status_code == 422
    assert 'class="error-summary"' in text(answer)
    assert Entry.objects.get().state == "draft"
    assert not AuditEvent.objects.filter(verb="resource.submitted").exists()


def test_the_return_wants_a_reason_and_shows_it(draft, steward, department):
    browser_of(steward).post(f"/resources/{draft.pk}/submit")
    head = browser_of(member_with(("head",), department))
    answer = head.post(f"/resources/{draft.pk}/return", {"reason": ""})
    assert answer.status_code == 422
    assert 'id="reason_reason_error"' in text(answer)
    head.post(f"/resources/{draft.pk}/return", {"reason": "请补充更新周期"})
    assert "请补充更新周期" in text(browser_of(steward).get(f"/resources/{draft.pk}"))


def test_two_versions_are_compared_field_by_field_and_item_by_item(department, steward):
    resource = published_resource(department)
    client = browser_of(steward)
    client.post(f"/resources/{resource.pk}/revise", {"change_message": "更新周期改为每日"})
    resource.refresh_from_db()
    change_resource(
        resource,
        actor=actor_for(steward),
        expected=resource.version,
        values={"update_cycle": "daily"},
    )
    page = text(client.get(f"/resources/{resource.pk}?version=2"))
    assert "<ins>每日</ins>" in page
    assert "更新周期改为每日" in page
    assert client.get(f"/resources/{resource.pk}?version=3").status_code == 404


def test_search_marks_what_was_asked_for_and_facets_narrow_it(steward):
    found = published_resource(name="城市低保对象信息", share_type="unconditional")
    other = published_resource(name="低保资金发放信息", share_type="conditional")
    refresh([found.pk, other.pk])
    client = browser_of(steward)
    page = text(client.get("/catalogue?q=低保"))
    assert page.count("<mark>低保</mark>") >= 2
    narrowed = text(client.get("/catalogue?q=低保&share_type=conditional"))
    assert f"/resources/{other.pk}" in narrowed
    assert f"/resources/{found.pk}" not in narrowed
    assert "有条件共享" in narrowed


@pytest.mark.parametrize("query", ["share_type=none", "after=nonsense", "sort=x", "is_open=2"])
def test_an_address_that_is_wrong_still_finds_the_words(steward, query):
    resource = published_resource(name="城市低保对象信息")
    refresh([resource.pk])
    page = browser_of(steward).get(f"/catalogue?q=低保&{query}")
    assert page.status_code == 200
    assert f"/resources/{resource.pk}" in text(page)


def test_a_list_needs_as_many_queries_for_fifty_entries_as_for_one(
    department, steward, django_assert_max_num_queries
):
    for _ in range(50):
        entry_with_items(resource__department=department)
    assert Resource.objects.count() == 50
    client = browser_of(steward)
    with django_assert_max_num_queries(10):
        assert client.get("/resources").status_code == 200


def test_every_gap_has_its_words():
    told = "".join(Path(module.__file__).read_text() for module in (completeness, itemrules, gates))
    codes = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|required)"', told))
    assert codes - set(words.FAULTS) == set()

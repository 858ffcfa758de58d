"""My work: what waits, for whom, until when; each line leads to its list."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import worklist
from accounts.actions.savedlists import save_list
from accounts.permissions import Role
from accounts.worklist import Item, Part
from tests.factories.cases import CaseFactory
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
PEOPLE = [role.value for role in Role if role is not Role.SYSTEM]


def parts_of(browser):
    context = browser.get("/").context
    return {part.value: lines for part, lines in context["work"]}


def test_a_notice_waits_for_the_admin_and_then_for_the_authority(department, official_calendar):
    admin = browser_of(member_with(("department_admin",), department))
    authority = browser_of(member_with(("authority",), None))
    case = CaseFactory(
        system__department=department,
        department=department,
        state="notified",
        answer_by=timezone.localdate() + timedelta(days=1),
    )
    line = parts_of(admin)["mine"][0]
    assert (str(line.item.title), line.item.count) == ("待答复的僵尸系统核查通知", 1)
    assert line.item.address == "/cases?state=notified"
    assert line.days_left is not None
    assert [x.item.address for x in parts_of(authority)["others"]] == ["/cases?state=notified"]
    case.change(state="answered", answer="keep")
    assert "/cases?state=answered" in [x.item.address for x in parts_of(admin)["others"]]
    assert "/cases?state=answered" in [x.item.address for x in parts_of(authority)["mine"]]


def test_what_is_late_went_wrong(department, official_calendar):
    CaseFactory(
        system__department=department,
        department=department,
        state="notified",
        answer_by=timezone.localdate() - timedelta(days=9),
    )
    browser = browser_of(member_with(("department_admin",), department))
    assert [line.item.count for line in parts_of(browser)["wrong"]] == [1]
    assert "逾期" in text(browser.get("/"))


def test_the_nearest_last_day_comes_first(monkeypatch, department, official_calendar, time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    today = timezone.localdate()
    items = [
        Item(Part.MINE, "none", 1, "/a"),
        Item(Part.MINE, "later", 1, "/b", today + timedelta(days=9)),
        Item(Part.MINE, "soon", 1, "/c", today + timedelta(days=1)),
        Item(Part.MINE, "nothing", 0, "/d"),
    ]
    monkeypatch.setattr(worklist, "_sources", [lambda actor: items])
    browser = browser_of(member_with(("steward",), department))
    mine = parts_of(browser)["mine"]
    assert [line.item.title for line in mine] == ["soon", "later", "none"]
    assert [line.days_left for line in mine] == [1, 7, None]
    assert [line.level for line in mine] == ["warn", "good", ""]


def test_who_has_nothing_to_do_is_told_what_can_be_begun(department):
    page = text(browser_of(member_with(("steward",), department)).get("/"))
    assert "目前没有等您处理的事项" in page
    assert "您可以开始" in page


def test_saved_lists_are_at_hand(department):
    member = member_with(("steward",), department)
    save_list(actor=actor_for(member), address="/systems", title="试运行", state="state=trial")
    page = text(browser_of(member).get("/"))
    assert '<a href="/systems?state=trial">试运行</a>' in page


@pytest.mark.parametrize("role", PEOPLE)
def test_everything_that_one_can_begin_is_open_to_the_person(role, department, official_calendar):
    browser = browser_of(member_with((role,), department))
    starts = [line.item.address for line in browser.get("/").context["starts"]]
    assert {a: s for a in starts if (s := browser.get(a).status_code) != 200} == {}


def test_the_auditor_is_told_of_a_trail_never_verified(department):
    browser = browser_of(member_with(("auditor",), department))
    assert "/audit/verification" in [line.item.address for line in parts_of(browser)["mine"]]
    browser.post("/audit/verification")
    assert parts_of(browser)["mine"] == []


@pytest.mark.parametrize("role", ["steward", "head", "authority"])
def test_the_home_page_needs_a_fixed_number_of_queries(
    role, department, official_calendar, django_assert_max_num_queries
):
    for _ in range(5):
        CaseFactory(system__department=department, department=department)
    browser = browser_of(member_with((role,), department))
    with django_assert_max_num_queries(40):
        browser.get("/")

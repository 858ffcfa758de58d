"""The entrance of the portal and its first page."""

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from accounts.actions.obligations import open_obligation
from accounts.actor import CLOCK
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import AuditEvent, CalendarYear
from accounts.portal.words import DUTIES
from tests.factories.accounts import PASSWORD, DepartmentFactory, MemberFactory
from tests.portal import browser_of

pytestmark = pytest.mark.django_db


def signed_in(member):
    return browser_of(member)


def text(answer):
    return answer.content.decode()


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(client):
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/")
    member = MemberFactory()
    answer = client.post(
        "/sign-in", {"username": member.user.username, "password": PASSWORD, "next": "/problems"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/problems")
    assert member.department.name in text(client.get("/"))
    assert AuditEvent.objects.get().verb == "session.opened"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_away_from_the_platform(client, wanted):
    member = MemberFactory()
    answer = client.post(
        "/sign-in", {"username": member.user.username, "password": PASSWORD, "next": wanted}
    )
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_on_the_page(client):
    member = MemberFactory()
    answer = client.post("/sign-in", {"username": member.user.username, "password": "wrong"})
    assert answer.status_code == 403
    assert "用户名或密码不正确" in text(answer)
    assert "wrong" not in text(answer).replace("field wrong", "")
    assert client.get("/").status_code == 302


def test_a_locked_name_is_said_on_the_page(client, settings):
    settings.AXES_ENABLED = True
    member = MemberFactory()
    for _ in range(5):
        answer = client.post("/sign-in", {"username": member.user.username, "password": "wrong"})
    assert answer.status_code == 429
    assert "失败次数过多" in text(answer)


def test_forms_need_their_token():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert 'data-code="form-expired"' in text(answer)


def test_signing_out_ends_the_session(client):
    client = signed_in(MemberFactory())
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/").status_code == 302
    assert AuditEvent.objects.get().verb == "session.closed"
    assert client.get("/sign-out").status_code == 405


def test_a_person_of_two_departments_chooses_one():
    first = MemberFactory(roles=["steward"])
    second = MemberFactory(user=first.user, roles=["head"])
    client = signed_in(first)
    assert client.get("/")["Location"] == "/department"
    page = text(client.get("/department"))
    assert first.department.name in page
    assert second.department.name in page
    assert client.post("/department", {"department": str(second.department_id)})["Location"] == "/"
    assert f"<h1>{second.department.name}</h1>" in text(client.get("/"))


@pytest.mark.parametrize("wanted", ["another", "no-id", ""])
def test_a_department_that_is_not_theirs_cannot_be_chosen(wanted):
    member = MemberFactory()
    pk = str(DepartmentFactory().pk) if wanted == "another" else wanted
    client = signed_in(member)
    assert client.post("/department", {"department": pk}).status_code == 404
    assert f"<h1>{member.department.name}</h1>" in text(client.get("/"))


def test_an_ended_membership_ends_the_visit():
    member = MemberFactory()
    client = signed_in(member)
    assert client.get("/").status_code == 200
    member.change(is_active=False)
    assert client.get("/")["Location"] == "/sign-in?next=/"


def test_the_home_page_shows_what_is_due_and_for_how_long(official_calendar, time_machine):
    member = MemberFactory(roles=["head"])
    time_machine.move_to(datetime(2026, 3, 12, 1, 0, tzinfo=UTC))
    for kind, day in (("C4", 2), ("C6", 1), ("C3", 3)):
        open_obligation(
            kind,
            member.department,
            actor=CLOCK,
            department_id=member.department_id,
            started_at=datetime(2026, 3 if kind != "C6" else 2, day, 1, 0, tzinfo=UTC),
        )
    page = text(signed_in(member).get("/"))
    assert "2026-03-16" in page
    assert "答复有条件共享申请" in page
    assert '<span class="badge good">2</span>' in page
    assert '<span class="badge bad">逾期 6</span>' in page
    assert "近期操作" not in page


def test_another_departments_clocks_are_not_shown(official_calendar):
    member, other = MemberFactory(roles=["head"]), DepartmentFactory()
    open_obligation("C4", other, actor=CLOCK, department_id=other.pk)
    page = text(signed_in(member).get("/"))
    assert "没有待办的法定时限" in page
    assert other.name not in page


def test_the_auditor_sees_recent_deeds():
    member = MemberFactory(roles=["auditor"])
    open_obligation("C4", member.department, actor=CLOCK, department_id=member.department_id)
    assert "<code>obligation.opened</code>" in text(signed_in(member).get("/"))


@pytest.mark.parametrize(("month", "warned"), [(10, False), (11, True)])
def test_from_november_the_operator_is_warned_of_a_missing_calendar(
    official_calendar, time_machine, month, warned
):
    time_machine.move_to(datetime(2026, month, 12, 1, 0, tzinfo=UTC))
    client = signed_in(MemberFactory(roles=["operator"]))
    assert ("2027 年工作日历尚未载入" in text(client.get("/"))) is warned
    CalendarYear.objects.create(year=2027, edition=1, days={}, source="x")
    assert "尚未载入" not in text(client.get("/"))


def test_an_address_nobody_serves_is_a_page():
    answer = signed_in(MemberFactory()).get("/nowhere")
    assert answer.status_code == 404
    assert 'data-code="not-found"' in text(answer)


def test_a_page_asked_for_by_htmx_is_a_fragment(client):
    page = text(client.get("/sign-in", headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert 'name="username"' in page


def test_pages_load_nothing_from_elsewhere(client):
    page = text(client.get("/sign-in"))
    assert "http://" not in page
    assert "https://" not in page
    scripts = re.findall(r"<script [^>]*>", page)
    assert scripts
    assert all(re.search(r'nonce="[^"]{20,}" src="/static/', script) for script in scripts)
    assert 'style="' not in page


def test_every_clock_has_its_words_on_the_page(official_calendar):
    member = MemberFactory(roles=["head"])
    for kind in CLOCKS:
        lasting = {"due_on": date(2029, 3, 2)} if kind in KEEPING else {}
        about = {"actor": CLOCK, "department_id": member.department_id, **lasting}
        open_obligation(kind, member.department, **about)
    page = text(signed_in(member).get("/"))
    assert [kind for kind in CLOCKS if kind not in KEEPING and str(DUTIES[kind]) not in page] == []
    assert str(DUTIES["C7"]) not in page

"""Zombie cases in the portal: what to answer by when, and what is refused beside its field."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditEvent, ZombieCase
from tests.factories.accounts import DepartmentFactory, MemberFactory, SystemFactory
from tests.factories.cases import VerdictFactory, case_in
from tests.portal import browser_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def monday(official_calendar, time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), tick=False)


def visitor(role, department=None):
    """A client of a new person who is signed in."""
    member = MemberFactory(roles=[role], **({"department": department} if department else {}))
    return browser_of(member)


def text(answer):
    return answer.content.decode()


def test_a_stranger_signs_in_first(client):
    assert client.get("/cases")["Location"] == "/sign-in?next=/cases"


def test_the_department_sees_its_cases_with_the_evidence_and_the_last_day():
    case = case_in("notified", answer_by=date(2026, 3, 6))
    other = case_in("notified")
    page = text(visitor("department_admin", case.department).get("/cases"))
    assert case.system.name in page
    assert "近12个月月均登录2次，低于每月10次。" in page
    assert "2026-03-06" in page
    assert "剩 4 个工作日" in page
    assert other.system.name not in page


def test_what_is_late_comes_first_and_is_counted():
    soon = case_in("notified", answer_by=TODAY + timedelta(1))
    late = case_in("notified", answer_by=date(2026, 2, 28), is_escalated=True)
    page = text(visitor("authority").get("/cases"))
    assert page.index(late.system.name) < page.index(soon.system.name)
    assert "1 件已逾期。" in page
    assert "逾期 1 个工作日" in page


def test_closed_cases_are_on_their_own_page():
    done, running = case_in("completed"), case_in("suspected")
    client = visitor("auditor")
    assert done.system.name not in text(client.get("/cases"))
    page = text(client.get("/cases?show=closed"))
    assert done.system.name in page
    assert running.system.name not in page


def test_the_list_goes_on_over_pages():
    for _ in range(51):
        case_in("suspected")
    client = visitor("authority")
    assert text(client.get("/cases")).count('href="/cases/') == 50
    assert text(client.get("/cases?page=2")).count('href="/cases/') == 1


def test_who_has_no_part_in_it_sees_nothing():
    case = case_in("notified")
    assert visitor("operator").get("/cases").status_code == 403
    stranger = visitor("department_admin", DepartmentFactory())
    assert stranger.get(f"/cases/{case.pk}").status_code == 404
    answer = stranger.post(f"/cases/{case.pk}/answer", {"answer": "retire"})
    assert answer.status_code == 404
    case.refresh_from_db()
    assert case.state == "notified"


def test_the_department_answers_on_the_page():
    case = case_in("notified")
    client = visitor("department_admin", case.department)
    page = text(client.get(f"/cases/{case.pk}"))
    assert f'action="/cases/{case.pk}/answer"' in page
    assert f'action="/cases/{case.pk}/decide"' not in page
    answer = client.post(
        f"/cases/{case.pk}/answer",
        {"answer": "rectify", "reason": "恢复补丁", "promised_on": "2026-06-30"},
    )
    assert answer["Location"] == f"/cases/{case.pk}"
    case.refresh_from_db()
    assert (case.answer, case.promised_on) == ("rectify", date(2026, 6, 30))
    assert AuditEvent.objects.get(verb="case.answered").actor_kind == "person"
    page = text(client.get(f"/cases/{case.pk}"))
    assert "答复已提交。" in page
    assert f'action="/cases/{case.pk}/answer"' not in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"answer": "keep"}, "所选答复须填写此项。"),
        ({"answer": "rectify", "promised_on": "2026-03-02"}, "请选择今天之后的日期。"),
        ({"answer": "keep", "reason": "在用", "promised_on": "2026-06-30"}, "所选答复不填此项。"),
        ({"answer": "rectify", "promised_on": "tomorrow"}, "answer_promised_on_error"),
        ({}, "answer_answer_error"),
    ],
)
def test_a_refused_answer_is_explained_beside_its_field(form, said):
    case = case_in("notified")
    answer = visitor("head", case.department).post(f"/cases/{case.pk}/answer", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert "<details open>" in text(answer)
    case.refresh_from_db()
    assert (case.state, case.answer) == ("notified", "")


def test_the_merge_list_offers_the_departments_systems_and_the_replacement():
    case = case_in("notified")
    own = SystemFactory(department=case.department)
    still = SystemFactory(department=case.department, state="suspended")
    found, foreign = SystemFactory(), SystemFactory()
    VerdictFactory(system=case.system, replacement=found)
    client = visitor("department_admin", case.department)
    page = text(client.get(f"/cases/{case.pk}"))
    assert str(own.pk) in page
    assert str(found.pk) in page
    assert str(still.pk) not in page
    assert str(foreign.pk) not in page
    form = {"answer": "merge", "merge_into": str(foreign.pk)}
    assert client.post(f"/cases/{case.pk}/answer", form).status_code == 422
    form["merge_into"] = str(found.pk)
    assert client.post(f"/cases/{case.pk}/answer", form).status_code == 302
    case.refresh_from_db()
    assert case.merge_into_id == found.pk


def test_the_authority_notifies_and_decides():
    case = case_in("suspected")
    client = visitor("authority")
    assert client.post(f"/cases/{case.pk}/notify", {"workdays": "10"}).status_code == 302
    case.refresh_from_db()
    assert case.answer_by == date(2026, 3, 16)
    admin = visitor("department_admin", case.department)
    admin.post(f"/cases/{case.pk}/answer", {"answer": "retire"})
    form = {"decision": "retire", "reason": "同意停用", "due_on": "2026-06-30"}
    assert client.post(f"/cases/{case.pk}/decide", form).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.decision, case.due_on) == ("decided", "retire", date(2026, 6, 30))
    page = text(admin.get(f"/cases/{case.pk}"))
    assert "同意停用" in page
    assert f'action="/cases/{case.pk}/complete"' in page


def test_a_decision_is_offered_once_the_term_has_run_out():
    running = case_in("notified", answer_by=TODAY)
    late = case_in("notified", answer_by=TODAY - timedelta(3))
    client = visitor("authority")
    assert "/decide" not in text(client.get(f"/cases/{running.pk}"))
    assert "/decide" in text(client.get(f"/cases/{late.pk}"))
    form = {"decision": "retire", "reason": "逾期未答复", "due_on": "2026-06-30"}
    assert client.post(f"/cases/{running.pk}/decide", form).status_code == 409
    running.refresh_from_db()
    assert running.state == "notified"


def test_a_step_that_came_too_late_is_refused_on_the_page():
    case = case_in("answered")
    client = visitor("authority")
    form = {"decision": "retire", "reason": "同意", "due_on": "2026-06-30"}
    client.post(f"/cases/{case.pk}/decide", form)
    answer = client.post(f"/cases/{case.pk}/decide", form | {"decision": "keep"})
    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    assert ZombieCase.objects.get().decision == "retire"
    assert AuditEvent.objects.filter(verb="case.decided").count() == 1


def test_a_steward_reads_but_is_offered_nothing():
    case = case_in("notified")
    client = visitor("steward", case.department)
    assert 'method="post"' not in text(client.get(f"/cases/{case.pk}")).split("<main")[1]
    answer = client.post(f"/cases/{case.pk}/answer", {"answer": "retire"})
    assert answer.status_code == 403
    case.refresh_from_db()
    assert case.state == "notified"


def test_there_is_no_other_step():
    case = case_in("notified")
    client = visitor("authority")
    assert client.post(f"/cases/{case.pk}/escalate").status_code == 404
    assert client.get(f"/cases/{case.pk}/decide").status_code == 405


def test_in_english_the_sentence_is_english():
    case = case_in("suspected")
    client = visitor("authority")
    client.post("/language", {"language": "en"})
    page = text(client.get(f"/cases/{case.pk}"))
    assert "2 log-ins a month over the last 12 months, below 10." in page


def test_the_home_page_leads_to_open_cases():
    case = case_in("notified")
    page = text(visitor("department_admin", case.department).get("/"))
    assert 'href="/cases' in page.partition("<main")[2]
    assert "/cases" not in text(visitor("operator").get("/"))


def test_the_list_asks_few_questions(django_assert_max_num_queries):
    for _ in range(20):
        case_in("notified")
    client = visitor("authority")
    with django_assert_max_num_queries(14):
        client.get("/cases")

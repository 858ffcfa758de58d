"""Zombie cases, merge proposals and numbers over the API: who may, what is answered."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditEvent, InformationSystem, MergeProposal, ZombieCase
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import MergeFactory, VerdictFactory, case_in

CASES, MERGES, NUMBERS = "/api/v1/cases", "/api/v1/merges", "/api/v1/system-numbers"
TODAY = date(2026, 3, 2)
SOON = "2026-06-30"
WHY = {"reason": "业务已移交，停用"}


@pytest.fixture(autouse=True)
def monday(db, time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def admin(api, member_of, department):
    return api(member_of("department_admin", department))


@pytest.fixture
def authority(api, member_of):
    return api(member_of("authority"))


@pytest.fixture
def case(department):
    """``case("answered", ...)`` about a system of the department."""
    return lambda state="suspected", **columns: case_in(
        state,
        **({"system": SystemFactory(department=department, maintenance_cost="12.50")} | columns),
    )


def test_a_case_goes_from_suspicion_to_money_freed(authority, admin, case, official_calendar):
    row = case()
    at = f"{CASES}/{row.pk}"
    notified = authority.post(f"{at}/notify", {"workdays": 10}).json()
    assert (notified["state"], notified["answer_by"]) == ("notified", "2026-03-16")
    assert notified["findings"][1] == {
        "criterion": "Z5",
        "title": "使用范围小、频度低",
        "level": "suspected",
        "zh": "近12个月月均登录2次，低于每月10次。",
        "en": "2 log-ins a month over the last 12 months, below 10.",
        "facts": {"logins_a_month": 2},
        "missing": [],
    }
    words = {"answer": "retire", "reason": "业务已移交", "promised_on": SOON}
    assert admin.post(f"{at}/answer", words).json()["moves"] == ["dismiss", "decide"]
    words = {"decision": "retire", "reason": "同意停用", "due_on": SOON}
    assert authority.post(f"{at}/decide", words).json()["moves"] == ["complete", "reopen"]
    assert (
        admin.post(f"/api/v1/systems/{row.system_id}/retire", {"reason": "停用"}).status_code == 200
    )
    done = admin.post(f"{at}/complete", {"outcome": "已停用，数据已移交"}).json()
    assert (done["state"], done["money_freed"], done["moves"]) == ("completed", "12.50", [])
    trail = AuditEvent.objects.filter(subject_id=str(row.pk)).order_by("pk")
    assert list(trail.values_list("verb", flat=True)) == [
        "case.notified",
        "case.answered",
        "case.decided",
        "case.completed",
    ]


def test_departments_see_their_own_cases(api, member_of, admin, authority, case):
    mine, foreign = case(), case_in("suspected")
    assert [item["id"] for item in admin.get(CASES).json()["items"]] == [str(mine.pk)]
    assert len(authority.get(CASES).json()["items"]) == 2
    assert admin.get(f"{CASES}/{foreign.pk}").status_code == 404
    operator = api(member_of("operator"))
    assert operator.get(CASES).json()["items"] == []


def test_the_list_is_filtered(authority, case):
    late = case("notified", answer_by=TODAY - timedelta(1))
    other = case_in("suspected")
    VerdictFactory(system=other.system, level="clear")

    def found(query):
        return {item["id"] for item in authority.get(f"{CASES}?{query}").json()["items"]}

    late_id, other_id = str(late.pk), str(other.pk)
    assert found("state=notified") == {late_id}
    assert found(f"department={other.department_id}") == {other_id}
    assert found("level=clear") == {other_id}
    assert found("overdue=true") == {late_id}
    assert found("overdue=false") == {other_id}
    assert found(f"system={late.system_id}&overdue=true") == {late_id}


def test_a_wrong_filter_is_named(authority, assert_problem):
    body = assert_problem(authority.get(f"{CASES}?overdue=perhaps"), 422, "invalid")
    assert body["errors"][0]["pointer"] == "#/overdue"
    assert_problem(authority.get(f"{CASES}?color=red"), 400, "unknown-parameter")


def test_a_forbidden_step_names_the_possible_ones(authority, case, assert_problem):
    row = case("completed")
    words = {"decision": "keep", "reason": "同意", "due_on": SOON}
    body = assert_problem(authority.post(f"{CASES}/{row.pk}/decide", words), 409, "illegal-move")
    assert (body["state"], body["possible"]) == ("completed", [])
    row.refresh_from_db()
    assert (row.state, row.version) == ("completed", 1)


def test_before_the_term_runs_out_nobody_decides_without_an_answer(authority, case, assert_problem):
    row = case("notified", answer_by=TODAY)
    words = {"decision": "retire", "reason": "未答复", "due_on": SOON}
    body = assert_problem(
        authority.post(f"{CASES}/{row.pk}/decide", words), 409, "answer-term-running"
    )
    assert body["answer_by"] == "2026-03-02"


def test_the_answerer_does_not_decide(api, member_of, department, case, assert_problem):
    both = api(member_of("department_admin", department, "authority"))
    row = case("notified")
    both.post(f"{CASES}/{row.pk}/answer", {"answer": "retire"})
    words = {"decision": "retire", "reason": "同意", "due_on": SOON}
    assert_problem(both.post(f"{CASES}/{row.pk}/decide", words), 403, "same-person")
    row.refresh_from_db()
    assert (row.state, row.decision) == ("answered", "")


@pytest.mark.parametrize(
    ("role", "state", "verb", "body"),
    [
        ("department_admin", "suspected", "notify", {}),
        ("head", "answered", "decide", {"decision": "keep", "reason": "x", "due_on": SOON}),
        ("head", "suspected", "dismiss", {"reason": "x"}),
        ("department_admin", "decided", "reopen", {"reason": "x"}),
        ("steward", "notified", "answer", {"answer": "retire"}),
        ("steward", "decided", "complete", {"outcome": "x"}),
    ],
)
def test_who_may_not(api, member_of, department, case, assert_problem, role, state, verb, body):
    row = case(state)
    client = api(member_of(role, department))
    assert_problem(client.post(f"{CASES}/{row.pk}/{verb}", body), 403, "forbidden")
    row.refresh_from_db()
    assert (row.state, row.version) == (state, 1)


@pytest.mark.parametrize("role", ["authority", "auditor", "business_operator"])
def test_platform_roles_do_not_answer_for_a_department(api, member_of, case, assert_problem, role):
    row = case("notified")
    client = api(member_of(role))
    assert_problem(client.post(f"{CASES}/{row.pk}/answer", {"answer": "retire"}), 403, "forbidden")


def test_a_merge_names_a_system_that_the_department_can_see(admin, case, assert_problem):
    row, foreign = case("notified"), SystemFactory()
    at = f"{CASES}/{row.pk}/answer"
    words = {"answer": "merge", "merge_into": str(foreign.pk)}
    body = assert_problem(admin.post(at, words), 422, "invalid")
    assert body["errors"][0] == {
        "pointer": "#/merge_into",
        "code": "not-found",
        "detail": "there is no such system",
    }
    VerdictFactory(system=row.system, replacement=foreign)
    assert admin.post(at, words).json()["merge_into"] == str(foreign.pk)


def test_a_system_that_still_runs_is_no_completed_retirement(admin, case, assert_problem):
    row = case("decided")
    answer = admin.post(f"{CASES}/{row.pk}/complete", {"outcome": "已停用"})
    assert_problem(answer, 409, "system-not-retired")
    assert ZombieCase.objects.get().money_freed is None


def test_the_list_asks_few_questions(authority, case, django_assert_max_num_queries):
    for _ in range(12):
        VerdictFactory(system=case().system)
    with django_assert_max_num_queries(8):
        assert len(authority.get(CASES).json()["items"]) == 12


# Merges.


def test_a_merge_is_proposed_accepted_and_completed(authority, admin, department):
    main = SystemFactory(department=department, user_count=900)
    small = SystemFactory(department=department, owner_level="office", maintenance_cost="3.50")
    answer = admin.post(f"{MERGES}/propose", {"department": str(department.pk)})
    assert answer.status_code == 201
    (made,) = answer.json()["items"]
    assert (made["target"], made["reasons"]["freed_per_year"]) == (str(main.pk), "3.50")
    at = f"{MERGES}/{made['id']}"
    assert authority.post(f"{at}/accept", {"finish_by": SOON}).json()["state"] == "accepted"
    assert InformationSystem.objects.get(pk=small.pk).state == "being_merged"
    admin.post(f"/api/v1/systems/{small.pk}/retire", {"reason": "并入"})
    done = admin.post(f"{at}/complete", {}).json()
    assert (done["state"], done["money_freed"]) == ("completed", "3.50")


def test_an_admin_proposes_for_its_department_only(admin, assert_problem):
    for body in ({}, {"department": str(DepartmentFactory().pk)}):
        assert_problem(admin.post(f"{MERGES}/propose", body), 403, "forbidden")
    assert not MergeProposal.objects.exists()


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("accept", {"finish_by": SOON}),
        ("reject", {"reason": "x"}),
        ("abandon", {"reason": "x"}),
    ],
)
def test_a_department_decides_no_merge(admin, department, assert_problem, verb, body):
    target = SystemFactory(department=department)
    row = MergeFactory(target=target, state="accepted" if verb == "abandon" else "proposed")
    assert_problem(admin.post(f"{MERGES}/{row.pk}/{verb}", body), 403, "forbidden")
    row.refresh_from_db()
    assert row.version == 1


def test_a_rejected_merge_is_not_accepted(authority, assert_problem):
    row = MergeFactory()
    assert authority.post(f"{MERGES}/{row.pk}/reject", {"reason": "业务不同"}).status_code == 200
    answer = authority.post(f"{MERGES}/{row.pk}/accept", {"finish_by": SOON})
    assert_problem(answer, 409, "illegal-move")


def test_proposals_are_filtered_by_every_department_they_concern(authority, department):
    mine = MergeFactory(systems=[SystemFactory(department=department)])
    MergeFactory()
    items = authority.get(f"{MERGES}?department={department.pk}&state=proposed").json()["items"]
    assert [item["id"] for item in items] == [str(mine.pk)]


# Numbers.


def test_the_authority_sees_all_numbers_and_a_department_its_own(authority, admin, department):
    SystemFactory(department=department, maintenance_cost="12.50")
    SystemFactory()
    everything = authority.get(NUMBERS).json()
    assert (everything["year"], everything["as_of"]) == (2026, "2026-03-02")
    assert everything["total"]["systems"]["registered"] == 2
    own = admin.get(NUMBERS).json()
    assert [row["department"] for row in own["departments"]] == [str(department.pk)]
    assert own["total"]["systems"]["registered"] == 1
    assert own["total"]["money"]["maintenance"] == "12.50"


def test_numbers_of_one_department_and_another_year(authority, department):
    SystemFactory(department=department, started_on=date(2024, 5, 1))
    SystemFactory(started_on=date(2024, 5, 1))
    found = authority.get(f"{NUMBERS}?department={department.pk}&year=2024").json()
    assert (found["year"], found["total"]["systems"]["started"]) == (2024, 1)


def test_who_sees_no_numbers(api, member_of, admin, assert_problem):
    assert_problem(api(member_of("operator")).get(NUMBERS), 403, "forbidden")
    assert_problem(api().get(NUMBERS), 401, "unauthenticated")
    foreign = DepartmentFactory()
    assert_problem(admin.get(f"{NUMBERS}?department={foreign.pk}"), 404, "not-found")


@pytest.mark.parametrize("year", ["", "26", "1900", "２０２６", "next"])
def test_a_year_is_four_digits(authority, assert_problem, year):
    assert_problem(authority.get(f"{NUMBERS}?year={year}"), 422, "invalid")

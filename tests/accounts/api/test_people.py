"""Departments and members over the API."""

import pytest

from accounts.models import AuditEvent, Department, Member, User
from tests.factories.accounts import (
    DepartmentFactory,
    MemberFactory,
    SystemFactory,
    UserFactory,
    credit_code,
)

DEPARTMENTS, MEMBERS = "/api/v1/departments", "/api/v1/members"
NEW = {"name": "示例省民政厅", "credit_code": "11990000MB9002969X", "division_code": "990000"}
PASSWORD = "seven small blue lanterns"


def test_the_operator_registers_a_department(api, member_of):
    answer = api(member_of("operator")).post(DEPARTMENTS, NEW)
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    body = answer.json()
    assert (body["name"], body["kind"], body["is_active"]) == ("示例省民政厅", "C", True)
    event = AuditEvent.objects.get(verb="department.registered")
    assert event.subject_id == body["id"]
    assert event.request_id == answer["X-Request-Id"]


@pytest.mark.parametrize("role", ["authority", "department_admin", "auditor", "steward"])
def test_nobody_else_registers_departments(api, member_of, assert_problem, role):
    count = Department.objects.count() + 1
    assert_problem(api(member_of(role)).post(DEPARTMENTS, NEW), 403, "forbidden")
    assert Department.objects.count() == count


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"credit_code": "11990000MB90029690"}, "#/credit_code"),
        ({"credit_code": "11990000MB9002969I"}, "#/credit_code"),
        ({"credit_code": "123"}, "#/credit_code"),
        ({"division_code": "99"}, "#/division_code"),
        ({"division_code": "99000a"}, "#/division_code"),
        ({"name": ""}, "#/name"),
        ({"kind": "Q"}, "#/kind"),
        ({"parent": "01930000-0000-7000-8000-000000000001"}, "#/parent"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_a_wrong_value_is_named(api, member_of, assert_problem, change, pointer):
    body = assert_problem(
        api(member_of("operator")).post(DEPARTMENTS, NEW | change), 422, "invalid"
    )
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert not Department.objects.filter(name="示例省民政厅").exists()


def test_two_departments_have_different_codes(api, member_of, assert_problem):
    client = api(member_of("operator"))
    client.post(DEPARTMENTS, NEW)
    answer = client.post(DEPARTMENTS, NEW | {"name": "另一个厅"})
    assert_problem(answer, 409, "department-taken")


def test_a_change_names_the_version_it_changes(api, member_of, assert_problem):
    client, row = api(member_of("operator")), DepartmentFactory()
    address = f"{DEPARTMENTS}/{row.pk}"
    change = {"name": "改名局", "credit_code": row.credit_code, "division_code": "990000"}
    assert_problem(client.patch(address, change), 428, "precondition-required")
    answer = client.patch(address, change, HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert_problem(client.patch(address, change, HTTP_IF_MATCH='"1"'), 412, "stale")
    assert Department.objects.get(pk=row.pk).version == 2


def test_a_change_may_name_only_what_changes(api, member_of):
    client, row = api(member_of("operator")), DepartmentFactory()
    answer = client.patch(f"{DEPARTMENTS}/{row.pk}", {"short_name": "局"}, HTTP_IF_MATCH='"1"')
    assert answer.status_code == 200
    assert answer.json()["short_name"] == "局"
    assert answer.json()["name"] == row.name


def test_a_department_cannot_lie_below_itself(api, member_of, assert_problem):
    top = DepartmentFactory()
    below = DepartmentFactory(parent=DepartmentFactory(parent=top))
    answer = api(member_of("operator")).patch(
        f"{DEPARTMENTS}/{top.pk}", {"parent": str(below.pk)}, HTTP_IF_MATCH='"1"'
    )
    assert_problem(answer, 422, "invalid")
    assert Department.objects.get(pk=top.pk).parent_id is None


def test_a_department_in_use_is_not_closed(api, member_of, assert_problem):
    client, row = api(member_of("operator")), DepartmentFactory()
    system = SystemFactory(department=row)
    address = f"{DEPARTMENTS}/{row.pk}/close"
    assert_problem(client.post(address), 409, "department-in-use")
    system.change(state="suspended")
    child = DepartmentFactory(parent=row)
    assert_problem(client.post(address), 409, "department-in-use")
    child.change(is_active=False)
    assert client.post(address).json()["is_active"] is False
    assert_problem(client.post(address), 409, "department-closed")


def test_the_department_admin_adds_a_steward(api, member_of, department):
    admin = member_of("department_admin", department)
    body = {
        "department": str(department.pk),
        "username": "li.ming",
        "name": "李明",
        "password": PASSWORD,
        "roles": ["steward"],
    }
    answer = api(admin).post(MEMBERS, body)
    assert answer.status_code == 201
    assert answer.json()["roles"] == ["steward"]
    user = User.objects.get(username="li.ming")
    assert user.check_password(PASSWORD)
    event = AuditEvent.objects.get(verb="member.added")
    assert PASSWORD not in str(event.detail)


@pytest.mark.parametrize("password", ["short", "123456789012345", "li.ming.2026", "password1234"])
def test_weak_passwords_are_refused(api, member_of, department, assert_problem, password):
    admin = member_of("department_admin", department)
    body = {"department": str(department.pk), "username": "li.ming", "name": "李明"}
    found = assert_problem(api(admin).post(MEMBERS, body | {"password": password}), 422, "invalid")
    assert {error["pointer"] for error in found["errors"]} == {"#/password"}
    assert not User.objects.filter(username="li.ming").exists()


@pytest.mark.parametrize("role", ["operator", "authority", "auditor", "security_admin"])
def test_a_department_admin_grants_no_platform_role(
    api, member_of, department, assert_problem, role
):
    admin, member = member_of("department_admin", department), member_of("steward", department)
    answer = api(admin).post(f"{MEMBERS}/{member.pk}/grant-role", {"role": role})
    assert_problem(answer, 422, "role-not-grantable")
    member.refresh_from_db()
    assert member.roles == ["steward"]


def test_nobody_grants_themselves_a_role(api, member_of, assert_problem):
    operator = member_of("operator")
    answer = api(operator).post(f"{MEMBERS}/{operator.pk}/grant-role", {"role": "authority"})
    assert_problem(answer, 403, "same-person")


def test_another_departments_admin_does_not_even_see_the_member(api, member_of, assert_problem):
    member = member_of("steward")
    answer = api(member_of("department_admin")).post(
        f"{MEMBERS}/{member.pk}/grant-role", {"role": "head"}
    )
    assert_problem(answer, 404, "not-found")


def test_the_three_administrators_are_three_people_across_departments(
    api, member_of, assert_problem
):
    operator, auditor = member_of("operator"), member_of("auditor")
    elsewhere = MemberFactory(user=auditor.user, roles=["steward"])
    client = api(operator)
    for row in (auditor, elsewhere):
        answer = client.post(f"{MEMBERS}/{row.pk}/grant-role", {"role": "security_admin"})
        assert_problem(answer, 409, "administrators-apart")
    body = {
        "department": str(DepartmentFactory().pk),
        "username": auditor.user.username,
        "roles": ["operator"],
    }
    assert_problem(client.post(MEMBERS, body), 409, "administrators-apart")
    assert Member.objects.filter(user=auditor.user).count() == 2


def test_a_role_is_granted_and_revoked(api, member_of):
    client, member = api(member_of("operator")), member_of("steward")
    answer = client.post(f"{MEMBERS}/{member.pk}/grant-role", {"role": "head"})
    assert answer.json()["roles"] == ["head", "steward"]
    answer = client.post(f"{MEMBERS}/{member.pk}/revoke-role", {"role": "steward"})
    assert answer.json()["roles"] == ["head"]
    verbs = AuditEvent.objects.filter(verb__startswith="role.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["role.granted", "role.revoked"]


def test_a_deactivated_members_token_opens_nothing(api, member_of, assert_problem):
    member = member_of("steward")
    client = api(member)
    assert client.get("/api/v1/me").status_code == 200
    api(member_of("operator")).post(f"{MEMBERS}/{member.pk}/deactivate")
    assert_problem(client.get("/api/v1/me"), 401, "unauthenticated")


def test_a_taken_user_name_is_refused_without_touching_the_other_person(
    api, member_of, department, assert_problem
):
    known = UserFactory(username="li.ming")
    body = {
        "department": str(department.pk),
        "username": "li.ming",
        "name": "别人",
        "password": PASSWORD,
    }
    answer = api(member_of("department_admin", department)).post(MEMBERS, body)
    assert_problem(answer, 409, "username-taken")
    known.refresh_from_db()
    assert not known.check_password(PASSWORD)


def test_a_steward_sees_only_themselves(api, member_of, department):
    steward = member_of("steward", department)
    member_of("head", department)
    items = api(steward).get(MEMBERS).json()["items"]
    assert [item["id"] for item in items] == [str(steward.pk)]


def test_departments_are_paged_and_filtered(api, member_of):
    member = member_of("steward")
    DepartmentFactory(credit_code=credit_code(9_000_001), division_code="990100")
    first = api(member).get(f"{DEPARTMENTS}?limit=1").json()
    assert (len(first["items"]), first["has_more"]) == (1, True)
    second = api(member).get(f"{DEPARTMENTS}?limit=1&cursor={first['next_cursor']}").json()
    assert (len(second["items"]), second["has_more"]) == (1, False)
    found = api(member).get(f"{DEPARTMENTS}?division_code=990100").json()["items"]
    assert [row["credit_code"] for row in found] == [credit_code(9_000_001)]

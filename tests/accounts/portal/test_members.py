"""People and their roles in the portal."""

import pytest

from accounts.models import AuditEvent, Member
from tests.factories.accounts import MemberFactory, UserFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def new_person(department, **more):
    return {
        "department": str(department.pk),
        "username": "wang.fang",
        "name": "王芳",
        "password": PASSWORD,
        "roles": ["steward"],
        **more,
    }


def test_the_administrator_sees_the_own_people_and_adds_one(admin, department):
    other = MemberFactory()
    assert other.user.name not in text(admin.get("/members"))
    answer = admin.post("/members/add", new_person(department))
    member = Member.objects.get(user__username="wang.fang")
    assert answer["Location"] == f"/members/{member.pk}"
    assert member.roles == ["steward"]
    assert "王芳" in text(admin.get("/members?role=steward"))
    assert "王芳" not in text(admin.get("/members?role=head"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "12345678"}, "至少12位，不能全是数字"),
        ({"name": ""}, "新人员须填写姓名和初始密码"),
        ({"username": "王芳"}, "只能使用字母、数字"),
        ({"roles": ["operator"]}, "member_roles"),
    ],
)
def test_a_refused_person_is_explained_and_nobody_is_added(admin, department, change, said):
    answer = admin.post("/members/add", new_person(department, **change))
    assert answer.status_code == 422
    assert said in text(answer)
    assert PASSWORD not in text(answer)
    assert not Member.objects.filter(user__username="wang.fang").exists()


def test_a_user_name_that_is_taken_is_said(admin, department):
    UserFactory(username="wang.fang")
    answer = admin.post("/members/add", new_person(department))
    assert answer.status_code == 409
    assert Member.objects.filter(user__username="wang.fang").count() == 0


def test_roles_are_given_and_taken_away(admin, department):
    member = member_with(("steward",), department)
    base = f"/members/{member.pk}"
    assert admin.post(f"{base}/steps/grant-role", {"role": "head"}).status_code == 302
    member.refresh_from_db()
    assert member.roles == ["head", "steward"]
    assert admin.post(f"{base}/steps/revoke-role", {"role": "steward"}).status_code == 302
    member.refresh_from_db()
    assert member.roles == ["head"]
    assert AuditEvent.objects.filter(verb__startswith="role.").count() == 2


def test_no_platform_role_is_given_by_a_department(admin, department):
    member = member_with(("steward",), department)
    page = text(admin.get(f"/members/{member.pk}"))
    assert 'value="authority"' not in page
    answer = admin.post(f"/members/{member.pk}/steps/grant-role", {"role": "authority"})
    assert answer.status_code == 422
    member.refresh_from_db()
    assert member.roles == ["steward"]


def test_nobody_gives_a_role_to_oneself(department):
    member = member_with(("department_admin",), department)
    client = browser_of(member)
    assert "steps/grant-role" not in text(client.get(f"/members/{member.pk}"))
    answer = client.post(f"/members/{member.pk}/steps/grant-role", {"role": "steward"})
    assert answer.status_code == 403
    member.refresh_from_db()
    assert member.roles == ["department_admin"]


def test_a_membership_ends_and_its_page_stays(admin, department):
    member = member_with(("steward",), department)
    assert admin.post(f"/members/{member.pk}/steps/deactivate").status_code == 302
    member.refresh_from_db()
    assert not member.is_active
    page = text(admin.get(f"/members/{member.pk}"))
    assert "任职已终止" in page
    assert "steps/" not in page


def test_another_departments_people_are_not_there(admin):
    member = MemberFactory()
    assert admin.get(f"/members/{member.pk}").status_code == 404
    assert admin.post(f"/members/{member.pk}/steps/deactivate").status_code == 404
    member.refresh_from_db()
    assert member.is_active


def test_the_operator_adds_people_everywhere(visitor, department):
    operator = visitor("operator")
    known = MemberFactory().user
    form = {"department": str(department.pk), "username": known.username, "roles": ["auditor"]}
    assert operator.post("/members/add", form).status_code == 302
    assert Member.objects.get(department=department, user=known).roles == ["auditor"]
    assert department.name in text(operator.get("/members"))


def test_who_has_no_part_in_it_sees_nobody(visitor, department):
    steward = visitor("steward", department)
    assert steward.get("/members").status_code == 403
    assert steward.get("/members/add").status_code == 403

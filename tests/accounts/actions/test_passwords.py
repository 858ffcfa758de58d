"""A person changes the own password: knowing the old one, for a strong one; sign-ins end."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.actions.passwords import change_password, reset_password
from accounts.errors import SamePerson
from accounts.models import AuditEvent, SessionToken, User
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory
from tests.people import actor_for

pytestmark = pytest.mark.django_db
NEW = "staple battery horse correct"


@pytest.fixture
def member():
    return MemberFactory()


def test_the_new_password_holds_and_other_sign_ins_end(member):
    token = SessionTokenFactory(user=member.user)
    change_password(member.user, actor=actor_for(member), password=PASSWORD, new_password=NEW)
    assert User.objects.get().check_password(NEW)
    token.refresh_from_db()
    assert token.revoked_at is not None
    trace = AuditEvent.objects.get(verb="password.changed")
    assert trace.detail == {"sign_ins_ended": 1}


@pytest.mark.parametrize(
    ("old", "new", "pointer", "code"),
    [
        ("not it at all", NEW, "#/password", "wrong-password"),
        (PASSWORD, "short", "#/new_password", "weak-password"),
        (PASSWORD, "123456789012345", "#/new_password", "weak-password"),
    ],
)
def test_a_refused_change_changes_nothing(member, old, new, pointer, code):
    with pytest.raises(Invalid) as refused:
        change_password(member.user, actor=actor_for(member), password=old, new_password=new)
    error = refused.value.facts["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert User.objects.get().check_password(PASSWORD)
    assert not AuditEvent.objects.exists()


def test_nobody_changes_anothers(member):
    other = actor_for(MemberFactory())
    with pytest.raises(Forbidden):
        change_password(member.user, actor=other, password=PASSWORD, new_password=NEW)
    assert User.objects.get(pk=member.user_id).check_password(PASSWORD)


def test_the_api_changes_it_too(member, api, assert_problem):
    form = {"password": PASSWORD, "new_password": NEW}
    client = api(member)
    assert client.post("/api/v1/me/password", form, format="json").status_code == 204
    assert_problem(client.get("/api/v1/me"), 401, "unauthenticated")
    assert User.objects.get().check_password(NEW)


def change(member, old, new):
    return change_password(member.user, actor=actor_for(member), password=old, new_password=new)


def test_the_last_five_passwords_are_not_taken_again_and_the_sixth_is(member, settings):
    settings.PASSWORD_HISTORY = 5
    words = [PASSWORD, *(f"staple battery horse {number}" for number in range(6))]
    for old, new in pairwise(words[:5]):
        change(member, old, new)
    for known in words[:5]:
        with pytest.raises(Invalid) as refused:
            change(member, words[4], known)
        assert refused.value.facts["errors"][0]["code"] == "weak-password"
    change(member, words[4], words[5])
    change(member, words[5], PASSWORD)
    assert User.objects.get().check_password(PASSWORD)


def test_a_forgotten_password_is_set_by_the_department_and_opens_only_the_way_to_ones_own(
    member, actor_of, api, assert_problem
):
    token = SessionTokenFactory(user=member.user)
    admin = actor_of("department_admin", member.department)
    reset_password(member, actor=admin, password=NEW)
    token.refresh_from_db()
    assert token.revoked_at is not None
    client = api()
    form = {"username": member.user.username, "password": NEW}
    secret = client.post("/api/v1/sign-in", form).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert_problem(client.get("/api/v1/departments"), 403, "password-change-needed")
    assert client.get("/api/v1/me").status_code == 200
    own = "another battery horse correct"
    form = {"password": NEW, "new_password": own}
    assert client.post("/api/v1/me/password", form).status_code == 204
    assert not User.objects.get(pk=member.user_id).must_change_password


def test_an_administrator_of_a_department_takes_over_nobody_of_the_platform(actor_of, department):
    auditor = MemberFactory(department=department, roles=["auditor"])
    elsewhere = MemberFactory(department=department, roles=["steward"])
    MemberFactory(user=elsewhere.user, roles=["head"])
    for member in (auditor, elsewhere):
        with pytest.raises(Forbidden):
            reset_password(member, actor=actor_of("department_admin", department), password=NEW)
        assert User.objects.get(pk=member.user_id).check_password(PASSWORD)


def test_nobody_resets_the_own_password_or_one_of_another_department(member, actor_of):
    own = MemberFactory(department=member.department, roles=["department_admin"])
    with pytest.raises(SamePerson):
        reset_password(own, actor=actor_for(own), password=NEW)
    with pytest.raises(Forbidden):
        reset_password(member, actor=actor_of("department_admin"), password=NEW)
    assert not User.objects.filter(must_change_password=True).exists()


def test_a_password_that_an_administrator_chose_for_a_new_person_has_to_be_changed(
    api, member_of, assert_problem
):
    admin = member_of("department_admin")
    form = {
        "department": str(admin.department_id),
        "username": "new.person",
        "name": "新人",
        "password": NEW,
        "roles": ["steward"],
    }
    assert api(admin).post("/api/v1/members", form).status_code == 201
    client = api()
    secret = client.post("/api/v1/sign-in", {"username": "new.person", "password": NEW}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret['token']}")
    assert_problem(client.get("/api/v1/resources"), 403, "password-change-needed")


def test_passwords_age_only_where_the_platform_says_so(member, api, assert_problem, settings):
    User.objects.update(password_set_at=timezone.now() - timedelta(days=400))
    assert api(member).get("/api/v1/departments").status_code == 200
    settings.PASSWORD_MAX_DAYS = 90
    assert_problem(api(member).get("/api/v1/departments"), 403, "password-change-needed")
    assert SessionToken.objects.filter(revoked_at=None).exists()

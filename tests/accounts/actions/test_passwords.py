"""A person changes the own password: knowing the old one, for a strong one; sign-ins end."""

import pytest

from accounts.actions.passwords import change_password
from accounts.models import AuditEvent, User
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
    trace = AuditEvent.objects.get()
    assert (trace.verb, trace.detail) == ("password.changed", {"sign_ins_ended": 1})


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

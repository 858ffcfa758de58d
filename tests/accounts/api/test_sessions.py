"""Signing in over the API, and what each kind of token opens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEvent, Credential, SessionToken
from tests.factories.accounts import (
    PASSWORD,
    CredentialFactory,
    DepartmentFactory,
    MemberFactory,
    SessionTokenFactory,
    SystemFactory,
)
from tests.portal import sign_in

pytestmark = pytest.mark.django_db
SIGN_IN, ME = "/api/v1/sign-in", "/api/v1/me"


def bearer(secret, **headers):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}", **headers)
    return client


def test_a_person_signs_in_and_gets_a_token_that_opens_the_api(api, member_of):
    member = member_of("steward")
    answer = api().post(SIGN_IN, {"username": member.user.username, "password": PASSWORD})
    assert answer.status_code == 200
    body = answer.json()
    assert body["token"].startswith("sqs_")
    assert body["name"] == member.user.name
    assert body["departments"] == [
        {
            "department": str(member.department_id),
            "name": member.department.name,
            "roles": ["steward"],
        }
    ]
    me = bearer(body["token"]).get(ME).json()
    assert me["id"] == str(member.user_id)
    assert me["department"] == str(member.department_id)
    assert me["roles"] == ["steward"]
    assert "resource.draft" in me["permissions"]
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["session.opened"]


def test_the_token_is_stored_only_as_a_hash(api, member_of):
    member = member_of("steward")
    body = api().post(SIGN_IN, {"username": member.user.username, "password": PASSWORD}).json()
    row = SessionToken.objects.get()
    assert body["token"] not in (row.digest, str(row.pk))
    assert len(row.digest) == 64


@pytest.mark.parametrize("username", ["known", "nobody-of-this-name"])
def test_a_wrong_name_and_a_wrong_password_look_alike(api, assert_problem, username):
    MemberFactory(user__username="known")
    body = assert_problem(
        api().post(SIGN_IN, {"username": username, "password": "wrong"}), 403, "sign-in-refused"
    )
    assert body["title"] == "The name or the password is not right"
    assert not SessionToken.objects.exists()


def test_a_refused_sign_in_leaves_its_trace(api):
    member = MemberFactory()
    api().post(SIGN_IN, {"username": member.user.username, "password": "wrong"})
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_id) == ("session.refused", str(member.user_id))
    assert "wrong" not in str(event.detail)


def test_five_failures_lock_the_name_even_for_the_right_password(api, assert_problem, settings):
    settings.AXES_ENABLED = True
    member = MemberFactory()
    for _ in range(4):
        answer = api().post(SIGN_IN, {"username": member.user.username, "password": "wrong"})
        assert_problem(answer, 403, "sign-in-refused")
    for password in ("wrong", PASSWORD):
        answer = api().post(SIGN_IN, {"username": member.user.username, "password": password})
        body = assert_problem(answer, 429, "locked-out")
        assert body["retry_after"] == 1800
        assert answer["Retry-After"] == "1800"
    assert not SessionToken.objects.exists()


def test_a_member_of_no_department_cannot_sign_in(api, assert_problem):
    member = MemberFactory(is_active=False)
    answer = api().post(SIGN_IN, {"username": member.user.username, "password": PASSWORD})
    assert_problem(answer, 403, "sign-in-refused")


def test_signing_out_kills_the_token_at_once(api, member_of, assert_problem):
    client = api(member_of("steward"))
    assert client.post("/api/v1/sign-out").status_code == 204
    body = assert_problem(client.get(ME), 401, "unauthenticated")
    assert "revoked" in body["detail"]


def test_without_a_token_the_answer_asks_for_one(api, assert_problem):
    answer = api().get(ME)
    assert_problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        ("sqs_made-up", "the session token is unknown"),
        ("sqk_0123456789_made-up", "the credential is unknown"),
        ("sqk_", "the credential is unknown"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.x", "the bearer token is unknown"),
        ("", "the bearer token is unknown"),
        ("sqk_\x7f" + "a" * 5000, "the credential is unknown"),
    ],
)
def test_unknown_tokens_are_refused(api, assert_problem, db, token, detail):
    assert assert_problem(bearer(token).get(ME), 401, "unauthenticated")["detail"] == detail


def test_an_expired_session_token_says_so(assert_problem):
    row = SessionTokenFactory(
        user=MemberFactory().user, expires_at=timezone.now() - timedelta(seconds=1)
    )
    body = assert_problem(bearer(row.secret).get(ME), 401, "unauthenticated")
    assert body["detail"].startswith("the session token expired at ")


@pytest.mark.parametrize("field", ["is_active", "user__is_active", "department__is_active"])
def test_a_closed_person_membership_or_department_opens_nothing(assert_problem, field):
    member = MemberFactory(**{field: False})
    row = SessionTokenFactory(user=member.user)
    assert_problem(bearer(row.secret).get(ME), 401, "unauthenticated")


def test_a_person_of_two_departments_must_say_for_which(assert_problem):
    first = MemberFactory(roles=["steward"])
    second = MemberFactory(user=first.user, roles=["head"])
    secret = SessionTokenFactory(user=first.user).secret
    me = bearer(secret).get(ME).json()
    assert (me["department"], me["roles"]) == (None, [])
    assert len(me["departments"]) == 2

    body = assert_problem(bearer(secret).get("/api/v1/departments"), 409, "department-unclear")
    assert {d["id"] for d in body["departments"]} == {
        str(first.department_id),
        str(second.department_id),
    }
    header = {"HTTP_X_ACTING_DEPARTMENT": str(second.department_id)}
    me = bearer(secret, **header).get(ME).json()
    assert (me["department"], me["roles"]) == (str(second.department_id), ["head"])


@pytest.mark.parametrize("named", ["another", "no-id-at-all"])
def test_nobody_acts_for_a_department_that_is_not_theirs(assert_problem, named):
    member = MemberFactory()
    other = str(DepartmentFactory().pk) if named == "another" else named
    secret = SessionTokenFactory(user=member.user).secret
    answer = bearer(secret, HTTP_X_ACTING_DEPARTMENT=other).get(ME)
    assert_problem(answer, 403, "forbidden")


def test_a_system_calls_with_its_credential():
    key = CredentialFactory()
    me = bearer(key.secret).get(ME).json()
    assert (me["kind"], me["id"]) == ("system", str(key.system_id))
    assert me["department"] == str(key.system.department_id)
    assert me["roles"] == ["system"]
    assert me["departments"] == []


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"revoked_at": timezone.now()}, "the credential was revoked at "),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "the credential expired at "),
        ({"system__state": "suspended"}, "this information system is suspended"),
        ({"system__state": "planned"}, "this information system is planned"),
        ({"system__department__is_active": False}, "the department of this system is closed"),
    ],
)
def test_a_dead_credential_says_why(assert_problem, db, change, detail):
    key = CredentialFactory(**change)
    body = assert_problem(bearer(key.secret).get(ME), 401, "unauthenticated")
    assert body["detail"].startswith(detail)


def test_a_credential_with_a_wrong_ending_is_unknown_even_when_revoked(assert_problem, db):
    key = CredentialFactory(revoked_at=timezone.now())
    body = assert_problem(bearer(key.secret + "x").get(ME), 401, "unauthenticated")
    assert body["detail"] == "the credential is unknown"


def test_the_use_of_a_credential_is_noted_once_a_minute():
    key = CredentialFactory()
    bearer(key.secret).get(ME)
    first = Credential.objects.get(pk=key.pk)
    assert first.last_used_from == "127.0.0.1"
    bearer(key.secret).get(ME)
    assert Credential.objects.get(pk=key.pk).last_used_at == first.last_used_at
    Credential.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    bearer(key.secret).get(ME)
    assert Credential.objects.get(pk=key.pk).last_used_at > first.last_used_at


def test_the_portals_session_needs_its_csrf_token_for_changes(assert_problem, member_of):
    member = member_of("department_admin")
    client = APIClient(enforce_csrf_checks=True)
    sign_in(client, member)
    assert client.get(ME).status_code == 200
    body = {"department": str(member.department_id), "name": "甲", "function": "乙"}
    assert_problem(client.post("/api/v1/systems", body), 403, "forbidden")
    assert not SystemFactory._meta.model.objects.exists()

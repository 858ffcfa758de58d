"""Signing in and out: what is stored of it, how many at once, and what the trail says."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import keys
from accounts.actions.sessions import (
    end_sign_in,
    end_sign_ins,
    expire_sessions,
    open_token,
    sign_in,
    sign_out,
)
from accounts.actor import CLOCK
from accounts.errors import WrongPassword
from accounts.models import AuditEvent, SessionToken, User
from accounts.signin_errors import PasswordsOff
from kernel.errors import Forbidden
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory, UserFactory
from tests.people import actor_for


@pytest.fixture
def request_():
    agent = "Mozilla/5.0 (X11)"
    return RequestFactory().post("/api/v1/sign-in", REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT=agent)


@pytest.fixture
def member(department):
    return MemberFactory(department=department, user__username="li.ming")


@pytest.fixture
def user(member):
    return member.user


def test_a_member_signs_in_and_the_trail_says_from_where(user, request_):
    assert sign_in("li.ming", PASSWORD, request=request_) == user
    token, _ = open_token(user, request=request_, factor="totp")
    trace = AuditEvent.objects.get()
    assert (trace.verb, trace.address, trace.actor_id) == ("session.opened", "192.0.2.7", user.pk)
    assert trace.detail == {"kind": "api", "method": "password", "factor": "totp"}
    assert (token.address, token.agent) == ("192.0.2.7", "Mozilla/5.0 (X11)")
    assert User.objects.get().last_login is not None


def test_a_wrong_password_leaves_its_trace_and_opens_nothing(user, request_):
    with pytest.raises(WrongPassword):
        sign_in("li.ming", "wrong", request=request_)
    trace = AuditEvent.objects.get()
    assert (trace.verb, trace.actor_kind) == ("session.refused", "nobody")
    assert "wrong" not in str(trace.detail)
    assert not SessionToken.objects.exists()


def test_where_the_provider_alone_serves_no_password_opens_anything(user, request_, settings):
    settings.PASSWORD_SIGN_IN = False
    with pytest.raises(PasswordsOff):
        sign_in("li.ming", PASSWORD, request=request_)
    assert not SessionToken.objects.exists()


def test_somebody_without_a_department_is_refused_like_a_stranger(request_, db):
    UserFactory(username="alone")
    for name in ("alone", "unknown"):
        with pytest.raises(WrongPassword):
            sign_in(name, PASSWORD, request=request_)
    assert [trace.verb for trace in AuditEvent.objects.all()] == ["session.refused"]


def test_a_token_is_kept_as_a_digest_for_as_long_as_a_session(user, request_, settings):
    settings.SESSION_COOKIE_AGE = 3600
    token, secret = open_token(user, request=request_)
    assert token.digest == keys.digest(secret)
    assert abs(token.expires_at - token.created_at - timedelta(hours=1)) < timedelta(seconds=5)


def test_one_sign_in_too_many_ends_the_oldest_and_no_other(user, request_, settings):
    settings.SESSIONS_AT_ONCE = 3
    tokens = [open_token(user, request=request_)[0] for _ in range(4)]
    alive = SessionToken.objects.filter(revoked_at=None)
    assert set(alive) == set(tokens[1:])
    assert AuditEvent.objects.latest("pk").detail["displaced"] == 1


def test_signing_out_revokes_the_token(user, request_, actor_of):
    token, _ = open_token(user, request=request_)
    sign_out(token, user, actor=actor_of("steward"))
    assert SessionToken.objects.get().revoked_at is not None
    assert AuditEvent.objects.latest("pk").verb == "session.closed"


def test_one_ends_all_of_ones_own_sign_ins_but_this_one(member):
    here, other = (SessionTokenFactory(user=member.user) for _ in range(2))
    stranger = SessionTokenFactory()
    assert end_sign_ins(member.user, actor=actor_for(member), keep=here) == 1
    assert set(SessionToken.objects.filter(revoked_at=None)) == {here, stranger}
    other.refresh_from_db()
    assert other.revoked_at is not None


@pytest.mark.parametrize("role", ["steward", "department_admin", "operator", "auditor"])
def test_others_sign_ins_are_the_security_administrators_to_end(member, actor_of, role):
    token = SessionTokenFactory(user=member.user)
    with pytest.raises(Forbidden):
        end_sign_ins(member.user, actor=actor_of(role))
    with pytest.raises(Forbidden):
        end_sign_in(token, actor=actor_of(role))
    token.refresh_from_db()
    assert token.revoked_at is None
    assert end_sign_ins(member.user, actor=actor_of("security_admin")) == 1


def test_tokens_that_ended_long_ago_are_removed_and_all_others_stay(user, settings):
    settings.SESSION_RETENTION_DAYS = 30
    now = timezone.now()

    def token(expired, revoked=None):
        ended = revoked and now - timedelta(days=revoked)
        expires = now - timedelta(days=expired)
        return SessionTokenFactory(user=user, expires_at=expires, revoked_at=ended)

    token(expired=31)
    token(expired=-1, revoked=31)
    living, fresh, signed_out = token(-1), token(expired=29), token(expired=-1, revoked=1)

    assert expire_sessions(actor=CLOCK) == 2

    assert set(SessionToken.objects.all()) == {living, fresh, signed_out}


def test_a_steward_removes_no_tokens(user, actor_of):
    SessionTokenFactory(user=user, expires_at=timezone.now() - timedelta(days=400))
    with pytest.raises(Forbidden):
        expire_sessions(actor=actor_of("steward"))
    assert SessionToken.objects.count() == 1

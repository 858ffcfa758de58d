"""Signing in and out: what is stored of it, and what the trail says."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import keys
from accounts.actions.sessions import expire_sessions, open_token, sign_in, sign_out
from accounts.actor import CLOCK
from accounts.errors import WrongPassword
from accounts.models import AuditEvent, SessionToken
from kernel.errors import Forbidden
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory, UserFactory


@pytest.fixture
def request_():
    return RequestFactory().post("/api/v1/sign-in", REMOTE_ADDR="192.0.2.7")


@pytest.fixture
def user(department):
    return MemberFactory(department=department, user__username="li.ming").user


def test_a_member_signs_in_and_the_trail_says_from_where(user, request_):
    assert sign_in("li.ming", PASSWORD, request=request_) == user
    trace = AuditEvent.objects.get()
    assert (trace.verb, trace.address) == ("session.opened", "192.0.2.7")
    assert trace.actor_id == user.pk


def test_a_wrong_password_leaves_its_trace_and_opens_nothing(user, request_):
    with pytest.raises(WrongPassword):
        sign_in("li.ming", "wrong", request=request_)
    trace = AuditEvent.objects.get()
    assert (trace.verb, trace.actor_kind) == ("session.refused", "nobody")
    assert "wrong" not in str(trace.detail)


def test_somebody_without_a_department_is_refused_like_a_stranger(request_, db):
    UserFactory(username="alone")
    for name in ("alone", "unknown"):
        with pytest.raises(WrongPassword):
            sign_in(name, PASSWORD, request=request_)
    assert [trace.verb for trace in AuditEvent.objects.all()] == ["session.refused"]


def test_a_token_is_kept_as_a_digest_for_as_long_as_a_session(user, settings):
    settings.SESSION_COOKIE_AGE = 3600
    token, secret = open_token(user)
    assert token.digest == keys.digest(secret)
    assert abs(token.expires_at - token.created_at - timedelta(hours=1)) < timedelta(seconds=5)


def test_signing_out_revokes_the_token(user, actor_of):
    token, _ = open_token(user)
    sign_out(token, user, actor=actor_of("steward"))
    assert SessionToken.objects.get().revoked_at is not None
    assert AuditEvent.objects.get().verb == "session.closed"


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

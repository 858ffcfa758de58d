"""Tokens of systems: kept as a hash, ended once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import keys
from accounts.actions.credentials import issue_credential
from accounts.actions.tokens import issue_token, revoke_token
from accounts.actor import CLOCK
from accounts.models import AuditEvent
from tests.factories.accounts import SystemFactory


@pytest.fixture
def token(department):
    row, _ = issue_credential(SystemFactory(department=department), actor=CLOCK, kind="client")
    ends = timezone.now() + timedelta(minutes=1)
    return issue_token(row, "sqt_secret", actor=CLOCK, scopes=["read"], expires_at=ends)


def test_a_token_is_kept_as_a_digest_and_its_secret_nowhere(token):
    assert token.digest == keys.digest("sqt_secret")
    trace = AuditEvent.objects.get(verb="token.issued").detail
    assert trace["scopes"] == ["read"]
    assert "sqt_secret" not in str(trace)


def test_an_ended_token_stays_ended_at_the_first_time(token):
    at = revoke_token(token, actor=CLOCK).revoked_at
    assert revoke_token(token, actor=CLOCK).revoked_at == at
    assert AuditEvent.objects.filter(verb="token.revoked").count() == 1

"""Keys of information systems: issued, at most two at a time, revoked for good."""

import pytest

from accounts import keys
from accounts.actions.credentials import issue_credential, revoke_credential
from accounts.errors import SystemNotRunning, TooManyCredentials
from accounts.models import AuditEvent, Credential
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import SystemFactory


@pytest.fixture
def system(department):
    return SystemFactory(department=department)


def test_a_key_is_kept_as_a_digest_and_its_secret_nowhere(system, admin):
    row, secret = issue_credential(system, actor=admin, days=30)
    assert row.digest == keys.digest(secret)
    assert row.last_four == secret[-4:]
    assert (row.expires_at - row.created_at).days in (29, 30)
    trace = AuditEvent.objects.get(verb="credential.issued").detail
    assert trace["days"] == 30
    assert secret not in str(trace)


def test_the_third_living_key_is_refused_until_one_is_revoked(system, admin):
    first, _ = issue_credential(system, actor=admin)
    issue_credential(system, actor=admin)
    with pytest.raises(TooManyCredentials):
        issue_credential(system, actor=admin)
    assert Credential.objects.count() == 2
    revoke_credential(first, actor=admin)
    issue_credential(system, actor=admin)
    assert Credential.objects.live().count() == 2


def test_a_revoked_key_stays_revoked_at_the_first_time(system, admin):
    row, _ = issue_credential(system, actor=admin)
    at = revoke_credential(row, actor=admin).revoked_at
    assert revoke_credential(row, actor=admin).revoked_at == at
    assert AuditEvent.objects.filter(verb="credential.revoked").count() == 1


def test_a_retired_system_gets_no_key(department, admin):
    with pytest.raises(SystemNotRunning):
        issue_credential(SystemFactory(department=department, state="retired"), actor=admin)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("days", [0, 731])
def test_a_term_is_a_day_to_two_years(system, admin, days):
    with pytest.raises(Invalid):
        issue_credential(system, actor=admin, days=days)
    assert not Credential.objects.exists()


def test_another_departments_admin_issues_none(system, actor_of):
    with pytest.raises(Forbidden):
        issue_credential(system, actor=actor_of("department_admin"))
    assert not Credential.objects.exists()

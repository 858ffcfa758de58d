"""Keys of information systems: issued, at most two at a time, revoked for good."""

import pytest

from accounts import keys
from accounts.actions.credentials import issue_credential, revoke_credential, set_access
from accounts.errors import SystemNotRunning, TooManyCredentials
from accounts.models import AuditEvent, Credential, SystemAccess
from kernel.errors import Forbidden, Invalid
from kernel.sealing import unseal
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


def test_a_signing_key_is_sealed_and_of_one_algorithm(system, admin):
    row, secret = issue_credential(system, actor=admin, kind="signing", algorithm="hmac-sm3")
    assert secret == unseal(row.sealed_secret)
    assert secret.startswith(f"sqh_{row.prefix}_")
    assert (row.kind, row.algorithm, row.digest) == ("signing", "hmac-sm3", "")
    assert secret not in str(AuditEvent.objects.get(verb="credential.issued").detail)
    assert issue_credential(system, actor=admin, kind="signing")[0].algorithm == "hmac-sha256"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "signing", "algorithm": "md5"},
        {"kind": "bearer", "algorithm": "hmac-sm3"},
        {"networks": ["10.1.0.0/33"]},
        {"networks": ["10.1.2.3/16"]},
        {"networks": ["anywhere"]},
        {"networks": [f"10.{n}.0.0/16" for n in range(33)]},
    ],
)
def test_what_no_call_could_keep_is_refused(system, admin, wrong):
    with pytest.raises(Invalid):
        issue_credential(system, actor=admin, **wrong)
    assert not Credential.objects.exists()


def test_each_kind_of_key_takes_over_from_its_own(system, admin):
    for kind in Credential.Kind:
        issue_credential(system, actor=admin, kind=kind)
        issue_credential(system, actor=admin, kind=kind)
        with pytest.raises(TooManyCredentials):
            issue_credential(system, actor=admin, kind=kind)
    assert Credential.objects.live().count() == 6


def test_how_calls_must_come_is_set_and_recorded_once(system, admin):
    values = {"signed_only": True, "networks": ["10.1.0.0/16"], "certificates": ["AB:" * 31 + "AB"]}
    row = set_access(system, actor=admin, **values)
    assert set_access(system, actor=admin, **values).version == row.version == 2
    assert (row.signed_only, row.networks) == (True, ["10.1.0.0/16"])
    assert row.certificates == ["ab" * 32]
    traced = AuditEvent.objects.get(verb="access.set")
    assert traced.subject_id == str(system.pk)
    assert traced.detail == values | {"certificates": ["ab" * 32]}
    assert set_access(system, actor=admin).networks == []


def test_how_calls_must_come_is_set_by_its_department_or_the_security_administrator(
    system, actor_of
):
    with pytest.raises(Forbidden):
        set_access(system, actor=actor_of("department_admin"), signed_only=True)
    with pytest.raises(Forbidden):
        set_access(system, actor=actor_of("steward", system.department), signed_only=True)
    with pytest.raises(Invalid):
        set_access(system, actor=actor_of("security_admin"), certificates=["ab"])
    assert not SystemAccess.objects.exists()
    assert set_access(system, actor=actor_of("security_admin"), signed_only=True).signed_only

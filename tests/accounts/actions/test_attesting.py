"""Two administrators at the server: both are proved, and both must be there."""

import pyotp
import pytest
from django.utils import timezone

from accounts.actions.attesting import Witness, attest
from accounts.actions.secondfactors import begin_app, confirm_app
from accounts.errors import SamePerson, WrongPassword
from accounts.models import AuditEvent
from accounts.permissions import Role
from accounts.signin_errors import SecondFactorNeeded, WrongCode
from kernel.errors import Forbidden
from tests.factories.accounts import PASSWORD, MemberFactory
from tests.people import actor_for

pytestmark = pytest.mark.django_db
ROLES = (Role.OPERATOR, Role.SECURITY_ADMIN)


@pytest.fixture
def operator():
    return MemberFactory(roles=["operator"])


@pytest.fixture
def guard():
    return MemberFactory(roles=["security_admin"])


def witness(member, password=PASSWORD, code=""):
    return Witness(member.user.username, password, code)


def attested(*witnesses):
    return attest(witnesses, deed="restore", roles=ROLES)


def traces():
    return sorted(AuditEvent.objects.values_list("verb", flat=True))


def test_two_administrators_attest_in_either_order(operator, guard):
    assert attested(witness(guard), witness(operator)) == [guard.user, operator.user]
    assert traces() == ["deed.attested", "deed.attested"]


def test_a_wrong_password_attests_nothing(operator, guard):
    with pytest.raises(WrongPassword):
        attested(witness(operator), witness(guard, "wrong"))
    assert traces() == ["deed.attestation_refused"]


def test_one_person_is_not_two(operator):
    with pytest.raises(SamePerson):
        attested(witness(operator), witness(operator))
    assert traces() == []


@pytest.mark.parametrize("role", ["operator", "auditor", "steward", "authority"])
def test_two_without_the_two_roles_attest_nothing(operator, role):
    with pytest.raises(Forbidden):
        attested(witness(operator), witness(MemberFactory(roles=[role])))
    assert traces() == []


def test_who_has_a_second_factor_shows_it(operator, guard):
    actor = actor_for(guard)
    _row, secret = begin_app(guard.user, actor=actor)
    totp = pyotp.TOTP(secret)
    confirm_app(guard.user, actor=actor, code=totp.at(timezone.now(), counter_offset=-1))
    for code, refusal in (("", SecondFactorNeeded), ("000000", WrongCode)):
        with pytest.raises(refusal):
            attested(witness(operator), witness(guard, code=code))
    attested(witness(operator), witness(guard, code=totp.at(timezone.now())))
    assert traces().count("deed.attested") == 2
